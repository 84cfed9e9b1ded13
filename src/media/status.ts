/**
 * What the server tells of itself: `sofia status` (where applications find its SIP address),
 * `status`, and the HEARTBEAT event, all in the layout that clients parse.
 */
export interface ServerStatus {
  readonly version: string
  readonly hostName: string
  /** `HOST:PORT` for each way in. */
  readonly sipAddress: string
  readonly tlsAddress: string | undefined
  readonly profiles: readonly string[]
  readonly uptimeMs: number
  readonly sessions: number
  readonly peakSessions: number
  readonly maxSessions: number
  readonly sessionsSinceStart: number
  /** Begun within the last second. */
  readonly sessionsLastSecond: number
  /** 0–100. */
  readonly idlePercent: number
}

/** The library looks for a row with the profile's name and `sip:mod_sofia@HOST:PORT`. */
export function sofiaStatus(status: ServerStatus): string {
  const rows = [row('Name', '   Type', 'Data', 'State')]
  const line = '='.repeat(97)
  rows.push(line)
  for (const name of status.profiles) {
    rows.push(row(name, 'profile', `sip:mod_sofia@${status.sipAddress}`, 'RUNNING (0)'))
    if (status.tlsAddress !== undefined) {
      rows.push(row(name, 'profile', `sip:mod_sofia@${status.tlsAddress}`, 'RUNNING (0) (TLS)'))
    }
  }
  const count = status.profiles.length
  rows.push(line, `${count} ${count === 1 ? 'profile' : 'profiles'} 0 aliases`)
  return `\n${rows.join('\n')}\n`
}

/** Columns of 25, 7 and 41 characters, separated by tabs. */
function row(name: string, type: string, data: string, state: string): string {
  return `${name.padStart(25)}\t${type.padStart(7)}\t${data.padStart(42)}\t${state}`
}

export function uptimeSeconds(status: ServerStatus): number {
  return Math.floor(status.uptimeMs / 1000)
}

export function statusText(status: ServerStatus): string {
  const { sessions, peakSessions: peak, sessionsLastSecond: last } = status
  return [
    `UP ${uptimeText(status.uptimeMs)}`,
    `FreeSWITCH (Version ${status.version}) is ready`,
    `${status.sessionsSinceStart} session(s) since startup`,
    `${sessions} session(s) - peak ${peak}, last 5min ${peak} `,
    `${last} session(s) per Sec out of max ${maxSessionsPerSecond}, peak ${last}, `
      + `last 5min ${last} `,
    `${status.maxSessions} session(s) max`,
    `min idle cpu 0.00/${status.idlePercent.toFixed(2)}`,
    '',
  ].join('\n')
}

/** The headers of HEARTBEAT. */
export function heartbeatHeaders(status: ServerStatus): [string, string][] {
  return [
    ['Event-Info', 'System Ready'],
    ['Up-Time', uptimeText(status.uptimeMs)],
    ['FreeSWITCH-Version', status.version],
    ['Uptime-msec', String(Math.floor(status.uptimeMs))],
    ['Session-Count', String(status.sessions)],
    ['Max-Sessions', String(status.maxSessions)],
    ['Session-Per-Sec', String(maxSessionsPerSecond)],
    ['Session-Per-Sec-Last', String(status.sessionsLastSecond)],
    ['Session-Per-Sec-Max', String(status.sessionsLastSecond)],
    ['Session-Per-Sec-FiveMin', String(status.sessionsLastSecond)],
    ['Session-Since-Startup', String(status.sessionsSinceStart)],
    ['Session-Peak-Max', String(status.peakSessions)],
    ['Session-Peak-FiveMin', String(status.peakSessions)],
    ['Idle-CPU', status.idlePercent.toFixed(6)],
  ]
}

/** Told to clients as the rate that is offered; nothing is refused by it. */
const maxSessionsPerSecond = 100

function uptimeText(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const units: [number, string][] = [
    [Math.floor(seconds / 31_536_000), 'year'],
    [Math.floor(seconds / 86_400) % 365, 'day'],
    [Math.floor(seconds / 3600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
    [Math.floor(ms) % 1000, 'millisecond'],
    [Math.floor(ms * 1000) % 1000, 'microsecond'],
  ]
  return units.map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`).join(', ')
}
