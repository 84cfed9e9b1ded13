/**
 * Uploads and downloads of the support's attachments, for subscribers and managers. A file is taken
 * as octets, judged by its content, and given back only as a download: a browser that would show it
 * here would let a stranger's file speak in our name.
 */
import { freePart, removeFile } from '../archive/files.ts'
import { putAttachment, readAttachment, sniffType } from '../archive/attachments.ts'
import { addFile, checkUploads } from '../store/support-files.ts'
import type {
  FoundSupportFile, StoredSupportFile, SupportFileType,
} from '../store/support-files.ts'
import { check, nowMs } from './context.ts'
import type { ApiContext, ApiDeps } from './context.ts'
import { ApiError } from './errors.ts'
import { supportFileQuery, supportFiles } from './schema-talk.ts'

/** Uploads do not take the last of the disk: recordings of calls need it more. */
const leastFree = 0.02

const mediaTypes: Readonly<Record<SupportFileType, string>> = {
  png: 'image/png', jpg: 'image/jpeg', pdf: 'application/pdf', txt: 'text/plain; charset=utf-8',
  wav: 'audio/wav',
}

/**
 * Takes the body as a file of `uploader`. Throws ApiError 413 too_large, 422 bad_file, 503
 * no_space, attachments_off; StoreError limit.
 */
export async function takeUpload(
  deps: ApiDeps, c: ApiContext, uploader: string,
): Promise<StoredSupportFile> {
  const folder = folderOf(deps)
  const { name } = check(supportFileQuery, c.req.query())
  const db = deps.database.kysely
  await checkUploads(db, uploader, nowMs(deps))
  const content = new Uint8Array(await c.req.arrayBuffer())
  if (content.length > supportFiles.maxBytes) throw new ApiError(413, 'too_large')
  const type = sniffType(content)
  if (type === undefined) {
    throw new ApiError(422, 'bad_file', {
      field: 'file', details: { types: supportFiles.types.join(', ') },
    })
  }
  if (await freeOf(folder) < leastFree) throw new ApiError(503, 'no_space')
  const file = await putAttachment(folder, type, content)
  try {
    return await addFile(db, uploader, { name, type, bytes: content.length, file }, nowMs(deps))
  } catch (fault) {
    await removeFile(folder, file)
    throw fault
  }
}

/** Answers with a file as a download. Throws ApiError 404 not_found when its octets are gone. */
export async function sendFile(
  deps: ApiDeps, c: ApiContext, found: FoundSupportFile,
): Promise<Response> {
  const content = await readAttachment(folderOf(deps), found.file)
  if (!content) throw new ApiError(404, 'not_found')
  return c.body(content, 200, {
    'Content-Type': mediaTypes[found.type],
    'Content-Disposition': disposition(found),
    // Over the policy of pages: nothing in it may run, wherever it is opened.
    'Content-Security-Policy': "default-src 'none'; sandbox",
  })
}

/** RFC 6266: a name in ASCII for the old, the true one for all others (RFC 8187). */
function disposition({ name, type }: FoundSupportFile): string {
  const whole = name.toLowerCase().endsWith(`.${type}`) ? name : `${name}.${type}`
  const plain = whole.replaceAll(/[^\w.-]/g, '_')
  const encoded = encodeURIComponent(whole.toWellFormed())
    .replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}

/** A folder that nothing was put into is not there yet. */
async function freeOf(folder: string): Promise<number> {
  try {
    return await freePart(folder)
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return 1
    throw fault
  }
}

function folderOf({ attachments }: ApiDeps): string {
  if (attachments === undefined) throw new ApiError(503, 'attachments_off')
  return attachments
}
