/**
 * The payment page of the simulator: one form, without script. It says that it is an imitation, so
 * that nobody types a card number into it, and has no field for one.
 */

export interface PaymentPage {
  readonly system: string
  readonly amount: string
  readonly description: string
  /** Sent back with the form. */
  readonly fields: Iterable<readonly [name: string, value: string]>
  /** Where the form goes; relative to the page. */
  readonly action: string
}

/** The page as text. */
export function paymentPage({ system, amount, description, fields, action }: PaymentPage): string {
  const hidden = [...fields].map(([name, value]) =>
    `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`)
  return document(`${escape(system)}: имитация`, `
<p>Это не ${escape(system)}, а имитация для разработки: деньги не списываются.</p>
<p class="amount">${escape(amount)} ₽</p><p>${escape(description)}</p>
<form method="post" action="${escape(action)}">${hidden.join('')}
<p><button name="pay" value="1">Оплатить</button>
<button name="refuse" value="1" class="second">Отказаться</button></p>
<details><summary>Как придёт уведомление</summary>
<p><label>Сколько раз сразу
<input name="repeat" type="number" min="1" max="200" value="1"></label></p>
<p><label>Через сколько миллисекунд
<input name="delay" type="number" min="0" max="600000" value="0"></label></p>
<p><label>Подделка <select name="forge">
<option value="none">нет</option><option value="signature">чужая подпись</option>
<option value="amount">сумма изменена после подписи</option>
<option value="order">номер заказа изменён после подписи</option>
<option value="test">признак проверки изменён</option>
<option value="signedAmount">другая сумма с верной подписью</option>
<option value="status">сказано «оплачено», а это не так</option></select></label></p>
<p><label><input name="reorder" type="checkbox"> после уведомления следующего платежа</label></p>
<p><label><input name="lose" type="checkbox"> не придёт совсем</label></p>
</details></form>`)
}

/** A page with a sentence instead of a form. */
export function messagePage(title: string, sentence: string): string {
  return document(escape(title), `<p>${escape(sentence)}</p>`)
}

function document(title: string, body: string): string {
  return `<!doctype html><html lang="ru"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<link rel="stylesheet" href="/style.css"></head>
<body><main><h1>${title}</h1>${body}</main></body></html>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** Its sheet of style. */
export const pageStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0 }
main { max-width: 32rem; margin: 0 auto; padding: 1rem }
.amount { font-size: 2rem; margin: 0 }
button { font: inherit; padding: .5rem 1rem; min-height: 2.75rem }
input, select { font: inherit; min-height: 1.75rem }
`
