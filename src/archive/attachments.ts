/**
 * Files that people send to the support and get from it: what they are by their octets, whatever
 * their names say, put into the folder of attachments under random names, and removed when nobody
 * needs them any more. Nothing is unpacked, converted or shown here: they are only handed on.
 */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { startChore } from '../store/chore.ts'
import type { Chore } from '../store/chore.ts'
import type { Db } from '../store/database.ts'
import { forgetFiles, oldFiles } from '../store/support-files.ts'
import type { SupportFileType } from '../store/support-files.ts'
import { forgetVisitors } from '../store/support-visitor.ts'
import { pathIn, putFile, removeFile } from './files.ts'

/** As recordings are kept: half a year after the last word of a thread. */
const keptMs = 180 * 86_400_000
const everyMs = 3_600_000

/** How each kind begins. PNG: RFC 2083 §12.11; JPEG: SOI and a marker; PDF: ISO 32000 §7.5.2. */
const beginnings: readonly (readonly [type: SupportFileType, octets: readonly number[]])[] = [
  ['png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['jpg', [0xff, 0xd8, 0xff]],
  ['pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
]

/** What a file is by its content; undefined for what is not taken. */
export function sniffType(content: Uint8Array): SupportFileType | undefined {
  for (const [type, octets] of beginnings)
    if (octets.every((octet, index) => content[index] === octet)) return type
  if (isText(content, 0, 'RIFF') && isText(content, 8, 'WAVE')) return 'wav'
  return isPlainText(content) ? 'txt' : undefined
}

/** Puts a file into the folder and answers its name there. */
export async function putAttachment(
  folder: string, type: SupportFileType, content: Uint8Array,
): Promise<string> {
  const name = randomUUID()
  // Folders of 256, so that none grows without end.
  const file = `${name.slice(0, 2)}/${name}.${type}`
  await putFile(folder, file, [content])
  return file
}

/** A file of the folder; undefined when it is gone. */
export async function readAttachment(
  folder: string, file: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await readFile(pathIn(folder, file)))
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw fault
  }
}

/** Removes, hour by hour, what was kept long enough: files, and threads of visitors. */
export function startAttachmentKeeper(options: {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
  /** The folder of attachments. */
  readonly folder: string
}): Chore {
  return startChore({
    ...options, name: 'attachments', everyMs,
    work: (wallMs) => keepAttachments(options.db, options.folder, wallMs),
  })
}

/** One round of it. */
export async function keepAttachments(db: Db, folder: string, wallMs: number): Promise<void> {
  while (await forgetVisitors(db, wallMs) > 0);
  for (;;) {
    const old = await oldFiles(db, wallMs - keptMs, wallMs)
    if (old.length === 0) return
    for (const { file } of old) await removeFile(folder, file)
    await forgetFiles(db, old.map(({ id }) => id))
  }
}

function isText(content: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++)
    if (content[at + index] !== text.charCodeAt(index)) return false
  return true
}

/** UTF-8 with no control characters but tab and the ends of lines. */
function isPlainText(content: Uint8Array): boolean {
  if (content.length === 0) return false
  for (const octet of content)
    if ((octet < 32 && octet !== 9 && octet !== 10 && octet !== 13) || octet === 127) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(content)
    return true
  } catch {
    return false
  }
}
