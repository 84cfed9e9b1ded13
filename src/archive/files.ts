/**
 * The recordings folder: where a file of a row is, taking one away, putting one there whole. Rows
 * name files relative to the folder; a name that leads out of it is a fault of ours.
 */
import { mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'

/** The absolute path of a row's file. Throws when the name leads out of the folder. */
export function pathIn(folder: string, file: string): string {
  const base = resolve(folder)
  const path = resolve(base, file)
  if (!path.startsWith(base + sep)) throw new Error('a media file outside of its folder')
  return path
}

/** Takes a file away; one that is gone already is no fault. */
export async function removeFile(folder: string, file: string): Promise<void> {
  await rm(pathIn(folder, file), { force: true })
}

/** Writes a whole file: nobody ever sees half of it under its name. */
export async function putFile(
  folder: string, file: string, parts: readonly Uint8Array[],
): Promise<void> {
  const path = pathIn(folder, file)
  await mkdir(dirname(path), { recursive: true, mode: 0o750 })
  await writeFile(`${path}.new`, Buffer.concat(parts), { mode: 0o640, flush: true })
  await rename(`${path}.new`, path)
}

/** Part of the disk that is free, 0–1. */
export async function freePart(folder: string): Promise<number> {
  const { bavail, blocks } = await statfs(folder)
  return blocks === 0 ? 1 : bavail / blocks
}
