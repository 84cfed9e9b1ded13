/**
 * A folder that one living process may use at a time: a file with the holder's identity, which a
 * dead holder (or one of before the last boot) cannot keep. The second line of defence is the
 * server's own lock on its files.
 */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fateOf, readIdentity, thisProcess } from './process-identity.ts'

export interface FolderLock {
  release(): void
}

/** undefined when a living process (this one, too) holds the folder. */
export function lockFolder(dir: string): FolderLock | undefined {
  const file = join(dir, 'owner.json')
  const own = join(dir, `owner.json.${process.pid}`)
  writeFileSync(own, JSON.stringify(thisProcess()))
  try {
    for (let tries = 0; tries < 3; tries++) {
      try {
        linkSync(own, file) // fails when the file exists: atomic, and never half written
        return { release: () => rmSync(file, { force: true }) }
      } catch (fault) {
        if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault
      }
      const holder = readHolder(file)
      if (holder !== undefined && fateOf(holder) === 'alive') return undefined
      rmSync(file, { force: true })
    }
    return undefined
  } finally {
    rmSync(own, { force: true })
  }
}

function readHolder(file: string): ReturnType<typeof readIdentity> {
  try {
    return readIdentity(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
