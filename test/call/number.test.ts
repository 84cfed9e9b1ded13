/**
 * Numbers as people and trunks write them.
 */
import t from 'tap'
import { checkTarget, formatForTrunk, isE164, readNumber } from '../../src/call/number.ts'

const readable: readonly (readonly [text: string, address: string, country?: string])[] = [
  ['+74996740782', '+74996740782'],
  ['84996740782', '+74996740782'],
  ['8 (499) 674-07-82', '+74996740782'],
  ['+7 499 674‑07‑82', '+74996740782'],
  ['7 499 674 07 82', '+74996740782'],
  ['499 674-07-82', '+74996740782'],
  ['9161234567', '+79161234567'],
  ['812 123-45-67', '+78121234567'],
  ['8.800.555.35.35', '+78005553535'],
  ['\u202a+7 916 123-45-67\u202c', '+79161234567'],
  ['8\u00a0916\u00a01234567', '+79161234567'],
  ['+7 (701) 123-45-67', '+77011234567'],
  ['00 49 30 1234567', '+49301234567'],
  ['8 10 49 30 1234567', '+49301234567'],
  ['+49 (30) 123/4567', '+49301234567'],
  ['+30 694 812 3377', '+306948123377'],
  ['+6834000', '+6834000'],
  ['+123456789012345', '+123456789012345'],
  ['380441234567', '+380441234567'],
  ['+7\u2009916\u202f123\u20100045', '+79161230045'],
  ['8\u00ad916\ufeff123\u206045\u221267', '+79161234567'],
  ['tel:+7-916-123-45-67', '+79161234567'],
  ['tel:+79161234567;npdi', '+79161234567'],
  ['TEL:89161234567', '+79161234567'],
  ['sip:+79161234567', '+79161234567'],
  ['sip:+79161234567;npdi', '+79161234567'],
  ['493012345678', '+493012345678', 'DE'],
  ['00493012345678', '+493012345678', 'DE'],
  ['sip:anna@10.0.0.7', 'sip:anna@10.0.0.7'],
  ['sip:anna@10.0.0.7:5062', 'sip:anna@10.0.0.7:5062'],
  ['SIP:Anna.K@Example.ORG', 'sip:Anna.K@example.org'],
  ['anna@example.org', 'sip:anna@example.org'],
  ['sip:100@[2001:db8::1]:5060', 'sip:100@[2001:db8::1]:5060'],
  ['sip:a.Z-z_9@host-1.example:65535', 'sip:a.Z-z_9@host-1.example:65535'],
  ['sip:100@[::1]', 'sip:100@[::1]'],
  ['sip:+79161234567@10.0.0.7', 'sip:+79161234567@10.0.0.7'],
]

for (const [text, address, country] of readable) {
  t.test(`${JSON.stringify(text)} is ${address}`, async (t) => {
    t.strictSame(readNumber(text, country), { ok: true, address })
  })
}

