/**
 * Passwords as argon2id hashes in the PHC format (RFC 9106), made by Node itself. One hash takes 19
 * MiB and some 25 ms, so only a few are made at a time; a crowd is refused instead of queued.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane. */
const memoryKiB = 19_456
const passes = 2
const lanes = 1
const atOnce = 2
const longestQueue = 32

/** Too many passwords are being checked now; try again in a second. */
export class PasswordsBusy extends Error {}

let running = 0
const queue: (() => void)[] = []

/** Hash of a password, '$argon2id$v=19$m=…,t=…,p=…$salt$hash'. Rejects with PasswordsBusy. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, memoryKiB, passes, lanes)
  return phc(salt, hash)
}

/**
 * Whether `password` has this hash. An unknown account is checked against `noPassword`: it takes as
 * long.
 */
export async function checkPassword(password: string, stored: string): Promise<boolean> {
  const found =
    /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(stored)
  if (!found) return false
  const [, memory, time, parallelism, salt = '', hash = ''] = found
  const wanted = Buffer.from(hash, 'base64')
  const made = await derive(
    password,
    Buffer.from(salt, 'base64'),
    Number(memory),
    Number(time),
    Number(parallelism),
  )
  return made.length === wanted.length && timingSafeEqual(made, wanted)
}

/** A hash no password has. */
export const noPassword = phc(Buffer.alloc(16), Buffer.alloc(32))

async function derive(
  password: string,
  nonce: Buffer,
  memory: number,
  time: number,
  parallelism: number,
): Promise<Buffer> {
  await enter()
  try {
    return await new Promise<Buffer>((done, failed) => {
      const parameters = {
        message: password.normalize('NFC'),
        nonce,
        memory,
        passes: time,
        parallelism,
        tagLength: 32,
      }
      argon2('argon2id', parameters, (fault, key) =>
        fault ? failed(fault) : done(Buffer.from(key)),
      )
    })
  } finally {
    running--
    queue.shift()?.()
  }
}

async function enter(): Promise<void> {
  if (running >= atOnce) {
    if (queue.length >= longestQueue) throw new PasswordsBusy()
    await new Promise<void>((next) => {
      queue.push(next)
    })
  }
  running++
}

function phc(salt: Buffer, hash: Buffer): string {
  const cost = `m=${memoryKiB},t=${passes},p=${lanes}`
  return `$argon2id$v=19$${cost}$${base64(salt)}$${base64(hash)}`
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
