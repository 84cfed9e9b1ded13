/**
 * The choice of the default number, in a dialog: from the red strip of the home page and from «Мои
 * номера». Without any number it leads to the page where one is added.
 */
import { signal } from '@preact/signals'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { chooseDefault } from './changes.ts'
import { Button } from './controls.ts'
import { phone as isPhone } from './device.ts'
import { Dialog } from './dialog.ts'
import { formatPhone, phoneName } from './format.ts'
import { html } from './html.ts'
import { navigate } from './router.ts'
import { me, numbers } from './state.ts'
import { t } from './text.ts'

const open = signal(false)

/** Opens the choice, or «Мои номера» when there is nothing to choose from. */
export function openDefaultNumber(): void {
  if ((numbers.value ?? []).length === 0) navigate('/numbers')
  else open.value = true
}

function Choice(): VNode {
  const [chosen, setChosen] = useState(me.value?.defaultTargetId ?? numbers.value?.[0]?.id ?? '')
  const close = (): void => { open.value = false }
  const save = (): void => {
    close()
    void chooseDefault(chosen === '' ? null : chosen)
  }
  return html`<${Dialog} sheet=${isPhone.value} label=${t('numbers.chooseTitle')} onClose=${close}>
    <h2>${t('numbers.chooseTitle')}</h2><p>${t('numbers.chooseText')}</p>
    <fieldset class="choices"><legend class="visually-hidden">${t('numbers.chooseTitle')}</legend>
      ${(numbers.value ?? []).map((each) => html`<label key=${each.id} class="choice">
        <input type="radio" name="default" checked=${chosen === each.id}
          onChange=${() => setChosen(each.id)} /><span>${phoneName(each)}</span>
        ${each.description !== '' && html`<span
          class="soft num">${formatPhone(each.address)}</span>`}
        </label>`)}
      <label class="choice"><input type="radio" name="default" checked=${chosen === ''}
        onChange=${() => setChosen('')} /><span>${t('numbers.none')}</span></label></fieldset>
    <div class="dialog-actions"><${Button} kind="primary" onClick=${save}>${t('numbers.apply')}<//>
      <${Button} kind="quiet" onClick=${close}>${t('common.cancel')}<//></div><//>`
}

/** The place of the dialog; nothing while it is closed. */
export function DefaultNumberDialog(): VNode | null {
  return open.value ? html`<${Choice} />` : null
}
