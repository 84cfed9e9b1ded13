/**
 * Rows of what an event socket is told: something is done to one or two calls in virtual time, and
 * the events, a line each, are those of the transcripts.
 */
import { writeFileSync } from 'node:fs'
import t from 'tap'
import { PaperCalls } from './paper-calls.ts'
import type { PaperCall } from './paper-calls.ts'
import { toneFile } from './wav-file.ts'

export interface EventRow {
  /** Begins with the numbers of the transcripts. */
  readonly name: string
  /** What is done to the first call, and to the second where there is one. */
  run(world: PaperCalls, a: PaperCall, b: PaperCall): void | Promise<void>
  readonly isPair?: boolean
  readonly events: readonly string[]
  /** Variables of the first call afterwards; undefined = unset. */
  readonly variables?: Readonly<Record<string, string | undefined>>
}

/** Ticks of so many milliseconds. */
export const ms = (count: number): number => Math.ceil(count / 20)

/** A key of the far end, pressed for 100 ms. */
export function press(call: PaperCall, digit: string): void {
  call.channel.takeDigit({ digit, durationTicks: 800, source: 'rtp' })
}

/** A test of its own for each row. `message.wav` and `long.wav` are there to be played. */
export function testEventRows(rows: readonly EventRow[]): void {
  for (const { name, run, isPair = false, events, variables = {} } of rows) {
    t.test(name, async (t) => {
      const world = new PaperCalls(t.testdir())
      writeFileSync(world.path('message.wav'), toneFile({ frequency: 600, samples: 12_345 }))
      writeFileSync(world.path('long.wav'), toneFile({ frequency: 500, samples: 36_761 }))
      const a = world.call(500)
      const b = isPair ? world.call(900) : a
      world.run(20)
      await run(world, a, b)
      const letterOf = (uuid: string): string => (uuid === a.channel.uuid ? 'A' : 'B')
      const told = world.events.map((line) => line.replace(/[0-9a-f-]{36}/g, letterOf))
      t.strictSame(told, events)
      for (const [variable, value] of Object.entries(variables)) {
        t.equal(a.channel.getVariable(variable), value, variable)
      }
      if (!a.channel.isEnded) a.channel.hangUp('NORMAL_CLEARING')
    })
  }
}
