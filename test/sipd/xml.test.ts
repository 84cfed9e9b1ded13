/** The XML reader of the configuration file. */
import t from 'tap'
import { parseXml, XmlError } from '../../src/sipd/xml.ts'
import type { XmlElement } from '../../src/sipd/xml.ts'

/** name[attributes]"text"(children), so that a row fits on a line. */
function show(e: XmlElement): string {
  const attributes = [...e.attributes].map(([k, v]) => `${k}=${v}`).join(' ')
  const inner = e.children.map(show).join('')
  return `${e.name}${attributes && `[${attributes}]`}${e.text && `"${e.text}"`}${inner && `(${inner})`}`
}

const good: { name: string; xml: string; tree: string }[] = [
  { name: 'an empty element', xml: '<a/>', tree: 'a' },
  { name: 'nested elements', xml: '<a><b/><c>text</c></a>', tree: 'a(bc"text")' },
  { name: 'attributes in both quotes', xml: `<a x="1" y = '2'/>`, tree: 'a[x=1 y=2]' },
  { name: 'a declaration and comments around', xml: '<?xml version="1.0"?><!-- <b> -- & --><a/><!-- end -->', tree: 'a' },
  { name: 'a comment within text', xml: '<a>one<!-- </a> -->two</a>', tree: 'a"onetwo"' },
  { name: 'named entities', xml: '<a x="&lt;&quot;&apos;">&amp;&gt;</a>', tree: `a[x=<"']"&>"` },
  { name: 'numeric entities', xml: '<a>&#1046;&#x416;</a>', tree: 'a"ЖЖ"' },
  { name: 'an entity decoded once only', xml: '<a>&amp;lt;</a>', tree: 'a"&lt;"' },
  { name: 'CDATA', xml: '<a><![CDATA[<b> & </b>]]></a>', tree: 'a"<b> & </b>"' },
  { name: 'text is trimmed', xml: '<a>\n  x y \n</a>', tree: 'a"x y"' },
  { name: 'names with dash, colon, dot', xml: '<a:b-c.d x-y="1"></a:b-c.d>', tree: 'a:b-c.d[x-y=1]' },
  { name: 'a byte order mark', xml: '\ufeff<a/>', tree: 'a' },
  { name: 'attributes on several lines', xml: '<a\n  x="1"\n/>', tree: 'a[x=1]' },
]

for (const c of good) t.test(c.name, async (t) => { t.equal(show(parseXml(c.xml)), c.tree) })

const bad: { name: string; xml: string; message: RegExp }[] = [
  { name: 'nothing', xml: '', message: /line 1: there is no element/ },
  { name: 'text only', xml: 'hello', message: /text outside/ },
  { name: 'not closed', xml: '<a>\n<b>\n</b>', message: /line 3: <a> is not closed/ },
  { name: 'closed in the wrong order', xml: '<a><b></a></b>', message: /<\/a> where <\/b> is due/ },
  { name: 'closed without being open', xml: '<a/></b>', message: /closes nothing/ },
  { name: 'two roots', xml: '<a/><b/>', message: /second root/ },
  { name: 'a tag without an end', xml: '<a>\n<b x="1"', message: /line 2: <b> is not complete/ },
  { name: 'an attribute without a value', xml: '<a x/>', message: /attribute x has no value/ },
  { name: 'an attribute without quotes', xml: '<a x=1/>', message: /not quoted/ },
  { name: 'an attribute without an end', xml: '<a x="1>', message: /not closed/ },
  { name: 'an attribute twice', xml: '<a x="1" x="2"/>', message: /repeated/ },
  { name: 'a bare ampersand', xml: '<a>you & me</a>', message: /&amp;/ },
  { name: 'an unknown entity', xml: '<a>&nbsp;</a>', message: /no known entity/ },
  { name: 'an entity of Object.prototype', xml: '<a>&constructor;</a>', message: /no known entity/ },
  { name: 'a character that does not exist', xml: '<a>&#x110000;</a>', message: /no known entity/ },
  { name: 'a document type (entity bombs)', xml: '<!DOCTYPE a [<!ENTITY b "c">]><a/>', message: /document type/ },
  { name: 'an open comment', xml: '<a><!-- </a>', message: /comment is not closed/ },
  { name: 'nesting without end', xml: '<a>'.repeat(60), message: /too deeply/ },
]

for (const c of bad) {
  t.test(`refused: ${c.name}`, async (t) => {
    t.throws(() => parseXml(c.xml), { name: 'XmlError', message: c.message })
    t.throws(() => parseXml(c.xml), XmlError)
  })
}
