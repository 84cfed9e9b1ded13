/**
 * The people of the kill drill: newcomers who register by a referral link and become subscribers, a
 * manager who confirms and answers them, payers, askers, the forgetful. Each tries again until he
 * is answered, with the same form, as a browser does; what he was promised is noted and compared with
 * the database afterwards (kill-checks.ts).
 */
import { randomUUID } from 'node:crypto'
import { pay } from '../support/payments.ts'
import { askPatiently, pause, until } from './kill-world.ts'
import type { Answer, Asked, Battlefield, CaughtLetter } from './kill-world.ts'

/** What can be under way when something is killed. */
export const doings = [
  'request', 'confirmation', 'firstPassword', 'newPassword', 'payment', 'bonus', 'fee', 'call',
  'letter', 'question', 'answer',
] as const
export type Doing = (typeof doings)[number]

/** What was promised: everything that a reply of the product, or a payment, has confirmed. */
export interface Promised {
  /** E-mail address by number of the request. */
  readonly requests: Map<number, string>
  /** E-mail address by personal number. */
  readonly confirmed: Map<string, string>
  /** Newest password by login. */
  readonly passwords: Map<string, string>
  /** Kopecks by order. */
  readonly payments: Map<number, number>
  /** Words that were written to the support, each of them once. */
  readonly words: Set<string>
  /** Of them, those that begin a thread or answer one: by id of the thread. */
  readonly answers: Map<string, string>
  /** What somebody was refused or waited for in vain. */
  readonly faults: string[]
}

interface Resident {
  readonly login: string
  readonly email: string
  readonly from: string
  cookie: string
  password: string
}

const paysKopecks = 50_000

export class Town {
  readonly promised: Promised = {
    requests: new Map(), confirmed: new Map(), passwords: new Map(), payments: new Map(),
    words: new Set(), answers: new Map(), faults: [],
  }
  /** How many are at it now, and how often it was done. */
  readonly underWay = new Map<Doing, number>()
  readonly done = new Map<Doing, number>()
  readonly #field: Battlefield
  readonly #random: () => number
  readonly #referral: string
  readonly #work = new Set<Promise<void>>()
  #manager = ''
  #made = 0
  #isOver = false

  constructor(field: Battlefield, random: () => number, referral: string) {
    this.#field = field
    this.#random = random
    this.#referral = referral
  }

  /** The manager sits down, and `streets` newcomers at a time come, until `leave`. */
  async live(streets: number): Promise<void> {
    const { manager } = this.#field.note.demo ?? {}
    if (manager === undefined) throw new Error('the desk has no manager')
    this.#manager = await this.#logIn(manager.login, manager.password, '127.0.0.1') ?? ''
    for (let n = 0; n < streets; n++) this.#begin(() => this.#street())
  }

  /** Nobody begins anything new; resolves when all have ended what they were at. */
  async leave(): Promise<void> {
    this.#isOver = true
    while (this.#work.size > 0) await Promise.all(this.#work)
  }

  #begin(work: () => Promise<void>): void {
    const under = work()
      .catch((fault: unknown) => { this.promised.faults.push(String(fault)) })
      .finally(() => this.#work.delete(under))
    this.#work.add(under)
  }

  async #during<T>(doing: Doing, work: () => Promise<T>): Promise<T> {
    const count = (by: number) => this.underWay.set(doing, (this.underWay.get(doing) ?? 0) + by)
    count(1)
    try {
      const result = await work()
      this.done.set(doing, (this.done.get(doing) ?? 0) + 1)
      return result
    } finally {
      count(-1)
    }
  }

