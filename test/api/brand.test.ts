/** The operator's brand file: what it may say, what is wrong in it, and that its colours are served. */
import t from 'tap'
import { BrandError, defaultBrand, readBrand } from '../../src/api/brand.ts'
import { buildPanel } from '../../src/api/panel-bundle.ts'

t.test('what the file leaves out is as in the default brand', async (t) => {
  t.equal(defaultBrand.orderUrl, '/register', 'the banner’s «Заказать»')
  t.strictSame(readBrand(''), { brand: defaultBrand, style: '' })
  t.strictSame(readBrand('{}'), { brand: defaultBrand, style: '' })
  const { brand } = readBrand(JSON.stringify({
    name: 'Эхо', orderUrl: 'https://echo.example/order',
    support: { phone: '+74950000000', email: 'help@echo.example' },
    products: [{ title: 'Эхо', url: '/', current: true }],
  }))
  t.match(brand, { name: 'Эхо', copyright: defaultBrand.copyright, orderUrl: 'https://echo.example/order' })
  t.equal(brand.products.length, 1)
})

t.test('what is wrong is named', async (t) => {
  const rows: [string, string, RegExp][] = [
    ['no JSON', '{', /not JSON/],
    ['a list', '[]', /the whole/],
    ['an unknown field', '{"nam":"x"}', /nam/],
    ['an empty name', '{"name":""}', /^name: /],
    ['a script as a link', '{"orderUrl":"javascript:alert(1)"}', /^orderUrl: must begin with/],
    ['a link with a quote', '{"orderUrl":"https://a\\"b"}', /^orderUrl: /],
    ['a product without a title', '{"products":[{"url":"/","current":true}]}', /^products\.0\.title/],
    ['a colour by name', '{"colours":{"light":{"link":"red"}}}', /^colours\.light\.link: must be like/],
    ['a colour that ends the rule', '{"colours":{"dark":{"link":"#000000}*{x:y"}}}', /^colours\.dark\.link/],
    ['a name that ends the rule', '{"colours":{"dark":{"a:b":"#000000"}}}', /^colours\.dark/],
  ]
  for (const [name, text, message] of rows) {
    t.throws(() => readBrand(text), { name: BrandError.name, message }, name)
  }
})

t.test('own colours come behind the panel’s, and the sheet has another name', async (t) => {
  const web = t.testdir({
    'index.html': '<link rel="stylesheet" href="/style.css"><script src="/main.js"></script>',
    'main.ts': 'document.title = "x"', 'style.css': ':root { --link: #111111 }',
  })
  const { style } = readBrand(
    '{"colours":{"light":{"link":"#2456b8"},"dark":{"link":"#93B7F7"}}}')
  const own = await buildPanel(web, style)
  const plain = await buildPanel(web)
  const sheet = (files: typeof own.files): [string, string] => {
    const [name, file] = [...files].find(([path]) => path.endsWith('.css')) ?? []
    return [name ?? '', Buffer.from(file?.body ?? []).toString()]
  }
  const [ownName, ownText] = sheet(own.files)
  const [plainName, plainText] = sheet(plain.files)
  t.not(ownName, plainName, 'browsers keep a name for ever')
  t.match(ownText, /#111.*#2456b8/s, 'behind the panel’s own')
  t.match(ownText, /prefers-color-scheme:\s*dark/)
  t.notMatch(plainText, '2456b8')
})
