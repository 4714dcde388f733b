import { type Html, html } from '../../base/html.ts';
import type { Language } from '../words/catalogue.ts';
import { wrong } from './frame.ts';

/** Why a form was not taken, and at which of its fields; null: none of them. */
export interface Fault {
  readonly is: string;
  readonly field: string | null;
}

function faultText({ words }: Language, { is }: Fault): string {
  const { wrong: texts } = words;
  return Object.hasOwn(texts, is) ? texts[is as keyof typeof texts] : texts.other;
}

/** What is wrong with a form as a whole. */
export const formFault = (lang: Language, id: string, fault: Fault | null): Html | null =>
  wrong(`${id}-wrong`, fault === null || fault.field !== null ? null : faultText(lang, fault));

export interface FieldWords {
  readonly label: string;
  readonly hint?: string;
  readonly fault: Fault | null;
  readonly value?: string;
}

export type FieldType = 'code' | 'text' | 'date';

/** Without these a form cannot be sent. */
type Needed = 'needed' | 'as wished';

const ATTRIBUTES: Readonly<Record<FieldType, Html>> = {
  code: html`type="password" inputmode="numeric" maxlength="64"`,
  text: html`type="text" maxlength="64"`,
  date: html`type="date"`,
};

/** One field with its label, and beside it what is wrong. A code that was typed is never sent back. */
export function field(
  lang: Language,
  name: string,
  type: FieldType,
  { label, hint, fault, value = '' }: FieldWords,
  needed: Needed = 'needed',
): Html {
  const id = `f-${name}`;
  const said = fault?.field === name ? faultText(lang, fault) : null;
  return html`<div class="field"><label for="${id}">${label}</label>${hint === undefined ? null : html`<p class="hint" id="${id}-hint">${hint}</p>`}${wrong(`${id}-wrong`, said)}
<input id="${id}" name="${name}" ${ATTRIBUTES[type]} autocomplete="off"${type === 'code' || value === '' ? null : html` value="${value}"`}${needed === 'needed' ? html` required` : null}${aboutOf(id, said, hint)}></div>`;
}

function aboutOf(id: string, said: string | null, hint: string | undefined): Html {
  const about = [...(said === null ? [] : [`${id}-wrong`]), ...(hint === undefined ? [] : [`${id}-hint`])].join(' ');
  return html`${said === null ? null : html` aria-invalid="true" autofocus`}${about === '' ? null : html` aria-describedby="${about}"`}`;
}

/** One of a few, each with its own words. */
export function choice(
  lang: Language,
  name: string,
  options: readonly { readonly value: string; readonly text: string }[],
  { label, fault, value = '' }: FieldWords,
): Html {
  const said = fault?.field === name ? faultText(lang, fault) : null;
  const items = options.map(
    (one) =>
      html`<label class="check"><input type="radio" name="${name}" value="${one.value}" required${one.value === value ? html` checked` : null}>${one.text}</label>`,
  );
  return html`<fieldset${said === null ? null : html` aria-describedby="f-${name}-wrong"`}><legend>${label}</legend>${wrong(`f-${name}-wrong`, said)}${items}</fieldset>`;
}

/** A box to tick; one whose value is given is ticked. */
export function tick(lang: Language, name: string, value: string, words: FieldWords): Html {
  const { label, fault } = words;
  const id = `f-${name}-${value}`;
  const said = fault?.field === name ? faultText(lang, fault) : null;
  return html`${wrong(`${id}-wrong`, said)}<label class="check"><input id="${id}" type="checkbox" name="${name}" value="${value}"${words.value === value ? html` checked` : null}${aboutOf(id, said, undefined)}>${label}</label>`;
}

/** What was typed into a form, bounded. */
export const typed = (form: URLSearchParams, name: string, most = 64): string =>
  (form.get(name) ?? '').trim().slice(0, most);
