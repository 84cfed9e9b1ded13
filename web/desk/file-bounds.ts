/**
 * What may be attached to an answer, as the server bounds it (schema-talk.ts), told before a file
 * of megabytes is sent for nothing.
 */
import type { supportFiles } from '../../src/api/schema-talk.ts'

export const supportFileBounds: {
  readonly most: (typeof supportFiles)['maxFiles']; readonly maxBytes: number
} = { most: 5, maxBytes: 5 * 1024 * 1024 }
