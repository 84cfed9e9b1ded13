/**
 * A test call through one trunk: rings the manager's own telephone, and tells how far it came.
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { DeskTestCallReply, DeskTrunk } from '../../src/api/schema-desk-trade.ts'
import { problemText } from '../api.ts'
import { Button, Field, Strip } from '../controls.ts'
import { remember, remembered } from '../device.ts'
import { Dialog } from '../dialog.ts'
import { html } from '../html.ts'
import { tradeApi } from './api-trade.ts'
import { seconds } from './ladder.ts'
import { useDeed } from './loaded.ts'
import { Facts } from './parts.ts'
import { noteFault } from './state.ts'
import { t } from './words.ts'

const askMs = 700

function isOver(test: DeskTestCallReply): boolean {
  return test.state !== 'open' && test.state !== 'taken'
}

function Result(props: { readonly test: DeskTestCallReply }): VNode {
  const { test } = props
  const look = test.state === 'done' ? 'tag ok' : isOver(test) ? 'tag bad' : 'tag outlined'
  return html`<div role="status"><p><span class=${look}>${t(`trial.state.${test.state}`)}</span></p>
    <${Facts} rows=${[
      [t('trial.status'), test.status === 0 ? '' : String(test.status)],
      [t('trial.ring'), test.ringMs !== null && seconds(test.ringMs)],
      [t('trial.answer'), test.answerMs !== null && seconds(test.answerMs)],
    ]} /></div>`
}

/** The dialog. */
export function TestCall(props: { readonly trunk: DeskTrunk; readonly onClose: () =>
  void }): VNode {
  const [number, setNumber] = useState(remembered('desk-test-number') ?? '')
  const [test, setTest] = useState<DeskTestCallReply | undefined>(undefined)
  const deed = useDeed()
  const running = test !== undefined && !isOver(test)
  useEffect(() => {
    if (!running) return undefined
    const timer = setInterval(() => {
      tradeApi.testState(test.id).then(setTest, noteFault)
    }, askMs)
    return () => clearInterval(timer)
  }, [running, test?.id])
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    setTest(undefined)
    remember('desk-test-number', number.trim())
    await deed.run(async () => setTest(await tradeApi.testCall(props.trunk.id, number.trim())))
  }
  return html`<${Dialog} label=${t('trial.title', { name: props.trunk.name })}
    onClose=${props.onClose}>
    <form class="reason-form" onSubmit=${submit}>
      <h2>${t('trial.title', { name: props.trunk.name })}</h2><p class="soft">${t('trial.text')}</p>
      ${deed.fault !== undefined && html`<${Strip} kind="bad" alert=${true}
        text=${problemText(deed.fault)} />`}
      <${Field} label=${t('quote.number')} value=${number} onInput=${setNumber} inputMode="tel"
        autofocus=${true} placeholder="+7 916 000-00-00" />
      ${test !== undefined && html`<${Result} test=${test} />`}
      <div class="dialog-actions"><${Button} kind="primary" type="submit" icon="call"
        disabled=${number.trim() === ''}
          busy=${deed.busy || running ? t('trial.busy') : undefined}>${
          t('trial.do')}<//>
        <${Button} kind="quiet" onClick=${props.onClose}>${t('common.close')}<//></div></form><//>`
}
