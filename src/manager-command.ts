/**
 * `node src/main.ts manager …`: the first manager, and others, from the operator's terminal. It
 * prints links to set a password, which work once and for a day; passwords are never typed here.
 */
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { Log } from './log.ts'
import { OperatorError, openStore } from './open-store.ts'
import { addLink, makeSecret } from './store/account-links.ts'
import { addManager, findPersonByLogin, listManagers, setManagerStatus } from './store/accounts.ts'
import { writeAudit } from './store/audit.ts'
import { inTransaction } from './store/database.ts'
import type { Db } from './store/database.ts'
import { StoreError } from './store/errors.ts'

const usage = `usage: node src/main.ts manager COMMAND
  add LOGIN NAME EMAIL   makes a manager and prints a link to set the password
  link LOGIN             prints a new link
  list                   all managers
  suspend LOGIN          ends the manager's sessions and log-ins
  resume LOGIN           lets the manager in again
`

/** Shape of a login: what registration gives, too. */
const loginPattern = /^[a-z0-9][a-z0-9._@-]{2,63}$/
const emailPattern = /^[^\s@<>",;:()]{1,64}@[^\s@<>",;:()]+$/

export interface ManagerCommand {
  readonly db: Db
  /** Address of the panel, without a slash at the end. */
  readonly panelUrl: string
  readonly wallMs: number
  /** Who sits at the terminal, for the log. */
  readonly actor: string
}

/** Runs the command over the database of the settings; answers what to print. */
export async function managerCommand(
  config: Config, args: readonly string[], root: string, log: Log, wallMs: number,
): Promise<string> {
  if (!isCommand(args)) throw new OperatorError(usage.trimEnd())
  const { database } = await openStore(config, join(root, 'sql'), log)
  const { panelHost, panelPort } = config
  const panelUrl = config.publicUrl || `http://${
    panelHost.includes(':') ? `[${panelHost}]` : panelHost}:${panelPort}`
  const actor = `${userInfo().username}@${hostname()}`.slice(0, 128)
  try {
    return await runManagerCommand({ db: database.kysely, panelUrl, wallMs, actor }, args)
  } finally {
    await database.close()
  }
}

/** The same over an open database. Throws OperatorError. */
export async function runManagerCommand(
  at: ManagerCommand, args: readonly string[],
): Promise<string> {
  const [command, typed = '', name = '', email = ''] = args
  const login = typed.toLowerCase()
  try {
    switch (command) {
      case 'add': return await add(at, { login, name, email })
      case 'link': return await link(at, login)
      case 'list': return await list(at)
      case 'suspend':
      case 'resume': return await setStatus(at, login, command)
      default: throw new OperatorError(usage.trimEnd())
    }
  } catch (fault) {
    if (!(fault instanceof StoreError)) throw fault
    throw new OperatorError(fault.code === 'login_taken'
      ? `there is an account "${login}" already` : `there is no manager "${login}"`)
  }
}

function isCommand([command, ...rest]: readonly string[]): boolean {
  const counts: Readonly<Record<string, number>> = { add: 3, link: 1, list: 0, suspend: 1, resume: 1 }
  return rest.length === counts[command ?? '']
}

async function add(
  at: ManagerCommand,
  { login, name, email }: { readonly login: string; readonly name: string; readonly email: string },
): Promise<string> {
  if (!loginPattern.test(login))
    throw new OperatorError('LOGIN: 3–64 signs of a–z, 0–9 and . _ @ -')
  // The log of deeds calls the service itself so (store/audit.ts).
  if (login === 'system') throw new OperatorError('LOGIN: "system" is the service itself')
  if (name.trim() === '' || name.length > 120) throw new OperatorError('NAME: 1–120 signs')
  if (!emailPattern.test(email) || email.length > 254)
    throw new OperatorError('EMAIL: an e-mail address')
  const { db, wallMs, actor } = at
  const secret = await inTransaction(db, async (trx) => {
    const id = await addManager(trx, { login, name: name.trim(), email }, wallMs)
    await writeAudit(trx, { actor, action: 'manager.add', subject: `manager:${login}` }, wallMs)
    return makeLink(trx, id, 'first', email, wallMs)
  })
  return `Manager ${login} was made.\n${told(at, secret)}`
}

async function link(at: ManagerCommand, login: string): Promise<string> {
  const { db, wallMs, actor } = at
  const secret = await inTransaction(db, async (trx) => {
    const person = await findPersonByLogin(trx, login)
    if (person?.role !== 'manager') throw new StoreError('not_found')
    if (person.status !== 'active')
      throw new OperatorError(`${login} is suspended: a link would not work before \`resume\``)
    await writeAudit(trx, { actor, action: 'manager.link', subject: `manager:${login}` }, wallMs)
    return makeLink(trx, person.id, 'reset', person.email, wallMs)
  })
  return told(at, secret)
}

async function list({ db }: ManagerCommand): Promise<string> {
  const all = await listManagers(db)
  if (all.length === 0) return 'There are no managers yet; `manager add` makes one.\n'
  return all.map(({ login, name, email, status }) =>
    `${login.padEnd(20)} ${status.padEnd(10)} ${name} <${email}>\n`).join('')
}

async function setStatus(
  { db, wallMs, actor }: ManagerCommand, login: string, command: 'suspend' | 'resume',
): Promise<string> {
  await inTransaction(db, async (trx) => {
    await setManagerStatus(trx, login, command === 'suspend' ? 'suspended' : 'active')
    const subject = `manager:${login}`
    await writeAudit(trx, { actor, action: `manager.${command}`, subject }, wallMs)
  })
  return command === 'suspend' ? `${login} is suspended; all sessions have ended.\n`
    : `${login} may log in again.\n`
}

async function makeLink(
  trx: Parameters<typeof addLink>[0], accountId: string, purpose: 'first' | 'reset', email: string,
  wallMs: number,
): Promise<string> {
  const id = await addLink(trx, { accountId, purpose, email }, wallMs)
  const secret = await makeSecret(trx, id, wallMs)
  if (secret === undefined) throw new Error('a link that was just made counts no more')
  return secret
}

function told({ panelUrl }: ManagerCommand, secret: string): string {
  return `Set the password here; the link works once, for 24 hours:\n${panelUrl}/password/${secret}\n`
}
