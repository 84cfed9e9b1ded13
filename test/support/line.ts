/**
 * The sound of a party that SIPp plays: SIPp speaks SIP and tells a port of ours in its session
 * description, here is who speaks and listens at that port. It learns the far port from SIPp's log.
 */
import { RtpPeer } from './rtp-peer.ts'
import type { SippMessage, SippRun } from './sipp.ts'

/** The line as the person at it has it. */
export interface Line {
  readonly voice: RtpPeer
  /** Where the product takes this party's RTP. */
  readonly port: number
  /** A second port of this party, for a call that moves (`[rtp_port2]`). */
  readonly other: RtpPeer
  /** Messages of its SIPp until now. */
  messages(): readonly SippMessage[]
  /** Resolves when its SIPp has seen such a message; rejects after 20 s. */
  seen(text: RegExp, count?: number): Promise<SippMessage>
  pause(ms: number): Promise<void>
}

/** What a person says and presses; a fault is thrown. */
export type Talk = (line: Line) => Promise<void>

export interface OpenLine {
  /** Keys for SIPp. */
  readonly keys: Readonly<Record<string, string>>
  /** This SIPp plays the party: the talk begins when the product has named its port. */
  join(run: SippRun): void
  /** Waits for the end of the talk, closes the ports and answers what went wrong. */
  end(): Promise<readonly string[]>
}

const patienceMs = 20_000

/** Opens the ports of a party. */
export async function openLine(talk: Talk): Promise<OpenLine> {
  const [voice, other] = [await RtpPeer.open(), await RtpPeer.open(0x5252)]
  let talking: Promise<readonly string[]> = Promise.resolve([])
  let isOver = false
  let isClosed = false
  return {
    keys: { rtp_port: String(voice.port), rtp_port2: String(other.port) },
    join(run) {
      void run.done.then(() => { isOver = true })
      const seen = async (text: RegExp, count = 1): Promise<SippMessage> => {
        for (const until = performance.now() + patienceMs; performance.now() < until;) {
          const found = run.messages().filter((message) => text.test(message.text))
          if (found.length >= count) return found[count - 1]!
          if (isOver) break
          await pause(20)
        }
        throw new Error(`${run.scenario} has not seen ${text}`)
      }
      const speak = async (): Promise<readonly string[]> => {
        const message = await firstDescription(run, () => isOver)
        // It was not called, or its call failed before there was anything to say: told elsewhere.
        if (message === undefined) return []
        const port = Number(/^m=audio (\d+)/m.exec(message.text)?.[1])
        await talk({ voice, other, port, messages: run.messages, seen, pause })
        return []
      }
      talking = speak().catch((fault: unknown) => [`${run.scenario}: ${String(fault)}`])
    },
    async end() {
      isOver = true
      const faults = await talking
      talking = Promise.resolve([])
      if (!isClosed) for (const peer of [voice, other]) peer.close()
      isClosed = true
      return faults
    },
  }
}

/** The first session description of the product to this party. */
async function firstDescription(
  run: SippRun, isOver: () => boolean,
): Promise<SippMessage | undefined> {
  for (;;) {
    const found = run.messages().find(({ direction, text }) =>
      direction === 'received' && /^m=audio \d/m.test(text))
    if (found || isOver()) return found
    await pause(10)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}
