/**
 * The settings on the screen: loaded once, kept right by the server's events, saved control by
 * control. A change is shown at once, told in a toast with its undo, and taken back when the server
 * refuses it. No drawing here.
 */
import { signal } from '@preact/signals'
import type { AudioListReply, SettingsReply } from '../src/api/schema-media.ts'
import type { LimitsReply } from '../src/api/schema-limits.ts'
import type { EmailReply, SecondFactorReply } from '../src/api/schema-people.ts'
import { accountApi } from './api-account.ts'
import type { AudioChoice, SettingsPatch } from './api-account.ts'
import { peopleApi } from './api-people.ts'
import { problemText } from './api.ts'
import { chooseLanguage } from './device.ts'
import { noteFault, refresh } from './state.ts'
import { t } from './text.ts'
import { showToast, toast } from './toast.ts'

export const settings = signal<SettingsReply | undefined>(undefined)
export const audio = signal<AudioListReply | undefined>(undefined)
/** What is no setting but stands beside them; undefined when it could not be loaded. */
export const factor = signal<SecondFactorReply | undefined>(undefined)
export const email = signal<EmailReply | undefined>(undefined)
export const limits = signal<LimitsReply | undefined>(undefined)
/** Why they could not be loaded, in words. */
export const settingsFault = signal<string | undefined>(undefined)

/** Saves under way: what is loaded meanwhile may be older than what was chosen. */
let saving = 0
let turn = 0

/** Loads what is no setting, before the page is drawn: nothing jumps then. Never throws. */
async function loadOthers(): Promise<void> {
  await Promise.allSettled([
    peopleApi.secondFactor().then((reply) => { factor.value = reply }),
    peopleApi.email().then((reply) => { email.value = reply }),
    peopleApi.limits().then((reply) => { limits.value = reply }),
  ])
}

/** Loads settings and sounds. Never throws: a fault becomes the strip of the page. */
export async function loadSettings(): Promise<void> {
  const mine = turn += 1
  try {
    const [fresh, sounds] = await Promise.all([
      accountApi.settings(), accountApi.audio(), loadOthers(),
    ])
    if (mine !== turn || saving > 0) return
    settings.value = fresh
    audio.value = sounds
    settingsFault.value = undefined
  } catch (fault) {
    noteFault(fault)
    if (settings.value === undefined) settingsFault.value = problemText(fault)
  }
}

function merged(now: SettingsReply, patch: SettingsPatch): SettingsReply {
  return {
    ...now, profile: { ...now.profile, ...patch.profile }, calls: { ...now.calls, ...patch.calls },
    notifications: { ...now.notifications, ...patch.notifications },
    delivery: { ...now.delivery, ...patch.delivery },
  }
}

/** The present values of what a patch changes. */
export function inverse(now: SettingsReply, patch: SettingsPatch): SettingsPatch {
  const pick = <T extends object>(from: T, given: object | undefined): Partial<T> =>
    Object.fromEntries(Object.keys(given ?? {}).map((key) => [key,
      from[key as keyof T]])) as Partial<T>
  return {
    ...(patch.profile === undefined ? {} : { profile: pick(now.profile, patch.profile) }),
    ...(patch.calls === undefined ? {} : { calls: pick(now.calls, patch.calls) }),
    ...(patch.notifications === undefined ? {}
      : { notifications: pick(now.notifications, patch.notifications) }),
    ...(patch.delivery === undefined ? {} : { delivery: pick(now.delivery, patch.delivery) }),
  }
}

/** The save before: two that travel at once could arrive in another order. */
let last: Promise<unknown> = Promise.resolve()

/** Runs one save; the reply is shown unless a later save is under way. Throws what it throws. */
async function run(work: () => Promise<SettingsReply>): Promise<void> {
  saving += 1
  // The undo of the change before must not be taken for this one's.
  toast.value = undefined
  try {
    const mine = last.then(work, work)
    last = mine
    const fresh = await mine
    if (saving === 1) settings.value = fresh
  } finally {
    saving -= 1
  }
}

async function attempt(work: () => Promise<SettingsReply>): Promise<boolean> {
  try {
    await run(work)
    return true
  } catch (fault) {
    noteFault(fault)
    showToast({ text: problemText(fault), bad: true })
    await loadSettings()
    return false
  }
}

/**
 * Saves a part of the settings and tells it with `done`. Resolves to whether it was done. What
 * calls go by is drawn on other pages: they are loaded anew.
 */
export async function save(patch: SettingsPatch, done: string): Promise<boolean> {
  const before = settings.value
  if (before === undefined) return false
  const back = inverse(before, patch)
  settings.value = merged(before, patch)
  if (patch.profile?.language !== undefined) void chooseLanguage(patch.profile.language)
  if (!await attempt(() => accountApi.saveSettings(patch))) return false
  showToast({ text: done, undo: () => void save(back, t('undo.done')) })
  if (patch.calls !== undefined || patch.profile !== undefined) await refresh()
  return true
}

/** Saves what the password confirms: no undo, faults are thrown to the dialog. */
export async function saveConfirmed(work: () => Promise<SettingsReply>,
  done: string): Promise<void> {
  await run(work)
  showToast({ text: done })
}

/** Chooses greeting or music; undefined stays, null is the standard one. */
export async function choose(chosen: AudioChoice, done: string): Promise<void> {
  const before = settings.value
  if (before === undefined) return
  const back: AudioChoice = {
    ...('greetingId' in chosen ? { greetingId: before.audio.greetingId } : {}),
    ...('musicId' in chosen ? { musicId: before.audio.musicId } : {}),
  }
  settings.value = { ...before, audio: { ...before.audio, ...chosen } }
  if (!await attempt(() => accountApi.chooseAudio(chosen))) return
  showToast({ text: done, undo: () => void choose(back, t('undo.done')) })
}

/** Tells a change of one setting: «Тайм-аут включения — 20 с». */
export function savedText(name: string, value: string): string {
  return t('set.saved', { name, value })
}
