/**
 * The tab «Пользователь»: personal data, the password, the second step of logging in, the default
 * number, time zone and language, where he is logged in, and what is for developers only.
 */
import type { VNode } from 'preact'
import { useEffect, useId, useState } from 'preact/hooks'
import type { SettingsReply } from '../src/api/schema-media.ts'
import { chooseDefault } from './changes.ts'
import { Button, Segmented, Select } from './controls.ts'
import { formatPhone, phoneName, timeOf } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { unsaved } from './router.ts'
import { PasswordDialog } from './settings-confirm.ts'
import { EmailLine } from './settings-email.ts'
import { Developers } from './settings-keys.ts'
import { Group, Line } from './settings-parts.ts'
import { Security } from './settings-security.ts'
import { Sessions } from './settings-sessions.ts'
import { save, savedText } from './settings-state.ts'
import { maySave, me, now, numbers } from './state.ts'
import { speak, t } from './text.ts'
import type { Language } from './text.ts'
import { zoneGroups, zoneTitle } from './zone-names.ts'

interface Props {
  readonly settings: SettingsReply
}

function Name(props: Props): VNode {
  const id = useId()
  const { name } = props.settings.profile
  const [text, setText] = useState(name)
  useEffect(() => setText(name), [name])
  const empty = text.trim() === ''
  const commit = (): void => {
    if (!empty && text.trim() !== name) {
      void save({ profile: { name: text.trim() } }, savedText(t('user.name'), text.trim()))
    }
  }
  return html`<${Line} label=${t('user.name')} hint=${t('user.nameHint')} for=${id}
    fault=${empty ? t('user.nameEmpty') : undefined}
    control=${html`<div class=${empty ? 'input bad' : 'input'}
      ...${unsaved(!empty && text.trim() !== name)}><input id=${id} type="text"
      autocomplete="name"
      maxLength=${120} value=${text} disabled=${!maySave.value}
        aria-invalid=${empty ? 'true' : undefined}
      aria-describedby=${`${id}-hint${empty ? ` ${id}-fault` : ''}`} onChange=${commit}
      onInput=${(event: InputEvent) =>
        setText((event.currentTarget as HTMLInputElement).value)} /></div>`} />`
}

function Password(): VNode {
  const [open, setOpen] = useState(false)
  return html`<div><${Line} label=${t('login.password')}
      hint=${t('user.passwordLine', { login: me.value?.login ?? '' })}
      control=${html`<${Button} disabled=${!maySave.value} onClick=${() => setOpen(true)}>${
        t('user.passwordChange')}<//>`} />
    ${open && html`<${PasswordDialog} onClose=${() => setOpen(false)} />`}</div>`
}

/** The number calls go to when no rule acts; red when nobody has proved that it is his. */
function DefaultNumber(): VNode {
  const all = numbers.value ?? []
  const chosen = me.value?.defaultTargetId ?? ''
  const unproved = me.value?.verifyNumbers === true
    && all.some((each) => each.id === chosen && each.verifiedAt === null)
  const options = [{ value: '', text: t('numbers.none') }, ...all.map((each) => ({
    value: each.id, text: each.description === '' ? phoneName(each)
      : `${each.description}, ${formatPhone(each.address)}`,
  }))]
  return html`<${Group} title=${t('numbers.chooseTitle')}><${Line} label=${t('user.default')}
    hint=${html`<span>${t('user.defaultHint')}${all.length === 0 && html` ${' '}<a
      href="/numbers">${t('user.addNumber')}</a>`}</span>`}
    fault=${unproved ? t('user.defaultUnproved') : undefined}
    control=${html`<${Select} label=${t('user.default')} hidden=${true} value=${chosen}
      options=${options}
      fault=${unproved}
        onChange=${(value: string) => void chooseDefault(value === '' ? null : value)} />`} /><//>`
}

function Zone(props: Props): VNode {
  const { zone } = props.settings.profile
  const id = useId()
  const groups = zoneGroups(zone, now.value)
  const choose = (event: Event): void => {
    const wanted = (event.currentTarget as HTMLSelectElement).value
    void save({ profile: { zone: wanted } }, savedText(t('user.zone'), zoneTitle(wanted,
      now.value)))
  }
  return html`<${Line} label=${t('user.zone')}
    hint=${t('user.zoneHint', { time: timeOf(now.value, zone) })} for=${id}
    control=${html`<span class="select"><select id=${id} disabled=${!maySave.value} value=${zone}
      onChange=${choose}
      aria-describedby=${`${id}-hint`}>
      ${groups.map((group) => html`<optgroup key=${group.name}
        label=${group.name}>${group.zones.map((each) =>
        html`<option key=${each.zone} value=${each.zone}
          selected=${each.zone === zone}>${each.title}</option>`)}
      </optgroup>`)}</select><${Icon} name="down" size=${16} /></span>`} />`
}

function LanguageLine(props: Props): VNode {
  const choose = async (value: Language): Promise<void> => {
    await speak(value) // so that the toast is in the chosen language already
    void save({ profile: { language: value } },
      savedText(t('user.language'), value === 'ru' ? 'Русский' : 'English'))
  }
  return html`<${Line} label=${t('user.language')} hint=${t('user.languageHint')}
    control=${html`<${Segmented} label=${t('user.language')}
      value=${props.settings.profile.language}
      onChange=${choose}
        options=${[{ value: 'ru', text: 'Русский' }, { value: 'en', text: 'English' }]} />`} />`
}

/** The tab. */
export function UserTab(props: Props): VNode {
  return html`<div class="set-one"><${Group} title=${t('user.title')}><${Name} ...${props} />
      <${EmailLine} used=${props.settings.profile.email} /><${Password} /><//>
    <${Security} />
    <${DefaultNumber} />
    <${Group} title=${t('user.place')}><${Zone} ...${props} /><${LanguageLine} ...${props} /><//>
    <${Sessions} /><${Developers} /></div>`
}
