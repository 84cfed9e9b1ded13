/**
 * The frame of pages that need no login: product links, what the service can do, the question to
 * the support, the language; below, the operator and his telephone.
 */
import type { ComponentChildren, VNode } from 'preact'
import type { Brand } from '../src/api/schema.ts'
import { brand } from './brand.ts'
import { formatPhone } from './format.ts'
import { LanguageChoice } from './frame-more.ts'
import { html } from './html.ts'
import { t } from './text.ts'

/** Product links of the top bar, the current one bold. */
export function Products(props: { readonly products: Brand['products'] | undefined }): VNode {
  const { products = [] } = props
  return html`<nav class="products" aria-label=${t('nav.products')}>
    ${products.length === 0 ? html`<strong>${t('app.name')}</strong>`
      : products.map((product) => product.current
        ? html`<strong key=${product.title}>${product.title}</strong>`
        : html`<a key=${product.title} href=${product.url} rel="noopener"
          target="_blank">${product.title}</a>`)}
  </nav>`
}

/** The frame; `look` is the class of its content. */
export function PublicFrame(props: {
  readonly look?: string; readonly children?: ComponentChildren
}): VNode {
  const phone = brand.support?.phone ?? ''
  return html`<div class="login">
    <header class="top-bar"><${Products} products=${brand.products} />
      <div class="account"><a class="wide-only" href="/features">${t('nav.features')}</a>
        <a href="/ask">${t('nav.question')}</a><${LanguageChoice} /></div></header>
    <main class=${props.look ?? 'public'} id="main">${props.children}</main>
    <footer class="public-foot"><span>${brand.copyright}</span>${phone !== ''
      && html`<a class="num" href=${`tel:${phone}`}>${formatPhone(phone)}</a>`}</footer></div>`
}