const unreadable: readonly (readonly [text: string, why: string])[] = [
  ['', 'empty'],
  ['   ', 'empty'],
  ['+', 'empty'],
  ['()', 'empty'],
  ['112', 'tooShort'],
  ['01', 'tooShort'],
  ['674-07-82', 'tooShort'],
  ['555 123 45 67', 'tooShort'],
  ['123456', 'tooShort'],
  ['+12345', 'tooShort'],
  ['8 499 674-07-8', 'tooShort'],
  ['8 916 123-45-6', 'tooShort'],
  ['+7 499 674-07', 'tooShort'],
  ['+7 499 674-07-822', 'tooLong'],
  ['+1234567890123456', 'tooLong'],
  ['9'.repeat(200), 'tooLong'],
  ['+7 099 123-45-67', 'unassigned'],
  ['+0123456789', 'unassigned'],
  ['+8 916 123-45-67', 'unassigned'],
  ['8 800 FLOWERS', 'letters'],
  ['моя дача', 'letters'],
  ['+7 499 674-07-82 доб. 5', 'letters'],
  ['+7 499 674-07-82 ext 5', 'letters'],
  ['7+4996740782', 'sign'],
  ['++74996740782', 'sign'],
  ['+7499*6740782', 'sign'],
  ['#21#', 'sign'],
  ['anna\r\nVia: x', 'letters'],
  ['sips:anna@example.org', 'badUri'],
  ['sip:@example.org', 'badUri'],
  ['sip:anna@', 'badUri'],
  ['sip:anna@exa mple.org', 'badUri'],
  ['sip:an na@example.org', 'badUri'],
  ['sip:anna@example.org;transport=tcp', 'badUri'],
  ['sip:anna@example.org?Subject=x', 'badUri'],
  ['sip:anna@example.org>\r\nX: y', 'badUri'],
  ['sip:anna@example.org:0', 'badUri'],
  ['sip:anna@example.org:99999', 'badUri'],
  ['sip:anna@[::1', 'badUri'],
  ['sip:anna@..', 'badUri'],
  ['sip:anna@.org', 'badUri'],
  ['sip:anna@-x.org', 'badUri'],
  ['sip:anna@x.org:', 'badUri'],
  ['sip:anna@x.org:5o60', 'badUri'],
  ['sip:anna@x.org:123456', 'badUri'],
  ['sip:anna@[]', 'badUri'],
  ['sip:anna@[1234]', 'badUri'],
  ['sip:anna@[::g]', 'badUri'],
  ['sip:anna@[::1]x', 'badUri'],
  ['{+79161234567}', 'sign'],
  ['+7 916 123 45 67@', 'badUri'],
  ['sip:anna:secret@example.org', 'badUri'],
]

for (const [text, why] of unreadable) {
  t.test(`${JSON.stringify(text.slice(0, 40))} is refused: ${why}`, async (t) => {
    t.strictSame(readNumber(text), { ok: false, why })
  })
}

t.test('what was read is read again as itself', async (t) => {
  for (const [, address] of readable) t.strictSame(readNumber(address), { ok: true, address })
})

t.test('targets: what may be rung', async (t) => {
  const rows: readonly (readonly [address: string, verdict: string])[] = [
    ['+79161234567', 'ok'],
    ['+78005553535', 'ok'],
    ['+306948123377', 'ok'],
    ['sip:anna@10.0.0.7', 'ok'],
    ['+74996740782', 'own'],
    ['112', 'emergency'],
    ['+112', 'emergency'],
    ['0890', 'short'],
    ['+78091234567', 'premium'],
    ['+78031234567', 'premium'],
    ['+449098790000', 'premium'],
    ['+19005551234', 'premium'],
    ['+979123456789', 'premium'],
    ['+881612345678', 'satellite'],
    ['+870773123456', 'satellite'],
    ['+882123456789', 'special'],
    ['tel:+79161234567', 'notANumber'],
    ['+7916123456789012345', 'notANumber'],
  ]
  for (const [address, verdict] of rows) {
    const found = checkTarget(address, ['+74996740782'])
    t.equal(found.ok ? 'ok' : found.why, verdict, address)
  }
})

t.test('numbers as trunks want them', async (t) => {
  const rows = [
    ['+79161234567', 'e164plus', '+79161234567'],
    ['+79161234567', 'e164', '79161234567'],
    ['+79161234567', 'national', '89161234567'],
    ['+493012345678', 'national', '810493012345678'],
    ['+49301234567', 'national', '81049301234567'],
    ['sip:anna@10.0.0.7', 'national', 'sip:anna@10.0.0.7'],
  ] as const
  for (const [address, format, written] of rows) {
    t.equal(formatForTrunk(address, format), written, `${address} ${format}`)
    if (address.startsWith('+')) t.strictSame(readNumber(written), { ok: true, address },
      'and back')
  }
})

t.test('E.164 or not', async (t) => {
  for (const good of ['+79161234567', '+6834000', '+123456789012345']) t.ok(isE164(good), good)
  for (const bad of ['79161234567', '+7916', '+0123456789', '+1234567890123456', '+7916 234567',
    '']) {
    t.notOk(isE164(bad), bad)
  }
})
