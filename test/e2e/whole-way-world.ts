/**
 * The product as `make run` starts it, on free ports, with people before it: each in a browser
 * context of his own, with pictures of what he saw in bench-out/whole-way, and the mailbox page that
 * all of them share.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import type { Test } from 'tap'
import type { RunNote } from '../../src/launcher/product.ts'
import { openDatabase } from '../../src/store/database.ts'
import type { Db } from '../../src/store/database.ts'
import { freeTcpPort } from '../support/baresip.ts'
import { patienceMs, startBrowser } from '../support/panel-browser.ts'
import { freeUdpPort } from '../support/sipp.ts'

const root = resolve(import.meta.dirname, '../..')
const artifacts = join(root, 'bench-out/whole-way')

export interface World extends Pick<RunNote, 'panelUrl' | 'demoTrunkPort'> {
  readonly db: Db
  /** `host:port` where calls go. */
  readonly sip: string
  /** How to get in: as the demo subscriber, and as the manager of the desk. */
  readonly demo: Access
  readonly manager: Access
  /** Somebody with a browser, who opens this page. */
  person(path: string): Promise<Person>
}

export interface Access {
  readonly login: string
  readonly password: string
}

export interface Person {
  readonly page: Page
  /** Console errors, exceptions and refusals by the content security policy. */
  readonly complaints: string[]
  goes(path: string): Promise<void>
  logsIn(access: Access): Promise<void>
  /** Presses a button or follows a link by the words on it. */
  presses(name: string | RegExp, within?: Locator): Promise<void>
  writes(label: string, text: string, within?: Locator): Promise<void>
  sees(text: string | RegExp, within?: Locator): Promise<void>
  /** Looks at the window again: pages that wait ask at once. */
  comesBack(): Promise<boolean>
  /** Opens the newest letter or SMS to this address in the mailbox; answers its text. */
  reads(to: string, subject: RegExp): Promise<string>
  picture(name: string): Promise<void>
}

/** Starts everything; takes it down with the test. */
export async function wholeWorld(test: Test): Promise<World> {
  const browserStarts = startBrowser(test)
  const note = await startProduct(test)
  const { panelUrl, demo, demoTrunkPort, databaseUrl, sip } = note
  if (demo?.manager === undefined) throw new Error('the desk has no manager')
  const database = openDatabase({ url: databaseUrl, connections: 2 })
  test.teardown(() => database.close())
  rmSync(artifacts, { recursive: true, force: true })
  mkdirSync(artifacts, { recursive: true })
  const browser = await browserStarts
  const pictures = { taken: 0 }
  const people: Person[] = []
  test.teardown(async () => {
    if (!test.passing()) for (const one of people) await one.picture('failed')
  })
  return {
    panelUrl, demoTrunkPort, db: database.kysely, sip: `${sip.host}:${sip.port}`,
    demo, manager: demo.manager,
    async person(path) {
      const one = await newPerson(browser, panelUrl, path, pictures)
      people.push(one)
      return one
    },
  }
}

/** `node src/main.ts run` with a data folder of its own; numbers are rung after a proof only. */
async function startProduct(test: Test): Promise<RunNote> {
  const folder = mkdtempSync(join(tmpdir(), 'pn-way-'))
  test.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const child = spawn(process.execPath, ['src/main.ts', 'run'], {
    cwd: root, stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '', HOME: folder, PN_DATA_DIR: folder, PN_DRAIN_SECONDS: '0',
      PN_PANEL_PORT: String(await freeTcpPort()), PN_CONTROL_PORT: String(await freeTcpPort()),
      PN_SIP_CONTACT: `sip:127.0.0.1:${await freeUdpPort()};transport=udp,tcp`,
      PN_DEMO_TRUNK_PORT: String(await freeUdpPort()), PN_MEDIA_PORT: String(await freeTcpPort()),
      PN_PAY_SIMULATOR_PORT: String(await freeTcpPort()), PN_RTP_PORTS: '0',
      PN_VERIFY_NUMBERS: 'yes',
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => { output += text })
  const ended = new Promise((done) => child.once('close', done))
  test.teardown(async () => {
    child.kill('SIGTERM')
    await ended
  })
  const file = join(folder, 'run.json')
  while (!existsSync(file)) {
    if (child.exitCode !== null) throw new Error(output)
    await new Promise((done) => setTimeout(done, 50))
  }
  return JSON.parse(readFileSync(file, 'utf8')) as RunNote
}

async function newPerson(
  browser: Browser, url: string, path: string, pictures: { taken: number },
): Promise<Person> {
  const context = await browser.newContext({
    locale: 'ru-RU', timezoneId: 'Europe/Moscow', viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(patienceMs)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    // Being asked to log in is an answer, not a fault of the page.
    if (message.type() === 'error' && !message.text().includes('status of 401')) complaints.push(message.text())
  })
  page.on('pageerror', (fault) => complaints.push(String(fault)))
  const goes = async (to: string): Promise<void> => { await page.goto(url + to) }
  const presses: Person['presses'] = (name, within) => {
    const place = within ?? page
    return place.getByRole('button', { name }).or(place.getByRole('link', { name })).first().click()
  }
  await goes(path)
  return {
    page, complaints, goes, presses,
    async logsIn({ login, password }) {
      await page.getByLabel('Логин').fill(login)
      await page.getByLabel('Пароль', { exact: true }).fill(password)
      await presses('Войти')
    },
    writes: (label, text, within) => (within ?? page).getByLabel(label, { exact: true }).fill(text),
    sees: (text, within) => (within ?? page).getByText(text).first().waitFor(),
    comesBack: () => page.evaluate(() => dispatchEvent(new Event('focus'))),
    async reads(to, subject) {
      await goes('/mailbox')
      const letter = page.getByRole('row').filter({ hasText: to }).getByRole('link', { name: subject })
      // Letters leave after what they tell; the page has no script and is loaded again.
      for (const until = performance.now() + patienceMs; await letter.count() === 0;) {
        if (performance.now() > until) throw new Error(`no letter ${String(subject)} to ${to}`)
        await new Promise((done) => { setTimeout(done, 100) })
        await page.reload()
      }
      await letter.first().click()
      return (await page.locator('main').innerText()).replaceAll('\u00a0', ' ')
    },
    async picture(name) {
      pictures.taken += 1
      const number = String(pictures.taken).padStart(2, '0')
      await page.screenshot({ path: join(artifacts, `${number}-${name}.png`) })
    },
  }
}
