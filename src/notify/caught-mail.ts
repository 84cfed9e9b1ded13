/**
 * The local mailbox as its page sees it: letters that the sink kept and SMS that went to a folder,
 * newest first. It keeps the last of them only.
 */
import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CaughtHead, CaughtLetter, CaughtMail } from '../api/context.ts'
import { readLetter } from './mime.ts'

/** Enough to look back over a day of trying things out. */
const shown = 200
const kept = 1000

/** `mail`: folder of the sink; `sms`: folder of SMS. */
export function createCaughtMail(
  folders: { readonly mail: string; readonly sms: string },
): CaughtMail {
  const names = async () => {
    const mail = (await list(folders.mail)).filter((name) => /^\d+-[0-9a-f]+\.eml$/.test(name))
    const sms = (await list(folders.sms)).filter((name) => /^\d+-\d+-\d+\.txt$/.test(name))
    return [...mail, ...sms].sort((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10)
      || (a < b ? 1 : -1))
  }
  const read = async (name: string): Promise<CaughtLetter | undefined> => {
    const isMail = name.endsWith('.eml')
    const octets = await readFile(join(isMail ? folders.mail : folders.sms, name))
      .catch(() => undefined)
    if (octets === undefined) return undefined
    const at = Number.parseInt(name, 10)
    if (isMail) return { name, at, channel: 'email', ...readLetter(octets) }
    const [to = '', ...lines] = octets.toString('utf8').split('\n')
    const text = lines.join('\n').trim()
    const subject = text.slice(0, 80)
    return { name, at, channel: 'sms', from: '', to, subject, text, attachments: [] }
  }
  return {
    async list() {
      const all = await names()
      for (const name of all.slice(kept))
        await rm(join(name.endsWith('.eml') ? folders.mail : folders.sms, name), { force: true })
      const heads: CaughtHead[] = []
      for (const name of all.slice(0, shown)) {
        const letter = await read(name)
        if (!letter) continue
        const { text: _, attachments: __, ...head } = letter
        heads.push(head)
      }
      return heads
    },
    async read(name) {
      return (await names()).includes(name) ? read(name) : undefined
    },
  }
}

async function list(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => [])
}
