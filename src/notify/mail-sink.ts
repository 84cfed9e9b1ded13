/**
 * A mail server that keeps everything and delivers nothing (smtp-server), for `make run` and tests:
 * each letter becomes a file of the mailbox folder. It lives in the application's process: whoever
 * runs that for himself then needs no further part, and letters sent while it is restarted wait in
 * the outbox like any others. Loopback only, neither TLS nor a password.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'

export interface MailSink {
  /** smtp://127.0.0.1:port */
  readonly url: string
  stop(): Promise<void>
}

const largestLetter = 25 * 1024 * 1024

/** Starts it on loopback, `port` 0 is any free one. `folder` is made when needed. */
export async function startMailSink(options: {
  readonly folder: string
  readonly clock: Clock
  readonly log: Log
  readonly port?: number
}): Promise<MailSink> {
  const { folder, clock, log, port: wanted = 0 } = options
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    size: largestLetter,
    maxClients: 20,
    logger: false,
    onData(stream, _session, done) {
      const pieces: Buffer[] = []
      stream.on('data', (piece: Buffer) => pieces.push(piece))
      stream.on('end', () => {
        if (stream.sizeExceeded) {
          done(Object.assign(new Error('too large'), { responseCode: 552 }))
          return
        }
        keepLetter(folder, clock, pieces).then(() => done(), (fault: Error) => done(fault))
      })
    },
  })
  server.on('error', (fault) => log.warn({ err: fault }, 'the local mailbox has a fault'))
  await new Promise<void>((done) => server.listen(wanted, '127.0.0.1', done))
  const address = server.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `smtp://127.0.0.1:${port}`,
    stop: () => new Promise((done) => server.close(done)),
  }
}

/** Nobody ever sees half of a letter under its name. */
async function keepLetter(folder: string, clock: Clock, pieces: readonly Buffer[]): Promise<void> {
  const name = `${Math.floor(clock.wallMs())}-${randomBytes(4).toString('hex')}.eml`
  const path = join(folder, name)
  await writeFile(`${path}.new`, Buffer.concat(pieces), { mode: 0o600, flush: true })
  await rename(`${path}.new`, path)
}
