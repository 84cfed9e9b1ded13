/** `sipd --help` and the command line know the same options. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { OptionsError, parseSipdArguments } from '../../src/sipd/command-line.ts'
import { sipdUsage } from '../../src/sipd/usage.ts'

const usage = sipdUsage()
const named = [...new Set(usage.match(/(?<![\w-])--?[a-z][a-z0-9-]*/g))]

t.test('every option the text names is understood', async (t) => {
  t.ok(named.length > 40, `${named.length} options`)
  for (const option of named.filter((name) => name !== '--help')) {
    let faults: readonly string[] = []
    try {
      parseSipdArguments([option], {}, () => undefined)
    } catch (error) {
      t.ok(error instanceof OptionsError)
      faults = (error as OptionsError).faults
    }
    t.notOk(faults.some((fault) => fault.includes('unknown option')), option)
  }
})

t.test('every option that is understood is named', async (t) => {
  const source = readFileSync(join(import.meta.dirname, '../../src/sipd/command-line.ts'), 'utf8')
  const understood = [...source.matchAll(/^ {2}\[?'(--[a-z0-9-]+)'/gm)].map(([, option]) => option ?? '')
  t.ok(understood.length > 30)
  for (const option of understood) t.ok(named.includes(option), option)
})

t.test('it fits a terminal', async (t) => {
  for (const line of usage.split('\n')) t.ok(line.length <= 120, line)
})
