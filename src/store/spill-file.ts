/**
 * Where the journal keeps call records while the database does not take them: one JSON line per
 * state, appended and flushed to the disk, so that a crash in such an hour loses nothing. Files
 * carry the journal's owner in their names; those of dead owners are read at the next start.
 */
import { createReadStream, mkdirSync, readdirSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { CallState } from './call-rows.ts'

export interface SpilledState extends CallState {
  readonly owner: string
}

export class SpillFile {
  readonly path: string
  readonly #owner: string
  #handle: FileHandle | undefined

  /** A file of its own for each outage of one owner: `number` counts them. */
  constructor(folder: string, owner: string, number: number) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.path = join(folder, `${owner}-${number}.jsonl`)
    this.#owner = owner
  }

  /** Appends states; they are on the disk when it resolves. */
  async append(states: readonly CallState[]): Promise<void> {
    this.#handle ??= await open(this.path, 'a', 0o600)
    const lines = states.map(
      ({ record, changed }) => `${JSON.stringify({ owner: this.#owner, changed, record })}\n`,
    )
    await this.#handle.appendFile(lines.join(''))
    await this.#handle.datasync()
  }

  /** Ends writing; the file stays. */
  async close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = undefined
  }

  /** The database has everything: the file may go. */
  async remove(): Promise<void> {
    await this.close()
    await rm(this.path, { force: true })
  }
}

/** The spill files in a folder that is or is not there yet. */
export function listSpillFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => join(folder, name))
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw fault
  }
}

/** Reads a file in batches; a last line that a crash cut off is left out. */
export async function* readSpillFile(
  path: string,
  batchSize: number,
): AsyncGenerator<readonly SpilledState[]> {
  let batch: SpilledState[] = []
  for await (const line of createInterface({
    input: createReadStream(path, 'utf8'),
    crlfDelay: Infinity,
  })) {
    const state = readLine(line)
    if (state) batch.push(state)
    if (batch.length === batchSize) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}

function readLine(line: string): SpilledState | undefined {
  try {
    return JSON.parse(line) as SpilledState
  } catch {
    return undefined
  }
}
