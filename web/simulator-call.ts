/**
 * «Позвонить мне для проверки»: orders a real call to one's own rules and tells what becomes of it.
 */
import { useSignal, useSignalEffect } from '@preact/signals'
import type { VNode } from 'preact'
import type { ErrandReply } from '../src/api/schema-media.ts'
import type { ErrandStarted } from '../src/api/schema-rules.ts'
import { problemText, send } from './api.ts'
import { Button } from './controls.ts'
import { html } from './html.ts'
import { errandsChanged, maySave, noteFault } from './state.ts'
import { t } from './text.ts'
import './text-simulator-ru.ts'

const running: readonly ErrandReply['state'][] = ['open', 'taken']

/** The button with its hint, then with the state of the call. */
export function TestCall(): VNode {
  const id = useSignal<string | undefined>(undefined)
  const state = useSignal<ErrandReply['state'] | undefined>(undefined)
  const fault = useSignal('')
  useSignalEffect(() => {
    void errandsChanged.value
    const current = id.value
    if (current === undefined) return
    void (async () => {
      try {
        state.value = (await send('GET', `/errands/${current}`) as ErrandReply).state
      } catch (problem) {
        noteFault(problem)
      }
    })()
  })
  const call = async (): Promise<void> => {
    fault.value = ''
    state.value = 'open'
    try {
      id.value = (await send('POST', '/test-call', {}) as ErrandStarted).errandId
    } catch (problem) {
      noteFault(problem)
      state.value = undefined
      fault.value = problemText(problem)
    }
  }
  const busy = state.value !== undefined && running.includes(state.value)
  return html`<div class="sim-call"><${Button} kind="primary" icon="call" disabled=${!maySave.value}
    busy=${busy ? t('sim.calling') : undefined} onClick=${() => void call()}>${t('sim.call')}<//>
    <p class="small soft" role="status">${fault.value !== '' ? fault.value
      : state.value === undefined ? t('sim.callHint') : t(`sim.errand.${state.value}`)}
      ${state.value !== undefined && !busy
        && html`<a href="/calls"> ${t('sim.toJournal')}</a>`}</p></div>`
}