  /** One after the other registers; who has become a subscriber goes about his business. */
  async #street(): Promise<void> {
    while (!this.#isOver) {
      const resident = await this.#newcomer(++this.#made)
      await this.#during('bonus', () => this.#pay(resident))
      for (const life of [this.#payer, this.#asker, this.#forgetful])
        this.#begin(() => life.call(this, resident))
    }
  }

  /** Sends the form twice, as an impatient finger does; answers the number of the request. */
  async #register(n: number): Promise<number> {
    const email = emailOf(n)
    const form = {
      formKey: randomUUID(), name: `Новый Абонент ${n}`, email, consent: true,
      phone: `+79${String(160_000_000 + n)}`, referralCode: this.#referral,
    }
    const asked = { method: 'POST', path: '/api/register', body: form, from: addressOf(n) }
    const { number } = (await this.#must(asked, 202)).body as { number: number }
    const again = (await this.#must(asked, 202)).body as { number: number }
    if (again.number !== number) this.promised.faults.push(`request ${number} is ${again.number}`)
    this.promised.requests.set(number, email)
    await until(`the letter about request ${number}`, () => this.#lettersTo(email).length > 0)
    return number
  }

  async #newcomer(n: number): Promise<Resident> {
    const [email, from] = [emailOf(n), addressOf(n)]
    const number = await this.#during('request', () => this.#register(n))
    const password = this.#newPassword()
    const login = await this.#during('confirmation', async () => {
      const login = await this.#confirm(number, email)
      await this.#during('firstPassword', () => this.#setPassword(login, email, password, from))
      return login
    })
    const cookie = await this.#logIn(login, password, from) ?? ''
    return { login, email, from, password, cookie }
  }

