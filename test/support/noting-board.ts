/**
 * A live board in memory: commands that tests put on it, verdicts and ladders that the application
 * brought.
 */
import type { CommandVerdict, LiveBoard, OpenCommand } from '../../src/app/live-port.ts'
import type { CallLadder, LadderEntry } from '../../src/call/ladder.ts'

export class NotingBoard implements LiveBoard {
  readonly commands: OpenCommand[] = []
  readonly watched = new Set<string>()
  readonly verdicts: { readonly id: string; readonly verdict: CommandVerdict }[] = []
  readonly published: { readonly id: string; readonly ladder: CallLadder }[] = []
  readonly kept = new Map<string, CallLadder>()
  looks = 0
  /** The database does not answer. */
  isDown = false
  /** A verdict cannot be stored. */
  cannotDecide = false

  async look() {
    this.looks++
    if (this.isDown) throw new Error('no database')
    return { commands: [...this.commands], watched: [...this.watched] }
  }

  async decide(id: string, verdict: CommandVerdict): Promise<void> {
    if (this.cannotDecide) throw new Error('no database')
    this.verdicts.push({ id, verdict })
    const at = this.commands.findIndex((command) => command.id === id)
    if (at >= 0) this.commands.splice(at, 1)
  }

  async publish(id: string, ladder: CallLadder): Promise<void> {
    this.published.push({ id, ladder })
  }

  keep(id: string, read: () => CallLadder): void {
    if (this.kept.has(id)) throw new Error(`${id} is kept twice`)
    this.kept.set(id, read())
  }
}

/** `20 1 > INVITE`, `1021 caller < 200`: a message as a line that a person can read. */
export function ladderLine({ atMs, lane, direction, method, status }: LadderEntry): string {
  const arrow = direction === 'out' ? '>' : '<'
  return `${Math.round(atMs)} ${lane} ${arrow} ${status === null ? method : `${status} ${method}`}`
}
