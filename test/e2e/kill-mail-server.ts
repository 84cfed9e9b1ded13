/**
 * A mail server as a process of its own, so that it can be killed: keeps every letter in a folder.
 * Run by `node kill-mail-server.ts PORT FOLDER`; says `ready` when it listens.
 */
import { pino } from 'pino'
import { systemClock } from '../../src/clock.ts'
import { startMailSink } from '../../src/notify/mail-sink.ts'

const [port = '0', folder = ''] = process.argv.slice(2)
const log = pino({ level: 'silent' })
await startMailSink({ port: Number(port), folder, clock: systemClock, log })
process.stdout.write('ready\n')
