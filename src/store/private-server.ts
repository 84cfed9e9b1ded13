/**
 * The product's own MariaDB, for machines where nobody names one: socket only, data under `dir`,
 * run as the current user, installed on the first start, stopped with its parent. Two servers never
 * get one data folder, and one that a killed parent left behind is ended before a new one starts.
 * It does not know what is stored in it.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createConnection } from 'mysql2/promise'
import type { Log } from '../log.ts'
import { lockFolder } from './folder-lock.ts'
import { isRunning } from './process-identity.ts'

export interface PrivateDatabaseOptions {
  /** Folder of the server; made when missing, readable by this user only. */
  readonly dir: string
  readonly log: Log
  /**
   * 'fast' gives up durability on power loss and most of the memory: for tests. Default 'durable'.
   */
  readonly settings?: 'durable' | 'fast'
  /**
   * Longest wait for the server, recovery after a crash included; milliseconds, default 120 000.
   */
  readonly startTimeoutMs?: number
}

export interface PrivateDatabase {
  /** mysql://… with the socket, for openDatabase. */
  readonly url: string
  readonly socketPath: string
  readonly pid: number
  /** Settles when the server is gone, asked for or not. */
  readonly exited: Promise<string>
  /** Ends the server in order (SIGTERM, after 30 s SIGKILL). May be called twice. */
  stop(): Promise<void>
}

/** Why the private database did not start; the message says what to do. */
export class PrivateDatabaseError extends Error {
  override readonly name = 'PrivateDatabaseError'
  readonly code: 'not_installed' | 'already_running' | 'install_failed' | 'start_failed'
  constructor(code: PrivateDatabaseError['code'], message: string) {
    super(message)
    this.code = code
  }
}

const databaseName = 'personal_number'
const stopTimeoutMs = 30_000
/** Debian keeps servers in /usr/sbin, which is not on the path of ordinary users. */
const programFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin']
/** A UNIX socket's name is limited to 107 bytes by the kernel. */
const longestSocketPath = 100

/** Where the private database under `dir` is or will be found, for parts that do not start it. */
export function privateDatabaseUrl(dir: string): string {
  return urlOf(chooseSocketPath(resolve(dir)))
}

/** The same database for another user without a password. */
export function urlOfUser(url: string, user: string): string {
  const changed = new URL(url)
  changed.username = user
  changed.password = ''
  return changed.href
}

function urlOf(socketPath: string): string {
  return `mysql://root@localhost/${databaseName}?socketPath=${encodeURIComponent(socketPath)}`
}

/** Starts the server and waits until it answers. Throws PrivateDatabaseError. */
export async function startPrivateDatabase(
  options: PrivateDatabaseOptions,
): Promise<PrivateDatabase> {
  const dir = resolve(options.dir)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const lock = lockFolder(dir)
  if (!lock) {
    throw new PrivateDatabaseError(
      'already_running',
      `${dir}: the private database already runs there; stop that one, or name another PN_DATA_DIR`,
    )
  }
  try {
    await endOrphan(dir, options.log)
    await installOnce(dir, options.log)
    return await launch(dir, options, lock.release)
  } catch (fault) {
    lock.release()
    throw fault
  }
}

/**
 * The private database as a process of its own: `started` is told when it answers; returns after
 * SIGTERM, SIGINT or the end of the parent's IPC channel; rejects when the server dies by itself.
 */
export async function runDatabase(
  options: PrivateDatabaseOptions,
  started: (database: PrivateDatabase) => void = () => {},
): Promise<void> {
  const asked = stopRequested()
  const database = await startPrivateDatabase(options)
  started(database)
  const end = await Promise.race([asked, database.exited])
  await database.stop()
  if (end !== undefined)
    throw new PrivateDatabaseError('start_failed', `the private database ended by itself: ${end}`)
}

function stopRequested(): Promise<undefined> {
  return new Promise((done) => {
    const stop = () => done(undefined)
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
    if (process.connected) process.once('disconnect', stop)
    else if (process.send) stop() // the parent died while this process was being loaded
  })
}

async function launch(
  dir: string,
  options: PrivateDatabaseOptions,
  release: () => void,
): Promise<PrivateDatabase> {
  const socketPath = chooseSocketPath(dir)
  const child = spawnServer(dir, socketPath, options.settings ?? 'durable')
  const exited = new Promise<string>((done) => {
    child.once('error', (fault) => done(fault.message))
    child.once('exit', (code, signal) =>
      done(signal === null ? `exit code ${code}` : `signal ${signal}`),
    )
  })
  try {
    await waitUntilAnswers(socketPath, exited, dir, options.startTimeoutMs ?? 120_000)
  } catch (fault) {
    await endChild(child, exited)
    throw fault
  }
  options.log.info({ pid: child.pid }, 'private database started')
  let stopping: Promise<void> | undefined
  const stop = async () => {
    await endChild(child, exited)
    if (!socketPath.startsWith(dir)) rmSync(dirname(socketPath), { recursive: true, force: true })
    release()
    options.log.info('private database stopped')
  }
  return {
    url: urlOf(socketPath),
    socketPath,
    pid: child.pid ?? 0,
    exited,
    stop: () => (stopping ??= stop()),
  }
}

