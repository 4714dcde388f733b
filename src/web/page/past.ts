import { type Html, html } from '../../base/html.ts';
import type { JsonObject } from '../../base/json.ts';
import type { LocalRow } from '../../hub/ports.ts';
import { fill, type Language } from '../words/catalogue.ts';
import { codeField } from './frame.ts';
import type { Named } from './names.ts';
import { type Said, saidText } from './said.ts';
import { isNotice, troubleText } from './trouble.ts';

/** What happened last: nobody asked, or nobody may know without a code, or the disk did not answer. */
export type Past =
  | { readonly is: 'rows'; readonly rows: readonly PastLine[] }
  | { readonly is: 'code' | 'unread' | 'hidden' };

export interface PastLine {
  readonly time: string;
  readonly text: string;
}

/** Rows in plain words, newest first; what means nothing to people is left out. */
export function pastLines(
  rows: readonly LocalRow[],
  lang: Language,
  named: Named,
  timeText: (iso: string) => string,
): readonly PastLine[] {
  return rows.toReversed().flatMap(({ at, type, data }) => {
    const text = sentence(type, data, lang, named);
    return text === null ? [] : [{ time: timeText(at), text }];
  });
}

function sentence(type: string, data: JsonObject, lang: Language, named: Named): string | null {
  const { past, home } = lang.words;
  if (!Object.hasOwn(past, type) || type === 'by') return null;
  const one = (name: string): string => (typeof data[name] === 'string' ? data[name] : '');
  const many = (name: string): readonly string[] =>
    Array.isArray(data[name]) ? data[name].filter((part) => typeof part === 'string') : [];
  // That something is no trouble any more, or was none, is nothing that happened.
  if (isNotice(one('fault'), lang)) return null;
  const zones = many('zones').map(named);
  const kind = one('kind');
  const plain: string | undefined = Object.hasOwn(home.alarmPlain, kind)
    ? home.alarmPlain[kind as keyof typeof home.alarmPlain]
    : undefined;
  const mode: string | undefined = Object.hasOwn(home.mode, one('mode'))
    ? home.mode[one('mode') as keyof typeof home.mode]
    : undefined;
  const what = fill(past[type as keyof typeof past], {
    mode: mode ?? one('mode'),
    names: zones.length === 0 ? (plain ?? '') : zones.join(', '),
    name: named(one('zone') || one('contact') || one('by')),
    fault: troubleText(one('fault'), lang, named),
  });
  return type === 'acknowledged' || one('by') === '' ? what : fill(past.by, { what, name: named(one('by')) });
}

export function pastPart(lang: Language, past: Past, said: Said | null): Html | null {
  if (past.is === 'hidden') return null;
  const { home: words, code } = lang.words;
  const text = saidText(lang, said, 'past');
  return html`<details class="box" id="past"${text === null ? null : html` open`}><summary>${words.pastHeading}</summary>${inside()}</details>`;

  function inside(): Html {
    switch (past.is) {
      case 'rows':
        return past.rows.length === 0
          ? html`<p>${words.pastNone}</p>`
          : html`<ul class="list">${past.rows.map((row) => html`<li><span>${row.text}</span> <span class="hint">${row.time}</span></li>`)}</ul>`;
      case 'code':
        return html`<form method="post" action="/again"><input type="hidden" name="back" value="/"><input type="hidden" name="at" value="past">${codeField(lang, 'past-code', { said: text, hint: words.pastCode })}<p class="plain-send"><button class="main">${code.send}</button></p></form>`;
      default:
        return html`<p>${words.pastUnread}</p>`;
    }
  }
}
