/**
 * The login that a new account would get: made of the e-mail address, so that its owner remembers
 * it. Pure; whether it is taken is known elsewhere.
 */

const longest = 40
const shortest = 3

/** A login of the signs a–z, 0–9, dot, hyphen and underscore, for the `attempt`th time (from 0). */
export function loginFor(email: string, number: number, attempt: number): string {
  const base = email.toLowerCase().split('@')[0]!
    .replaceAll(/[^a-z0-9._-]+/g, '')
    .replace(/^[._-]+/, '')
    .slice(0, longest)
  const name = base.length >= shortest ? base : `pn${number}`
  return attempt === 0 ? name : `${name}${number}${attempt === 1 ? '' : `-${attempt}`}`
}