function spawnServer(dir: string, socketPath: string, settings: 'durable' | 'fast'): ChildProcess {
  const args = [
    '--no-defaults',
    `--datadir=${join(dir, 'data')}`,
    `--socket=${socketPath}`,
    `--pid-file=${join(dir, 'mariadbd.pid')}`,
    `--log-error=${join(dir, 'mariadbd.log')}`,
    `--tmpdir=${ownTmpDir(dir)}`,
    '--skip-networking',
    '--skip-name-resolve',
    '--skip-log-bin',
    '--performance-schema=OFF',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--transaction-isolation=READ-COMMITTED',
    '--local-infile=OFF',
    '--max-connections=200',
    '--thread-cache-size=16',
    ...asCurrentUser(),
    ...(settings === 'fast'
      ? [
          '--innodb-flush-log-at-trx-commit=2',
          '--innodb-buffer-pool-size=16M',
          '--innodb-log-file-size=8M',
          '--innodb-doublewrite=OFF',
          '--innodb-flush-method=nosync',
          '--key-buffer-size=1M',
        ]
      : ['--innodb-flush-log-at-trx-commit=1', '--innodb-buffer-pool-size=128M']),
  ]
  // Its own process group: Ctrl-C in a terminal must reach it through stop(), after its users.
  // setpriv ends it when this process is killed so hard that it cannot do so itself.
  const server = findProgram('mariadbd')
  const setpriv = findProgramOrNot('setpriv')
  const command = setpriv ? [setpriv, '--pdeathsig', 'TERM', server, ...args] : [server, ...args]
  return spawn(command[0]!, command.slice(1), { stdio: 'ignore', detached: true })
}

async function waitUntilAnswers(
  socketPath: string,
  exited: Promise<string>,
  dir: string,
  timeoutMs: number,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  let end: string | undefined
  void exited.then((how) => {
    end = how
  })
  for (;;) {
    if (await answers(socketPath)) return
    if (end !== undefined) throw startFailed(`the server ended at its start (${end})`, dir)
    if (performance.now() > deadline)
      throw startFailed(`the server did not answer within ${timeoutMs} ms`, dir)
    await pause(30)
  }
}

async function answers(socketPath: string): Promise<boolean> {
  try {
    const connection = await createConnection({ socketPath, user: 'root', connectTimeout: 2000 })
    await connection.query(
      `CREATE DATABASE IF NOT EXISTS ${databaseName}`,
    )
    await connection.end()
    return true
  } catch {
    return false // not yet; the deadline decides
  }
}

function startFailed(what: string, dir: string): PrivateDatabaseError {
  const log = join(dir, 'mariadbd.log')
  const last = existsSync(log)
    ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-12).join('\n')
    : '(no log)'
  return new PrivateDatabaseError(
    'start_failed',
    `private database: ${what}. Its log ${log} ends:\n${last}`,
  )
}

/**
 * Installed beside its place and renamed, so that a half-made folder is never taken for a database.
 */
async function installOnce(dir: string, log: Log): Promise<void> {
  const data = join(dir, 'data')
  if (existsSync(data)) return
  const program = findProgram('mariadb-install-db')
  const fresh = join(dir, 'data.new')
  rmSync(fresh, { recursive: true, force: true })
  const child = spawn(
    program,
    [
      '--no-defaults',
      `--datadir=${fresh}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
    ],
    // The program is a shell script that tears paths with blanks apart, all but the data folder's;
    // and with --user it would chown. So the temporary folder goes by the environment.
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: ownTmpDir(dir) },
    },
  )
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-4000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const code = await new Promise<number | string>((done) => {
    child.once('error', (fault) => done(fault.message))
    child.once('close', (exitCode) => done(exitCode ?? 'killed'))
  })
  if (code !== 0)
    throw new PrivateDatabaseError('install_failed', `${program} failed (${code}):\n${output}`)
  renameSync(fresh, data)
  log.info({ dir }, 'private database installed')
}

/** A server whose parent was killed keeps the data folder locked: end it, its data is safe. */
async function endOrphan(dir: string, log: Log): Promise<void> {
  let pid: number
  try {
    pid = Number(readFileSync(join(dir, 'mariadbd.pid'), 'utf8'))
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    if (!command.includes(`--datadir=${join(dir, 'data')}`)) return
  } catch {
    return // no pid file, or no such process
  }
  log.warn({ pid }, 'ending a private database that lost its parent')
  process.kill(pid, 'SIGTERM')
  const deadline = performance.now() + stopTimeoutMs
  while (isRunning(pid)) {
    if (performance.now() > deadline) process.kill(pid, 'SIGKILL')
    await pause(50)
  }
}

async function endChild(child: ChildProcess, exited: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  await exited
  clearTimeout(force)
}

/** At its start a server removes all temporary tables it finds: in /tmp those of other servers. */
function ownTmpDir(dir: string): string {
  const folder = join(dir, 'tmp')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

function asCurrentUser(): string[] {
  // As root the server refuses to run unless told so; as anybody else it must not be told.
  return process.getuid?.() === 0 ? ['--user=root'] : []
}

/**
 * In the folder itself, or under /tmp in a folder of this user's own when the name grows too long.
 */
function chooseSocketPath(dir: string): string {
  const inside = join(dir, 'db.sock')
  if (Buffer.byteLength(inside) <= longestSocketPath) return inside
  const name = createHash('sha256').update(dir).digest('hex').slice(0, 12)
  const folder = join('/tmp', `personal-number-${process.getuid?.() ?? 0}-${name}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = statSync(folder)
  if (found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {
    throw new PrivateDatabaseError(
      'start_failed',
      `${folder} belongs to somebody else; remove it or choose a shorter data folder`,
    )
  }
  return join(folder, 'db.sock')
}

function findProgram(name: string): string {
  const found = findProgramOrNot(name)
  if (found) return found
  throw new PrivateDatabaseError(
    'not_installed',
    `${name} is not installed; on Debian: apt install mariadb-server, or set DATABASE_URL`,
  )
}

function findProgramOrNot(name: string): string | undefined {
  return programFolders.map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}
