/**
 * The SIPp scenarios as files: named role–act–expectation, well-formed, explained, complete SIP, and
 * every one of them played somewhere. Needs no SIPp.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { scenarioFolder } from '../support/sipp.ts'

const files = readdirSync(scenarioFolder).filter((name) => name.endsWith('.xml')).toSorted()
const players = ['test/e2e', 'test/bench', 'test/support']
  .flatMap((folder) => readdirSync(join(import.meta.dirname, '../..', folder))
    .filter((name) => name.endsWith('.ts') && name !== 'scenarios.test.ts')
    .map((name) => readFileSync(join(import.meta.dirname, '../..', folder, name), 'utf8')))
  .join('\n')

t.ok(files.length > 50, `${files.length} scenarios`)

for (const file of files) {
  t.test(file, (t) => {
    const name = file.slice(0, -4)
    const text = readFileSync(join(scenarioFolder, file), 'utf8')
    t.match(name, /^ua[cs]-[a-z0-9-]+$/, 'named by its role')
    if (name.startsWith('uac-')) t.match(name, /-expect-/, 'a caller says what he expects')
    t.match(text, `<scenario name="${name}">`, 'the name inside is the file’s')
    t.match(text, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<!-- (Caller|Phone|Trunk|Two phones)/, 'opens with what it plays')
    t.same(faultsOfXml(text), [], 'well-formed')
    t.same(text.split('\n').filter((line) => line.length > 160), [], 'no endless line')
    for (const message of messagesOf(text)) t.same(faultsOfMessage(message), [], message.split('\n')[0] ?? '')
    t.ok(players.includes(`'${name}'`), 'a test or tool plays it')
    t.end()
  })
}

/** Elements that open and do not close, or the other way round. */
function faultsOfXml(text: string): string[] {
  const open: string[] = []
  const faults: string[] = []
  const bare = text.replace(/<!\[CDATA\[[^]*?\]\]>/g, '').replace(/<!--[^]*?-->/g, '').replace(/<\?[^]*?\?>/g, '')
  for (const [whole, closing, tag, rest] of bare.matchAll(/<(\/?)([A-Za-z]+)((?:"[^"]*"|[^">])*)>/g)) {
    if (closing) {
      if (open.pop() !== tag) faults.push(`unexpected ${whole}`)
    } else if (!rest?.endsWith('/')) open.push(tag ?? '')
  }
  return [...faults, ...open.map((tag) => `<${tag}> is not closed`)]
}

function messagesOf(text: string): string[] {
  return [...text.matchAll(/<!\[CDATA\[([^]*?)\]\]>/g)].map(([, body]) =>
    (body ?? '').trim().split('\n').map((line) => line.trim()).join('\n'))
}

/** What RFC 3261 §8.1.1 and §8.2.6 demand of every message, and a length that fits the body. */
function faultsOfMessage(message: string): string[] {
  const [head = '', ...body] = message.split('\n\n')
  const wanted = ['Via:', 'From:', 'To:', 'Call-ID:', 'CSeq:', 'Content-Length:']
  const faults = wanted.filter((name) => !head.includes(name)).map((name) => `${name} is missing`)
  if (!head.startsWith('SIP/2.0') && !head.includes('Max-Forwards:')) faults.push('Max-Forwards is missing')
  if (body.join('').trim() === '') {
    if (!head.includes('Content-Length: 0')) faults.push('a length without a body')
  } else if (!head.includes('Content-Length: [len]')) faults.push('a body without its length')
  return faults
}
