/**
 * Where the prompts are: those that come with the product, each replaced by one of the same name in
 * the operator's own folder. Folders are looked through once, at the start. Media servers must see
 * the files under the same paths.
 */
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { PromptShelf } from './prompts.ts'

/** The prompts that come with the product. */
export const shippedPrompts = join(import.meta.dirname, '../../../prompts')

/** A folder that media servers could not be told; the message says why. */
export class PromptFolderError extends Error {
  override readonly name = 'PromptFolderError'
}

/**
 * The shelf for Prompts. `own`: a folder laid out like the shipped one (ru/greeting.wav), of which
 * any part may be there; the shipped folder itself, or undefined, means no replacements. Throws
 * PromptFolderError when media servers could not be told the names.
 */
export function openPromptShelf(own: string | undefined): PromptShelf {
  const shipped = resolve(shippedPrompts)
  const folder = own === undefined ? shipped : resolve(own)
  for (const path of [shipped, folder]) {
    if (!isTellable(path)) throw new PromptFolderError(`"${path}" has a quote or "!" in its name`)
  }
  const replaced = folder === shipped ? new Set<string>() : new Set(namesIn(folder))
  return (file) => join(replaced.has(file) ? folder : shipped, file)
}

/** Lists of files are joined with '!', names with blanks stand between quotes. */
function isTellable(path: string): boolean {
  return !/['!\n]/.test(path)
}

/** Sound files under a folder, as 'ru/greeting.wav'; none when there is no such folder. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.wav') && isTellable(name))
  } catch {
    return []
  }
}
