/**
 * The commands of a call as lines that a person can read.
 */
import type { CallCommand } from '../../src/call/events.ts'

/** `1500 dial 1 +7916…`: a command as a line; timers and records are left out. */
export function callLine(at: number, command: CallCommand): string[] {
  switch (command.do) {
    case 'dial': return words(at, 'dial', command.leg, command.address, command.media)
    case 'dropLeg':
      return words(at, 'drop', command.leg, command.elsewhere && 'elsewhere',
        command.tell !== undefined && `tell ${command.tell}`)
    case 'confirmLeg': return words(at, 'ask', command.leg)
    case 'refuseCaller': return words(at, 'refuse', String(command.status))
    case 'answerCaller': {
      const { record } = command
      return words(at, 'answer with', command.leg, command.media,
        record !== undefined && 'recorded', record?.consent === true && 'with consent')
    }
    case 'passEarlyMedia': return words(at, 'early media of', command.leg)
    case 'hangUp': return words(at, 'hang up', command.side)
    case 'ringCaller': return words(at, 'ring caller', command.ringback)
    case 'takeVoicemail': return words(at, 'take voicemail', command.greetingFile)
    case 'openMailbox': return words(at, 'open mailbox')
    case 'announce': return words(at, 'announce', command.prompt)
    case 'charge': return words(at, 'charge', command.leg)
    case 'warnCallee': return words(at, 'warn phone')
    case 'maskRecording': return words(at, command.masked ? 'mask' : 'unmask')
    case 'tellOrder':
    case 'openRecord':
    case 'updateRecord':
    case 'closeRecord':
    case 'setTimer':
    case 'stopTimer': return []
  }
}

function words(at: number, ...said: readonly (string | false | undefined)[]): string[] {
  return [[at, ...said.filter((word) => typeof word === 'string')].join(' ')]
}
