/**
 * The sound of a voicemail message, whole, for a letter. Only what the archive has read is whole: a
 * file whose header is still to be written is not handed out.
 */
import { readFile } from 'node:fs/promises'
import { StoreError } from '../store/errors.ts'
import type { Db } from '../store/database.ts'
import { loadMessage } from '../store/messages.ts'
import { pathIn } from './files.ts'

/** Undefined when the message, or its file, is gone. `folder`: the recordings folder. */
export async function messageSound(
  db: Db,
  folder: string,
  subscriberId: string,
  messageId: string,
): Promise<{ readonly name: string; readonly content: Uint8Array } | undefined> {
  try {
    const { file, startedAt } = await loadMessage(db, subscriberId, messageId)
    const at = new Date(startedAt).toISOString().slice(0, 16).replaceAll(/[:T]/g, '-')
    return { name: `message-${at}.wav`, content: await readFile(pathIn(folder, file)) }
  } catch (fault) {
    if (fault instanceof StoreError || (fault as NodeJS.ErrnoException).code === 'ENOENT')
      return undefined
    throw fault
  }
}
