/**
 * What `sipd --help` prints: drachtio-server's options as far as they act here, and the names of
 * those that are understood and left aside, so that a start script written for the original works.
 */
import { ignoredOptions } from './command-line.ts'

/** Option as it is typed, and what it does. */
const rows: readonly (readonly [option: string, about: string])[] = [
  ['-f, --file FILE', 'configuration file; default /etc/drachtio.conf.xml, if it is there'],
  ['--noconfig', 'reads no configuration file'],
  ['-c, --contact URI', 'where to listen: sip:HOST[:PORT][;transport=udp,tcp]; may be repeated'],
  ['--external-ip ADDRESS', 'what the preceding contact is called from outside'],
  ['--local-net CIDR[,CIDR]', 'networks the preceding contact serves'],
  ['--dns-name NAME[,NAME]', 'further names of the preceding contact'],
  ['-p, --port PORT', 'where applications connect; default 9022, 0 = any free port'],
  ['--address ADDRESS', 'address for applications; default 0.0.0.0'],
  ['--secret TEXT', 'what applications must know; default cymru'],
  ['--tcp-keepalive-interval SECONDS', 'probes of idle applications; default 45, 0 = none'],
  ['-l, --loglevel LEVEL', 'notice, error, warning, info or debug; default info'],
  ['--prometheus-scrape-port [HOST:]PORT', 'serves metrics under /metrics'],
  ['--aggressive-nat-detection', 'also where the top Record-Route says nat=yes'],
  ['--disable-nat-detection', 'requests in a dialog go to the Contact, wherever it came from'],
  ['--always-send-180', 'rings before an application is asked'],
  ['--reject-register-with-no-realm', '403 to a REGISTER for a bare address'],
  ['--user-agent-options-auto-respond TEXT', 'answers OPTIONS of this User-Agent itself'],
  ['-v, --version', 'prints the version of the control protocol'],
  ['--help', 'prints this text'],
]

const width = Math.max(...rows.map(([option]) => option.length))

/** The text of `sipd --help`. */
export function sipdUsage(): string {
  const lines = rows.map(([option, about]) => `  ${option.padEnd(width)}  ${about}\n`)
  return `usage: node src/main.ts sipd [OPTION]...
Without any option the PN_* settings decide (\`make help\` lists them).

${lines.join('')}
Understood and without effect:
${ignoredOptions.map((option) => `  ${option}\n`).join('')}
Precedence: command line, environment (DRACHTIO_...), configuration file.
`
}
