/**
 * What belongs to this device and not to the account: colour theme, language, width class, motion.
 * Kept in localStorage where the browser allows it.
 */
import { effect, signal } from '@preact/signals'
import { language, speak } from './text.ts'
import type { Language } from './text.ts'

export type Theme = 'system' | 'light' | 'dark'

/** What this device remembers under a name; null when nothing. */
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null // storage is forbidden in this browser: the choice lasts for the page
  }
}

/** Keeps a value on this device, where the browser allows it. */
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // the same: nothing to do, nothing lost but the memory of the choice
  }
}

export const theme = signal<Theme>('system')
/** Below 600 px: bottom bar, sheets instead of popovers. */
export const phone = signal(false)

/** Reads the choices and keeps the document in step with them. Called once at start. */
export function startDevice(): void {
  const savedTheme = remembered('theme')
  if (savedTheme === 'light' || savedTheme === 'dark') theme.value = savedTheme
  const savedLanguage = remembered('language')
  if (savedLanguage === 'en') void speak(savedLanguage)
  const narrow = matchMedia('(max-width: 599px)')
  phone.value = narrow.matches
  narrow.addEventListener('change', () => { phone.value = narrow.matches })
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value
    document.documentElement.lang = language.value
  })
}

/** Chooses the colour theme of this device. */
export function chooseTheme(value: Theme): void {
  theme.value = value
  remember('theme', value)
}

/** Chooses the language of this device; resolves when its words are there. */
export async function chooseLanguage(value: Language): Promise<void> {
  remember('language', value)
  await speak(value)
}
