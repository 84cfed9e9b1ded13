/**
 * The transaction tables beside the figures: the edges below are typed by hand from RFC 3261
 * figures 5–8 and RFC 6026 figures 1 and 3, and both must hold the same ones. Every event is a row
 * or listed as ignored.
 */
import t from 'tap'
import { machines } from '../../src/sip/transaction-table.ts'
import type { Machine, MachineName } from '../../src/sip/transaction-table.ts'
import { figure } from '../support/figures.ts'

/** from | event | to, as the arrows of the figures go. */
const edges: Readonly<Record<MachineName, string>> = {
  inviteClient: `
    calling    | A               | calling
    calling    | B               | terminated
    calling    | transport error | terminated
    calling    | 1xx             | proceeding
    calling    | 2xx             | accepted
    calling    | 300+            | completed
    proceeding | 1xx             | proceeding
    proceeding | 2xx             | accepted
    proceeding | 300+            | completed
    completed  | 300+            | completed
    completed  | transport error | terminated
    completed  | D               | terminated
    accepted   | 2xx             | accepted
    accepted   | M               | terminated`,
  nonInviteClient: `
    trying     | E               | trying
    trying     | F               | terminated
    trying     | transport error | terminated
    trying     | 1xx             | proceeding
    trying     | final           | completed
    proceeding | E               | proceeding
    proceeding | F               | terminated
    proceeding | transport error | terminated
    proceeding | 1xx             | proceeding
    proceeding | final           | completed
    completed  | K               | terminated`,
  inviteServer: `
    proceeding | INVITE          | proceeding
    proceeding | send 1xx        | proceeding
    proceeding | transport error | proceeding
    proceeding | send 300+       | completed
    proceeding | send 2xx        | accepted
    completed  | INVITE          | completed
    completed  | G               | completed
    completed  | transport error | completed
    completed  | ACK             | confirmed
    completed  | H               | terminated
    accepted   | ACK             | accepted
    accepted   | send 2xx        | accepted
    accepted   | transport error | accepted
    accepted   | L               | terminated
    confirmed  | I               | terminated`,
  nonInviteServer: `
    trying     | send 1xx        | proceeding
    trying     | send final      | completed
    proceeding | request         | proceeding
    proceeding | send 1xx        | proceeding
    proceeding | send final      | completed
    proceeding | transport error | terminated
    completed  | request         | completed
    completed  | transport error | terminated
    completed  | J               | terminated`,
}

/** What the arrows carry that the tables call effects, where it is easy to get wrong. */
const effects: readonly (readonly [MachineName, string, string, string])[] = [
  ['inviteClient', 'calling', 'A', 'resend'],
  ['inviteClient', 'calling', '300+', 'ack passUp'],
  ['inviteClient', 'completed', '300+', 'ack'],
  ['inviteClient', 'accepted', '2xx', 'passUp'],
  ['nonInviteClient', 'proceeding', 'E', 'resend'],
  ['nonInviteClient', 'completed', 'K', ''],
  ['inviteServer', 'proceeding', 'INVITE', 'resend'],
  ['inviteServer', 'completed', 'ACK', ''],
  ['inviteServer', 'completed', 'H', 'timeout'],
  ['inviteServer', 'accepted', 'ACK', 'passUp'],
  ['nonInviteServer', 'completed', 'request', 'resend'],
]

/** Which timers run in which state: RFC 3261 figures 5–8, table 4. */
const timers: Readonly<Record<MachineName, string>> = {
  inviteClient: 'calling:AB proceeding: completed:D accepted:M',
  nonInviteClient: 'trying:EF proceeding:EF completed:K',
  inviteServer: 'proceeding: accepted:L completed:GH confirmed:I',
  nonInviteServer: 'trying: proceeding: completed:J',
}

const all = Object.entries(machines) as [MachineName, Machine][]

for (const [name, machine] of all) {
  t.test(machine.figure, (t) => {
    const wanted = (edges[name] ?? '').trim().split('\n')
      .map((line) => line.split('|').map((part) => part.trim()).join(' | ')).toSorted()
    const found = Object.entries(machine.table).flatMap(([state, rows]) =>
      Object.entries(rows.on).map(([event, row]) => `${state} | ${event} | ${row.to ?? state}`))
    t.same(found.toSorted(), wanted, 'table and figure have the same arrows')
    for (const [state, rows] of Object.entries(machine.table)) {
      const repeating = rows.timers.filter((timer) => 'AEG'.includes(timer)).length
      t.ok(repeating <= 1 && rows.timers.length - repeating <= 1, `${state}: one timer of a kind`)
    }
    const running = Object.entries(machine.table)
      .map(([state, rows]) => `${state}:${rows.timers.join('')}`)
    t.same(running.join(' '), timers[name], 'each state owns its timers')
    t.end()
  })

  t.test(`${name}: every event in every state is a row or ignored, never both`, (t) => {
    for (const [state, rows] of Object.entries(machine.table)) {
      for (const event of [...machine.events, ...rows.timers]) {
        const isRow = rows.on[event] !== undefined
        const isIgnored = rows.ignored.includes(event)
        t.ok(isRow !== isIgnored, `${state}: ${event}`)
      }
      for (const event of Object.keys(rows.on)) {
        const isTimer = event.length === 1
        if (isTimer) t.ok(rows.timers.some((timer) => timer === event), `${event} runs in ${state}`)
      }
    }
    t.end()
  })

  t.test(`${name}: every state can be reached and left`, (t) => {
    const reached = new Set<string>([machine.initial])
    for (const rows of Object.values(machine.table)) {
      for (const row of Object.values(rows.on)) if (row.to !== undefined) reached.add(row.to)
    }
    for (const [state, rows] of Object.entries(machine.table)) {
      t.ok(reached.has(state), `${state} is reached`)
      t.ok(Object.values(rows.on).some((row) => row.to !== undefined), `${state} is left`)
    }
    t.ok(reached.has('terminated'))
    t.end()
  })

  t.test(`${name}: the printed figure shows every arrow`, (t) => {
    const text = figure(machine)
    for (const [state, rows] of Object.entries(machine.table)) {
      for (const [event, row] of Object.entries(rows.on)) {
        t.ok(text.includes(`  ${state} --> ${row.to ?? state} : ${event}`), `${state} ${event}`)
      }
    }
    t.end()
  })
}

t.test('effects on the arrows', (t) => {
  for (const [name, state, event, wanted] of effects) {
    const row = (machines[name] as Machine).table[state as 'calling']?.on[event as 'A']
    t.equal(row?.effects.join(' '), wanted, `${name} ${state} ${event}`)
  }
  t.end()
})
