/**
 * Templates as calls: whatever htm makes of a template in the browser, the call that stands for it in
 * the bundle makes the same.
 */
import { runInNewContext } from 'node:vm'
import htm from 'htm'
import t from 'tap'
import { compileTemplates } from '../../src/api/panel-templates.ts'

type Make = (tag: unknown, props: unknown, ...children: unknown[]) => unknown

/** The props in their order, too: a later one wins over a spread. */
const make: Make = (tag, props, ...children) =>
  ({ tag, props: Object.entries(props ?? {}), children })
const values = { x: 'one', y: 2, off: false, Part: 'Part', more: { id: 'm', key: 3 }, list: ['a', 'b'] }

/** What code gives where `html` means this. */
function run(code: string, html: unknown): unknown {
  return JSON.parse(JSON.stringify(runInNewContext(`(${code})`, { ...values, html })))
}

const cases = [
  { name: 'text', source: 'html`<p>some text</p>`' },
  { name: 'nothing', source: 'html`<hr />`' },
  { name: 'a value as child, attribute and both', source: 'html`<p title=${x}>${y} and ${off}</p>`' },
  { name: 'an attribute mixed of text and values', source: 'html`<i class="a ${x} b${y}${y}" />`' },
  { name: 'numbers side by side stay text', source: 'html`<i class="${y}${y}" />`' },
  { name: 'attributes bare, empty and with signs', source: 'html`<input disabled value="" aria-label="a: \'b\'" />`' },
  { name: 'props of an object', source: 'html`<${Part} ...${more} />`' },
  { name: 'props of an object between others', source: 'html`<${Part} id="1" ...${more} key=${y} />`' },
  { name: 'a component closed by nothing', source: 'html`<${Part} a=${1}>in<b>side</b><//>`' },
  { name: 'lines and indents', source: 'html`<ul>\n  <li>a b\n    c</li>\n  <li\n    id=${x}\n    class="k">${y} ${x}</li>\n</ul>`' },
  { name: 'templates in values', source: 'html`<ul>${list.map((one) => html`<li key=${one}>${one}</li>`)}</ul>`' },
  { name: 'braces, texts and comments in values', source: 'html`<i style=${{ a: \'}\', b: { c: "d" } }}>${/* it\'s } */ x}${\n// it\'s }\ny}</i>`' },
  { name: 'plain templates in values', source: 'html`<i id=${`a}${y > 1 ? `{${x}` : ""}`}>${`\\n${html`<b />` ? "in" : ""}`}</i>`' },
  { name: 'a choice', source: 'y > 1 ? html`<b>${x}</b>` : html`<i />`' },
]

for (const { name, source } of cases) {
  t.test(name, async (t) => {
    const code = compileTemplates(source)
    t.notMatch(code, 'html`')
    t.strictSame(run(code, make), run(source, htm.bind(make)))
  })
}

t.test('what cannot be read is refused', async (t) => {
  t.throws(() => compileTemplates('html`<p>a\\nb</p>`'), /backslash/)
  t.throws(() => compileTemplates('html`<p>'), /without an end/)
  t.throws(() => compileTemplates('html`<p>${x'), /without an end/)
})
