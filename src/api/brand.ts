/**
 * The brand shown in the panel. A configuration value of the operator; this is the default one,
 * with the products of the manual.
 */
import type { Brand } from './schema.ts'

export const defaultBrand: Brand = {
  name: 'OneTel',
  copyright: '© 2015 Альтегро Групп',
  products: [
    { title: 'A-Fon', url: '#a-fon', current: false },
    { title: 'OneTel', url: '/', current: true },
    { title: 'A-Sim', url: '#a-sim', current: false },
    { title: 'A-Num', url: '#a-num', current: false },
  ],
}
