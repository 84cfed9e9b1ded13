/** Whatever comes over an event socket is cut and read, or ends that connection with the named error. */
import fc from 'fast-check'
import t from 'tap'
import { jsonMessage, HeaderSection, plainMessage } from '../../src/esl/event.ts'
import { EslFrameError, FrameReader, replyLimits } from '../../src/esl/frame.ts'
import { parseCommand } from '../../src/esl/message.ts'

const octets = fc.uint8Array({ maxLength: 300 }).map((bytes) => String.fromCharCode(...bytes))
const words = fc.constantFrom(
  'sendmsg', 'api', 'event', 'filter', 'Content-Length:', 'json', 'CUSTOM', '\n', '\r\n', '\n\n', ' ', ':', '-1', '5', '99999999999', 'execute', 'delete')
const almostCommands = fc.array(fc.oneof(words, octets), { maxLength: 12 }).map((parts) => parts.join(' '))

t.test('nothing but the named error is thrown', async () => {
  fc.assert(fc.property(fc.oneof(octets, almostCommands), fc.integer({ min: 1, max: 50 }), (text, piece) => {
    const reader = new FrameReader()
    try {
      for (let at = 0; at < text.length; at += piece) {
        reader.push(text.slice(at, at + piece))
        for (let frame = reader.next(); frame !== undefined; frame = reader.next()) parseCommand(frame)
      }
    } catch (error) {
      if (!(error instanceof EslFrameError)) throw error
    }
  }), { numRuns: 2000, seed: 20_261_123 })
})

t.test('what is written can be read: any value in any event', async () => {
  const value = octets.filter((text) => text.length < 200)
  fc.assert(fc.property(fc.array(value, { maxLength: 5 }), fc.option(value, { nil: undefined }), (values, body) => {
    const sections = [new HeaderSection(values.map((text, index) => [`h${index}`, text]), 'variable_')]
    const event = body === undefined ? { name: 'X', sections } : { name: 'X', sections, body }
    const reader = new FrameReader(replyLimits)
    reader.push(jsonMessage(event) + plainMessage(event))
    const json = JSON.parse(reader.next()?.body ?? '') as Record<string, string>
    const plain = reader.next()?.body ?? ''
    values.forEach((text, index) => {
      if (json[`variable_h${index}`] !== text) throw new Error('JSON')
      const line = plain.split('\n').find((one) => one.startsWith(`variable_h${index}: `)) ?? ''
      if (!/^[^%]*(%[0-9A-F]{2}[^%]*)*$/.test(line)) throw new Error('a bare %')
    })
    if (reader.next() !== undefined) throw new Error('more than was written')
  }), { numRuns: 500, seed: 20_261_123 })
})
