/** Octets as a person writes them: hexadecimal in groups, with remarks after '#'. */

/** 'a0 0b  # remark' → octets. */
export function octetsOf(text: string): Uint8Array {
  const digits = text.split('\n').map((line) => line.split('#', 1)[0]).join('').replace(/\s/g, '')
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) throw new Error(`not octets: ${text}`)
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) => Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16))
}

/** Octets → 'a00b…'. */
export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((octet) => octet.toString(16).padStart(2, '0')).join('')
}
