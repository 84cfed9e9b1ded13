/**
 * Masks as people type them, and whom masks and lists mean.
 */
import t from 'tap'
import {
  callerNumber, isTooWide, matchesMask, matchingEntry, parseMask,
} from '../../src/call/caller-match.ts'
import type { Caller } from '../../src/call/events.ts'

t.test('masks as people type them', async (t) => {
  const rows = [
    ['+7 495 *', '+7495*'], ['8 495 *', '+7495*'], ['8(495)*', '+7495*'], ['495*', '+7495*'],
    ['7495*', '+7495*'], ['+7495*', '+7495*'], [' 8-916-1* ', '+79161*'], ['8*', 'tooWide'],
    ['8 10 375 *', '+375*'], ['00375*', '+375*'], ['+375*', '+375*'], ['44*', '+744*'],
    ['8 (916) 123-45-67', '+79161234567'], ['9161234567', '+79161234567'],
    ['+44 20 7946 0958', '+442079460958'], ['900', '900'], ['112', '112'], ['0500', '0500'],
    ['anna', 'anna'], ['anna.k-1', 'anna.k-1'], ['anonymous', 'anonymous'],
    ['sip:anna@10.0.0.7', 'sip:anna@10.0.0.7'], ['*', 'tooWide'], ['+*', 'tooWide'],
    ['+7*', 'tooWide'], ['', 'empty'], ['  ', 'empty'], ['мама', 'letters'], ['мама*', 'letters'],
    ['8 495 * 12', 'starInside'], ['**', 'starInside'], ['+0*', 'tooWide'], ['+01*', 'unassigned'],
    ['1234567', 'tooShort'], ['+7 916 123', 'tooShort'], ['+712345678901234*', 'tooLong'],
  ] as const
  for (const [text, expected] of rows) {
    const reading = parseMask(text)
    t.equal(reading.ok ? reading.mask : reading.why, expected, `«${text}»`)
  }
  t.strictSame(parseMask('8495*', 'KZ'), { ok: true, mask: '+8495*' }, 'dialled abroad')
})

t.test('a mask that was read is read again as itself', async (t) => {
  for (const text of ['8 495 *', '8 916 123-45-67', '900', 'anna', '+375*', 'anonymous']) {
    const first = parseMask(text)
    t.ok(first.ok)
    if (first.ok) t.strictSame(parseMask(first.mask), first, first.mask)
  }
})

t.test('what masks match', async (t) => {
  const rows = [
    ['+7495*', '+74951234567', true], ['+7495*', '+7495', true], ['+7495*', '+749', false],
    ['+7495*', '+74961234567', false], ['+74951234567', '+74951234567', true],
    ['+74951234567', '+749512345678', false], ['900', '900', true], ['900', '9001', false],
    ['anna', 'Anna', false], ['*', '+7', true], ['', '', true], ['', '+7', false],
  ] as const
  for (const [mask, number, expected] of rows) {
    t.equal(matchesMask(mask, number), expected, `«${mask}» and «${number}»`)
  }
})

t.test('masks that take in nearly everybody', async (t) => {
  const rows = [['', true], ['*', true], ['+*', true], ['+7*', true], ['7*', true],
    ['+74*', false], ['+79161234567', false], ['9', false]] as const
  for (const [mask, expected] of rows) t.equal(isTooWide(mask), expected, `«${mask}»`)
})

t.test('callers as networks write them', async (t) => {
  const caller = (number: string, anonymous = false): Caller => ({ number, name: '', anonymous })
  const rows = [
    ['+79161234567', '+79161234567'], ['89161234567', '+79161234567'],
    ['79161234567', '+79161234567'], ['9161234567', '+79161234567'], ['900', '900'],
    ['anna', 'anna'], ['', ''], ['12345678', '12345678'],
  ] as const
  for (const [number, expected] of rows) t.equal(callerNumber(caller(number)), expected, number)
  const list = { id: 'x', name: '', entries: ['+7916*', 'anonymous', 'anna', '+7*'] }
  t.equal(matchingEntry(list, caller('89161234567')), '+7916*', 'the first that matches')
  t.equal(matchingEntry(list, caller('84951234567')), '+7*')
  t.equal(matchingEntry(list, caller('anna')), 'anna')
  t.equal(matchingEntry(list, caller('')), 'anonymous')
  t.equal(matchingEntry(list, caller('+79161234567', true)), 'anonymous', 'withheld, but seen')
  t.equal(matchingEntry(list, caller('+441234567890')), undefined)
  t.equal(matchingEntry({ ...list, entries: [] }, caller('')), undefined)
})
