/**
 * `make figures`: prints the four transaction machines as Mermaid state diagrams, straight from
 * their tables, to be laid beside the figures of RFC 3261 and RFC 6026.
 */
import { machines } from '../../src/sip/transaction-table.ts'
import type { Machine } from '../../src/sip/transaction-table.ts'

/** One state diagram; an edge is `event / effects`, a state shows the timers it owns. */
export function figure(machine: Machine): string {
  const lines = ['```mermaid', 'stateDiagram-v2', `  [*] --> ${machine.initial}`]
  for (const [state, rows] of Object.entries(machine.table)) {
    if (rows.timers.length > 0) lines.push(`  ${state} : ${state} [${rows.timers.join(' ')}]`)
    for (const [event, row] of Object.entries(rows.on)) {
      const label = row.effects.length === 0 ? event : `${event} / ${row.effects.join(', ')}`
      lines.push(`  ${state} --> ${row.to ?? state} : ${label}`)
    }
  }
  lines.push('  terminated --> [*]', '```')
  return lines.join('\n')
}

if (import.meta.main) {
  for (const machine of Object.values(machines)) {
    console.log(`## ${machine.figure}\n\n${figure(machine)}\n`)
  }
}