  /** The manager opens the request and confirms it; whatever he is not answered he does again. */
  async #confirm(number: number, email: string): Promise<string> {
    const row = () => this.#field.db.selectFrom('registrations').select(['id', 'state'])
      .where('number', '=', String(number)).executeTakeFirst()
    let id = ''
    await until(`request ${number}`, async () => (id = (await row())?.id ?? '') !== '')
    const path = `/api/desk/requests/${id}`
    for (let tries = 0; tries < 50; tries++) {
      const { body: open } = await this.#manage('POST', `${path}/claim`, {})
      if (open.state === 'confirmed') break
      const { reserved, version, tariffs, proposedLogin } = open
      const tariff = (tariffs as { id: string; name: string }[])
        .find((one) => one.name === 'Базовый')
      const wish = { version, number: reserved?.number, tariffId: tariff?.id, login: proposedLogin }
      const { status, body } = await this.#manage('POST', `${path}/confirm`, wish)
      if (status === 200 && body.state === 'confirmed') break
      if (status !== 409) throw new Error(`request ${number}: ${status} ${JSON.stringify(body)}`)
    }
    const account = () => this.#field.db.selectFrom('registrations as r')
      .innerJoin('accounts as a', 'a.subscriber_id', 'r.subscriber_id')
      .innerJoin('personal_numbers as p', 'p.subscriber_id', 'r.subscriber_id')
      .select(['a.login', 'p.address']).where('r.id', '=', id).executeTakeFirst()
    let login = ''
    await until(`the account of request ${number}`, async () => {
      const found = await account()
      if (found === undefined) return false
      this.promised.confirmed.set(found.address, email)
      login = found.login
      return true
    }, 60_000)
    return login
  }

  /** By the newest link that has come; one that was used, by whom but ourselves, has worked. */
  async #setPassword(login: string, email: string, password: string, from: string): Promise<void> {
    const tried = new Set<string>()
    await until(`a link for ${login}`, async () => {
      const token = this.#tokens(email).findLast((one) => !tried.has(one))
      if (token === undefined) return false
      tried.add(token)
      const { status } = await askPatiently(this.#field.note.panelUrl, {
        method: 'POST', path: `/api/password-links/${token}`, body: { password }, from,
      })
      return status === 200 || await this.#logIn(login, password, from) !== undefined
    }, 90_000, 100)
    this.promised.passwords.set(login, password)
  }

  #tokens(email: string): string[] {
    return this.#lettersTo(email)
      .flatMap(({ text }) => /\/password\/([\w-]{43})/.exec(text)?.[1] ?? [])
  }

  #lettersTo(email: string): readonly CaughtLetter[] {
    return this.#field.letters().filter(({ to }) => to === email)
  }

  async #payer(who: Resident): Promise<void> {
    for (let n = 0; n < 8 && !this.#isOver; n++) await this.#during('payment', () => this.#pay(who))
  }

  async #pay(who: Resident): Promise<void> {
    const tiles = ['robokassa', 'card', 'qiwi'] as const
    const system = tiles[Math.floor(this.#random() * tiles.length)]!
    const form = { system, kopecks: paysKopecks, key: randomUUID() }
    const begun = await this.#must({ method: 'POST', path: '/api/payments', body: form }, 201, who)
    const { order, url } = begun.body as { order: number; url: string }
    // The system tells each payment three times, and again until it is heard.
    await pay(url, { repeat: '3' })
    this.promised.payments.set(order, paysKopecks)
    await until(`payment ${order}`, async () => {
      const { body } = await this.#must(
        { method: 'GET', path: `/api/payments/${order}` }, 200, who)
      return body.state === 'paid'
    }, 90_000, 100)
  }

  async #asker(who: Resident): Promise<void> {
    for (let n = 0; n < 5 && !this.#isOver; n++) {
      const question = { text: `Вопрос ${randomUUID()}`, key: randomUUID() }
      const id = await this.#during('question', async () => {
        const asked = { method: 'POST', path: '/api/support', body: question }
        const { id } = (await this.#must(asked, 201, who)).body as { id: string }
        this.promised.words.add(question.text)
        const more = { text: `Ещё ${randomUUID()}`, key: randomUUID() }
        await this.#must({ ...asked, path: `/api/support/${id}/messages`, body: more }, 201, who)
        this.promised.words.add(more.text)
        return id
      })
      await this.#during('answer', async () => {
        const answer = { text: `Ответ ${randomUUID()}`, key: randomUUID() }
        const { status, body } = await this.#manage(
          'POST', `/api/desk/support/${id}/messages`, answer)
        if (status !== 201) throw new Error(`answer to ${id}: ${status} ${JSON.stringify(body)}`)
        this.promised.words.add(answer.text)
        this.promised.answers.set(id, answer.text)
      })
    }
  }

  /** Twice, as more links than three an hour are not sent to one account. */
  async #forgetful(who: Resident): Promise<void> {
    for (let n = 0; n < 2 && !this.#isOver; n++) {
      await this.#during('newPassword', async () => {
        const password = this.#newPassword()
        const body = { login: who.login }
        await this.#must({ method: 'POST', path: '/api/password-links', body, from: who.from }, 202)
        await this.#setPassword(who.login, who.email, password, who.from)
        who.password = password
      })
      // A new password has ended all sessions.
      who.cookie = await this.#logIn(who.login, who.password, who.from) ?? ''
    }
  }

  #newPassword(): string {
    return `kill-${randomUUID()}`
  }

  /** undefined = the password is not right. */
  async #logIn(login: string, password: string, from: string): Promise<string | undefined> {
    const asked = { method: 'POST', path: '/api/login', body: { login, password }, from }
    const { status, cookie } = await askPatiently(this.#field.note.panelUrl, asked)
    return status === 200 ? cookie : undefined
  }

  #manage(method: string, path: string, body: object): Promise<Answer> {
    return askPatiently(this.#field.note.panelUrl, { method, path, body, cookie: this.#manager })
  }

  /** As `who` where that is given: he whose sessions were ended meanwhile asks with the new one. */
  async #must(asked: Asked, status: number, who?: Resident): Promise<Answer> {
    for (let tries = 0; ; tries++) {
      const answer = await askPatiently(this.#field.note.panelUrl, {
        ...asked, ...(who === undefined ? {} : { cookie: who.cookie, from: who.from }),
      })
      if (answer.status === status) return answer
      if (answer.status !== 401 || tries > 100)
        throw new Error(`${asked.path}: ${answer.status} ${JSON.stringify(answer.body)}`)
      await pause(100)
    }
  }
}

function emailOf(n: number): string {
  return `n${n}@kill.example`
}

/** What is counted per address is counted for each alone. */
function addressOf(n: number): string {
  return `127.1.${n >> 8}.${n & 255}`
}
