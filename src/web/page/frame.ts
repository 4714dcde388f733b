import { type Html, html } from '../../base/html.ts';
import { fill, type Language } from '../words/catalogue.ts';

/** What every page of one visit has in common. */
export interface Frame {
  readonly lang: Language;
  /** All that can be chosen. */
  readonly languages: readonly Language[];
  /** An ordinary site, for whoever must not be seen here. */
  readonly leaveTo: string;
  readonly assets: { readonly css: string; readonly js: string };
  /** Who is signed in, and which pages are for them; null: nobody. */
  readonly who: { readonly name: string; readonly links: readonly PageLink[] } | null;
}

export interface PageLink {
  readonly to: string;
  readonly text: string;
}

export interface PageParts {
  /** Says nothing to whoever sees the tab. Left out: the frame's own neutral one. */
  readonly title?: string;
  /** Path of this page, to mark its link. */
  readonly here: string;
  readonly body: Html;
  /** The page shows how things are, and has to follow them. */
  readonly live?: 'live';
  /** Nobody has time for other pages now, and what has to be done fits on a phone without them. */
  readonly nav?: 'left out';
}

/** The whole page. It holds nothing that differs between two visits on which the same is to be shown. */
export function framed(frame: Frame, { title, here, body, live, nav }: PageParts): string {
  const { lang, leaveTo, assets, who } = frame;
  const { frame: words } = lang.words;
  return html`<!doctype html>
<html lang="${lang.code}" dir="${lang.dir}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title ?? words.title}</title><meta name="robots" content="noindex"><meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="${assets.css}"><link rel="icon" href="/icon.svg" type="image/svg+xml"><link rel="apple-touch-icon" href="/icon.png"><link rel="manifest" href="/home.webmanifest"><script src="${assets.js}" defer></script></head>
<body${live === 'live' ? html` data-live="${here}"` : null} data-here="${here}"><div class="leave"><a id="leave" href="${leaveTo}" rel="noreferrer">${words.leave} <span class="keyed">${words.leaveHow}</span></a></div>
<a class="skip" href="#main">${words.skip}</a>
<div id="lost" class="lost" role="alert" hidden data-word="${words.lostWord}"><p>${words.lost}</p><p>${words.lostHelp}</p></div>
${who === null || who.links.length < 2 || nav === 'left out' ? null : navOf(who.links, here, words.pages)}
<main id="main" tabindex="-1">${body}</main>
<footer>${footerOf(frame, here)}</footer></body></html>`.html;
}

const navOf = (links: readonly PageLink[], here: string, label: string): Html =>
  html`<nav aria-label="${label}"><ul>${links.map(({ to, text }) => html`<li><a href="${to}"${to === here ? html` aria-current="page"` : null}>${text}</a></li>`)}</ul></nav>`;

function footerOf({ lang, languages, who }: Frame, here: string): Html {
  const { frame: words } = lang.words;
  const options = languages.map(
    ({ code, name }) =>
      html`<option value="${code}" lang="${code}"${code === lang.code ? html` selected` : null}>${name}</option>`,
  );
  return html`${lang.is === 'unreviewed' ? html`<p class="note">${words.unreviewed}</p>` : null}
<form method="post" action="/lang" class="line"><input type="hidden" name="back" value="${here}"><label for="lang">${words.language}</label><select id="lang" name="lang">${options}</select><button>${words.change}</button></form>
${who === null ? null : html`<form method="post" action="/out" class="line"><span>${fill(words.signedInAs, { name: who.name })}</span><button>${words.signOut}</button></form>`}`;
}

/** A sentence beside what it is about; null: nothing is wrong. */
export const wrong = (id: string, text: string | null): Html | null =>
  text === null ? null : html`<p class="wrong" id="${id}" role="alert">${text}</p>`;

export interface CodeFieldWords {
  /** What is wrong. */
  readonly said?: string | null;
  readonly hint?: string | null;
  /** On the pad's last key. Left out: OK. */
  readonly send?: string;
}

/** A field for a code, with what is wrong beside it. Its keys come with the script. */
export function codeField(
  { words: { code } }: Language,
  id: string,
  { said = null, hint = null, send = code.send }: CodeFieldWords = {},
): Html {
  const about = [...(said === null ? [] : [`${id}-wrong`]), ...(hint === null ? [] : [`${id}-hint`])].join(' ');
  return html`<div class="code"><label for="${id}">${code.label}</label>${hint === null ? null : html`<p class="hint" id="${id}-hint">${hint}</p>`}${wrong(`${id}-wrong`, said)}
<input id="${id}" type="password" name="code" inputmode="numeric" autocomplete="off" maxlength="64" required${said === null ? null : html` aria-invalid="true"`}${about === '' ? null : html` aria-describedby="${about}"`}>
<div class="pad" role="group" aria-label="${code.keys}" data-for="${id}">${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => key(n))}<button type="button" data-key="back" aria-label="${code.remove}"><span aria-hidden="true">⌫</span></button>${key(0)}<button class="go">${send}</button></div></div>`;
}

const key = (n: number): Html => html`<button type="button" data-key="${n}">${n}</button>`;
