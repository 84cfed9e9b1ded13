/**
 * The commands of `api` and `bgapi`: a table of names. A command gets its words and returns the
 * body of the answer; '' is sent as `-ERR no reply`.
 */
import type { Octets } from '../esl/frame.ts'
import { sendDigits } from './applications.ts'
import type { BridgeTable } from './bridge.ts'
import type { Channel } from './channel.ts'
import { statisticsVariables } from './channel-variables.ts'
import { conferenceCommand } from './conference-commands.ts'
import type { ConferenceTable } from './conference-table.ts'
import type { Folders } from './folders.ts'
import { hangupCause } from './hangup-cause.ts'
import { sofiaStatus, statusText, uptimeSeconds } from './status.ts'
import type { ServerStatus } from './status.ts'
import { splitWords } from './words.ts'

/** What commands need of the server. */
export interface ApiServices {
  readonly bridges: BridgeTable
  readonly conferences: ConferenceTable
  readonly folders: Folders
  readonly newId: () => string
  channel(uuid: string): Channel | undefined
  status(): ServerStatus
}

const noChannel = '-ERR No such channel!\n'
const noSession = '-ERR Cannot locate session!\n'

type Command = (services: ApiServices, words: readonly string[], argument: Octets) => string

const commands: Readonly<Record<string, Command>> = {
  status: (services) => statusText(services.status()),
  uptime: (services) => `${uptimeSeconds(services.status())}\n`,
  version: (services) => `FreeSWITCH Version ${services.status().version}\n`,
  hostname: (services) => services.status().hostName,
  echo: (_services, _words, argument) => argument,
  create_uuid: (services) => services.newId(),
  sofia: (services, [what, ...rest]) =>
    what === 'status' && rest.length === 0
      ? sofiaStatus(services.status())
      : '-ERR unknown command\n',
  show: () => '-ERR SQL disabled, no data available!\n',
  global_getvar: (services, [name = '']) => services.folders.names[name] ?? '',
  conference: (services, _words, argument) => conferenceCommand(services.conferences, argument),
  uuid_exists: (services, [uuid = '']) => String(services.channel(uuid) !== undefined),
  uuid_bridge(services, [first = '', second = '']) {
    const one = services.channel(first)
    const other = services.channel(second)
    if (one === undefined || other === undefined || one === other) return '-ERR Invalid uuid\n'
    services.bridges.join(one, other)
    return `+OK ${second}\n`
  },
  uuid_transfer(services, [uuid = '', ...rest]) {
    const channel = services.channel(uuid)
    if (channel === undefined) return noChannel
    const isBoth = rest[0] === '-both'
    const [target] = isBoth ? rest.slice(1) : rest
    if (target !== 'park') return '-ERR only park can be transferred to\n'
    services.bridges.part(channel, isBoth)
    return '+OK\n'
  },
  uuid_break(services, [uuid = '', all]) {
    const channel = services.channel(uuid)
    if (channel === undefined) return noChannel
    if (all === 'all') channel.execution.stopAll('break')
    else channel.execution.breakInnermost()
    return '+OK\n'
  },
  uuid_kill(services, [uuid = '', cause = '']) {
    const channel = services.channel(uuid)
    if (channel === undefined) return noChannel
    // The answer goes out first: the call's own connection closes with the call.
    queueMicrotask(() => channel.hangUp(hangupCause(cause)))
    return '+OK\n'
  },
  uuid_dump: (services, [uuid = '']) => services.channel(uuid)?.headers.dump(false) ?? noChannel,
  uuid_set_media_stats(services, [uuid = '']) {
    const channel = services.channel(uuid)
    if (channel === undefined) return `-ERR No such channel ${uuid}!\n`
    channel.setVariables(statisticsVariables(channel.session))
    return '+OK:\n'
  },
  uuid_getvar(services, [uuid = '', name = '']) {
    const channel = services.channel(uuid)
    return channel === undefined ? noChannel : (channel.getVariable(name) ?? '_undef_')
  },
  uuid_setvar(services, [uuid = '', name = '', ...value]) {
    const channel = services.channel(uuid)
    if (channel === undefined) return noChannel
    if (!/^[\w.:-]{1,128}$/.test(name)) return '-ERR wrong name\n'
    if (value.length === 0) channel.unsetVariable(name)
    else channel.setVariable(name, value.join(' '))
    return '+OK\n'
  },
  uuid_record: record,
  uuid_send_dtmf(services, [uuid = '', keys = '']) {
    const channel = services.channel(uuid)
    if (channel === undefined) return noSession
    return sendDigits(channel, keys) > 0 ? `+OK ${uuid} sent DTMF ${keys}.\n` : '-ERR no digits\n'
  },
  uuid_broadcast(services, [uuid = '', path = '']) {
    const channel = services.channel(uuid)
    if (channel === undefined || path === '') return '-ERR\n'
    channel.execution.submit({
      call: 'execute',
      application: 'playback',
      argument: path,
      id: services.newId(),
      loops: 1,
      isLocked: false,
    })
    return '+OK Message sent\n'
  },
}

/** Runs a command and returns the body of its answer; an unknown one has one too. */
export function runApi(services: ApiServices, name: string, argument: Octets): string {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) return `-ERR ${name} Command not found!\n`
  return command(services, splitWords(argument), argument)
}

function record(
  services: ApiServices,
  [uuid = '', operation = '', file = '', limit = '0']: readonly string[],
): string {
  const channel = services.channel(uuid)
  if (channel === undefined) return noSession
  const { recordings } = channel
  const stopped = '-ERR Cannot stop record session!\n'
  const done = (isDone: boolean, otherwise: string): string =>
    isDone ? '+OK Success\n' : otherwise
  switch (operation) {
    case 'start':
      return done(recordings.start(file, Number(limit) || 0), '-ERR Cannot record session!\n')
    case 'stop':
      return done(recordings.stop(file), stopped)
    case 'mask':
      return done(recordings.setMode(file, 'masked'), stopped)
    case 'pause':
      return done(recordings.setMode(file, 'paused'), stopped)
    case 'unmask':
    case 'resume':
      return done(recordings.setMode(file, 'running'), stopped)
    default:
      return '-USAGE: <uuid> [start|stop|mask|unmask|pause|resume] <path> [<limit>]\n'
  }
}
