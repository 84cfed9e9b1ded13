/**
 * Names in the arguments of applications: `${name}` stands for a variable of the channel,
 * `$${name}` for one of the server. No functions and no nesting: what a caller managed to put into
 * a variable is never looked at again.
 */
import type { Octets } from '../esl/frame.ts'

/** Replaces names by what `lookup` says; unknown ones by nothing, as the field does. */
export function expandNames(
  text: Octets,
  ofChannel: (name: string) => string | undefined,
  ofServer: (name: string) => string | undefined,
): Octets {
  if (!text.includes('${')) return text
  return text.replace(
    /(\$?)\$\{([\w.:-]{1,128})\}/g,
    (_, server: string, name: string) => (server === '' ? ofChannel(name) : ofServer(name)) ?? '',
  )
}
