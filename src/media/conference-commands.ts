/**
 * What `api conference NAME …` can ask of a conference, with the answers in the words that the
 * client library looks for.
 */
import type { Octets } from '../esl/frame.ts'
import { dismissMember, moveMember } from './conference-member.ts'
import type { ConferenceTable } from './conference-table.ts'
import type { Conference, Member } from './conference.ts'

type Command = (conference: Conference, words: readonly string[], table: ConferenceTable) => string

const commands: Readonly<Record<string, Command>> = {
  list(conference, [what]) {
    if (what === 'count') return `${conference.members.size}\n`
    return [...conference.members.values()]
      .map(({ id, channel }) => `${id};${channel.uuid}\n`)
      .join('')
  },
  get(conference, [what]) {
    if (what === 'max_members') return String(conference.maxMembers)
    return what === 'count' ? String(conference.members.size) : '-ERR unknown parameter\n'
  },
  set(conference, [what, value]) {
    const number = Number(value)
    if (what !== 'max_members' || !Number.isInteger(number) || number < 0) {
      return '-ERR unknown parameter\n'
    }
    const before = conference.maxMembers
    conference.maxMembers = number
    return `${before}\n`
  },
  lock: (conference) => lock(conference, true),
  unlock: (conference) => lock(conference, false),
  mute: ofMembers('mute', (conference, member) => {
    member.isMuted = true
    conference.tell('mute-member', [], member)
  }),
  unmute: ofMembers('unmute', (conference, member) => {
    member.isMuted = false
    conference.tell('unmute-member', [], member)
  }),
  deaf: ofMembers('deaf', (conference, member) => {
    member.isDeaf = true
    conference.tell('deaf-member', [], member)
  }),
  undeaf: ofMembers('undeaf', (conference, member) => {
    member.isDeaf = false
    conference.tell('undeaf-member', [], member)
  }),
  kick: ofMembers('kicked', (conference, member) => {
    conference.tell('kick-member', [], member)
    dismissMember(member)
  }),
  hup: ofMembers('hup', (_conference, member) => dismissMember(member)),
  play(conference, [file = '', ...rest]) {
    const id = rest.at(-1)
    const first = conference.members.values().next().value
    if (first === undefined) return `(play) File: ${file} not found.\n`
    if (id === undefined) {
      return conference.play(file, first.channel)
        ? `+OK (play) Playing file ${file}\n`
        : `(play) File: ${file} not found.\n`
    }
    const member = conference.members.get(Number(id))
    if (member === undefined) return `-ERR Non-Existent ID ${id}\n`
    return conference.playTo(member, file)
      ? `+OK (play) Playing file ${file} to member ${id}\n`
      : `(play) File: ${file} not found.\n`
  },
  recording(conference, [what, file = '']) {
    const first = conference.members.values().next().value
    if (what === 'start') {
      const hasStarted = first !== undefined && conference.startRecording(file, first.channel)
      return hasStarted ? `+OK Record file ${file}\n` : `-ERR Cannot record ${file}\n`
    }
    if (what === 'pause') {
      return conference.pauseRecording(file, true)
        ? `+OK Pause recording file ${file}\n`
        : `-ERR not recording ${file}\n`
    }
    if (what === 'resume') {
      return conference.pauseRecording(file, false)
        ? `+OK Resume recording file ${file}\n`
        : `-ERR not recording ${file}\n`
    }
    if (what !== 'stop') return '-ERR unknown operation\n'
    return conference.stopRecording(file)
      ? `Stopped recording file ${file}\n+OK Stopped recording 0 files\n`
      : `-ERR not recording ${file}\n`
  },
  transfer(conference, [name = '', id = ''], table) {
    const member = conference.members.get(Number(id))
    const target = member === undefined || name === '' ? undefined : table.open(name)
    if (member === undefined || target === undefined || target.isFull) {
      return `-ERR Cannot transfer ${id}\n`
    }
    conference.tell(
      'transfer',
      [
        ['Old-Conference-Name', conference.name],
        ['New-Conference-Name', name],
      ],
      member,
    )
    moveMember(member, target)
    return `+OK Member '${id}' sent to conference ${name}.\n`
  },
  // Accepted, and without effect: levels are left as they are.
  agc: (_conference, [value = '']) => `+OK agc ${value}\n`,
}

/** Carries out a command; the body of the answer. */
export function conferenceCommand(table: ConferenceTable, argument: Octets): string {
  const [name = '', operation = '', ...words] = argument.split(/\s+/).filter((word) => word !== '')
  const conference = table.find(name)
  if (conference === undefined) return `-ERR Conference ${name} not found\n`
  const command = Object.hasOwn(commands, operation) ? commands[operation] : undefined
  return command === undefined
    ? `-ERR Conference command ${operation} not found\n`
    : command(conference, words, table)
}

function lock(conference: Conference, isLocked: boolean): string {
  conference.isLocked = isLocked
  conference.tell(isLocked ? 'lock' : 'unlock', [])
  return `+OK ${conference.name} ${isLocked ? 'locked' : 'unlocked'}\n`
}

/** An operation on one member by its number, or on `all`. */
function ofMembers(word: string, act: (conference: Conference, member: Member) => void): Command {
  return (conference, [id = '']) => {
    const chosen = id === 'all' || id === 'non_moderator'
      ? [...conference.members.values()]
      : [conference.members.get(Number(id))].filter((member) => member !== undefined)
    if (chosen.length === 0) return `-ERR Non-Existent ID ${id}\n`
    for (const member of chosen) act(conference, member)
    return chosen.map((member) => `+OK ${word} ${member.id}\n`).join('')
  }
}
