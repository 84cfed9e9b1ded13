/**
 * «Безопасность»: the second step of logging in, switched on by a picture and a code, off by the
 * password and a code; and the codes for the day when the telephone is lost, shown once.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { SecondFactorBegun } from '../src/api/schema-people.ts'
import { peopleApi } from './api-people.ts'
import { CodeField, isCode } from './code-field.ts'
import { Button } from './controls.ts'
import { Dialog } from './dialog.ts'
import { formatDate } from './format.ts'
import { html } from './html.ts'
import { unsaved } from './router.ts'
import { Secret } from './secret-field.ts'
import { at, Confirm } from './settings-confirm.ts'
import type { Fault } from './settings-confirm.ts'
import { Group, Line } from './settings-parts.ts'
import { factor, loadSettings } from './settings-state.ts'
import { maySave, zone } from './state.ts'
import { t } from './text.ts'
import { showToast } from './toast.ts'
import { localTime } from './zone.ts'
import './text-people-ru.ts'

/** So few are left that new ones are worth a warning. */
const fewCodes = 3

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    showToast({ text: t('safe.copied') })
  } catch {
    showToast({ text: t('safe.notCopied'), bad: true })
  }
}

/** The recovery codes, shown this once: closing asks until he says that he has them. */
function Codes(props: { readonly codes: readonly string[]; readonly onClose: () => void }): VNode {
  return html`<${Dialog} label=${t('safe.codesTitle')} onClose=${props.onClose}>
    <div class="number-form" ...${unsaved(true, t('safe.codesText'))}>
      <h2>${t('safe.codesTitle')}</h2><p>${t('safe.codesText')}</p>
      <ul class="code-list">${props.codes.map((code) => html`<li key=${code}>${code}</li>`)}</ul>
      <div class="form-actions"><${Button} kind="primary" onClick=${props.onClose}>${
        t('safe.saved')}<//>
        <${Button} icon="copy" onClick=${() => void copy(props.codes.join('\n'))}>${
          t('safe.copy')}<//>
        <${Button} onClick=${() => print()}>${t('safe.print')}<//></div></div><//>`
}

type Step = 'closed' | 'begin' | 'off' | 'recovery' | SecondFactorBegun | readonly string[]

interface StepProps {
  readonly go: (step: Step) => void
}

/** The picture for the application, and the first code of it. */
function Scan(props: StepProps & { readonly begun: SecondFactorBegun }): VNode {
  const { begun } = props
  const [code, setCode] = useState('')
  const work = async (): Promise<void> => {
    const { recoveryCodes } = await peopleApi.confirmSecondFactor(code)
    showToast({ text: t('safe.turnedOn') })
    // After the dialog of this step has closed itself.
    setTimeout(() => props.go(recoveryCodes), 0)
  }
  return html`<${Confirm} title=${t('safe.factor')} text=${t('safe.scan')}
    action=${t('safe.turnOn')} ready=${isCode(code)} fields=${['code']} work=${work}
    onClose=${() => props.go('closed')}>${(fault: Fault | undefined) => html`<div
      class="number-form"><img class="qr" alt=${t('safe.qr')}
        src=${`data:image/svg+xml,${encodeURIComponent(begun.qr)}`} />
      <div><p class="label">${t('safe.secret')}</p><code class="key-text">${begun.secret}</code></div>
      <${CodeField} value=${code} onInput=${setCode} fault=${at(fault, 'code')} /></div>`}<//>`
}

/** Before the picture: the password, so that an open panel is not enough. */
function Begin(props: StepProps): VNode {
  const [password, setPassword] = useState('')
  const work = async (): Promise<void> => {
    const begun = await peopleApi.beginSecondFactor(password)
    setTimeout(() => props.go(begun), 0)
  }
  return html`<${Confirm} title=${t('safe.factor')} text=${t('safe.passwordText')}
    action=${t('safe.next')} ready=${password !== ''} fields=${['password']} work=${work}
    onClose=${() => props.go('closed')}>${(fault: Fault | undefined) => html`<${Secret}
      label=${t('safe.yourPassword')} value=${password} fault=${at(fault, 'password')}
      autofocus=${true} onInput=${setPassword} />`}<//>`
}

/** Password and code together: to switch it off, or for new recovery codes. */
function Both(props: StepProps & { readonly off: boolean }): VNode {
  const { off, go } = props
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const work = async (): Promise<void> => {
    if (off) {
      await peopleApi.endSecondFactor(password, code)
      showToast({ text: t('safe.turnedOff') })
      return
    }
    const { recoveryCodes } = await peopleApi.newRecoveryCodes(password, code)
    setTimeout(() => go(recoveryCodes), 0)
  }
  return html`<${Confirm} title=${t(off ? 'safe.factor' : 'safe.recovery')}
    text=${t(off ? 'safe.offText' : 'safe.recoveryText')}
    action=${t(off ? 'safe.turnOff' : 'safe.recoveryNew')} ready=${password !== '' && isCode(code)}
    fields=${['password', 'code']} work=${work}
    onClose=${() => go('closed')}>${(fault: Fault | undefined) => html`<div class="number-form">
      <${Secret} label=${t('safe.yourPassword')} value=${password} fault=${at(fault, 'password')}
        autofocus=${true} onInput=${setPassword} />
      <${CodeField} value=${code} onInput=${setCode} fault=${at(fault, 'code')} /></div>`}<//>`
}

function StepDialog(props: StepProps & { readonly step: Step }): VNode | null {
  const { step, go } = props
  if (step === 'closed') return null
  if (step === 'begin') return html`<${Begin} go=${go} />`
  if (typeof step === 'string') return html`<${Both} key=${step} off=${step === 'off'} go=${go} />`
  if ('qr' in step) return html`<${Scan} begun=${step} go=${go} />`
  return html`<${Codes} codes=${step} onClose=${() => go('closed')} />`
}

/** The group; nothing until it is known whether the second step is on. */
export function Security(): VNode | null {
  const known = factor.value
  const [step, setStep] = useState<Step>('closed')
  const go = (next: Step): void => {
    setStep(next)
    void loadSettings()
  }
  if (known === undefined) return null
  const { on, since, recoveryLeft } = known
  const hint = !on || since === null ? t('safe.off')
    : t('safe.on', { date: formatDate(localTime(since, zone.value).date, 'dayYear') })
  return html`<${Group} title=${t('safe.title')} id="safety">
    <${Line} label=${t('safe.factor')} hint=${hint} control=${html`<${Button}
      disabled=${!maySave.value} onClick=${() => setStep(on ? 'off' : 'begin')}
      label=${t('set.of', { action: t(on ? 'safe.turnOff' : 'safe.turnOn'),
        name: t('safe.factor') })}>${t(on ? 'safe.turnOff' : 'safe.turnOn')}<//>`} />
    ${on && html`<${Line} label=${t('safe.recovery')}
      hint=${t('safe.recoveryLeft', { n: recoveryLeft })}
      warning=${recoveryLeft < fewCodes ? t('safe.recoveryFew') : undefined}
      control=${html`<${Button} disabled=${!maySave.value} onClick=${() => setStep('recovery')}>${
        t('safe.recoveryNew')}<//>`} />`}
    <${StepDialog} step=${step} go=${go} /><//>`
}
