import { type Html, html } from '../../base/html.ts';
import { wrong } from '../page/frame.ts';

/** What was typed before, and what is wrong with it. */
export interface Filled {
  readonly values: URLSearchParams;
  /** By the name of the field. */
  readonly wrong: ReadonlyMap<string, string>;
}

export const nothingFilled: Filled = { values: new URLSearchParams(), wrong: new Map() };

const aboutOf = (name: string, { wrong: found }: Filled, hint?: string): Html | null => {
  const about = [...(found.has(name) ? [`${name}-wrong`] : []), ...(hint === undefined ? [] : [`${name}-hint`])].join(
    ' ',
  );
  const invalid = found.has(name) ? html` aria-invalid="true"` : null;
  return html`${invalid}${about === '' ? null : html` aria-describedby="${about}"`}`;
};

const wrongPart = (name: string, { wrong: found }: Filled): Html | null =>
  wrong(`${name}-wrong`, found.get(name) ?? null);

const hintPart = (name: string, hint?: string): Html | null =>
  hint === undefined ? null : html`<p class="hint" id="${name}-hint">${hint}</p>`;

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  /** Where nothing was typed yet. */
  readonly start?: string;
}

type Typed = Field & { readonly type: 'text' | 'date' | 'number' | 'tel'; readonly most?: number };

/** One line to type. */
export function lineField(filled: Filled, { name, label, hint, start = '', type, most = 100 }: Typed): Html {
  const value = filled.values.get(name) ?? start;
  const numbers = type === 'number' ? html` inputmode="numeric" min="0" max="60"` : null;
  return html`<div class="field"><label for="${name}">${label}</label>${hintPart(name, hint)}${wrongPart(name, filled)}
<input id="${name}" name="${name}" type="${type}" value="${value}" maxlength="${most}" autocomplete="off"${numbers}${aboutOf(name, filled, hint)}></div>`;
}

/** Several lines, each of which counts by itself. */
export function linesField(filled: Filled, { name, label, hint }: Field): Html {
  return html`<div class="field"><label for="${name}">${label}</label>${hintPart(name, hint)}${wrongPart(name, filled)}
<textarea id="${name}" name="${name}" rows="2" maxlength="2400"${aboutOf(name, filled, hint)}>${filled.values.get(name) ?? ''}</textarea></div>`;
}

export interface Option {
  readonly value: string;
  readonly text: string;
}

interface Choosing extends Field {
  readonly options: readonly Option[];
  /** One of them, or any. */
  readonly many: 'one' | 'any';
}

/** Radio buttons, or boxes to tick. */
export function chooseField(filled: Filled, { name, label, options, many, start }: Choosing): Html {
  const chosen = filled.values.has(name) ? filled.values.getAll(name) : start === undefined ? [] : [start];
  const type = many === 'one' ? 'radio' : 'checkbox';
  const items = options.map(
    ({ value, text }) =>
      html`<label class="check"><input type="${type}" name="${name}" value="${value}"${chosen.includes(value) ? html` checked` : null}${aboutOf(name, filled)}>${text}</label>`,
  );
  return html`<fieldset id="${name}"><legend>${label}</legend>${wrongPart(name, filled)}${items}</fieldset>`;
}

/** A list that opens. */
export function selectField(
  filled: Filled,
  { name, label, options }: Field & { readonly options: readonly Option[] },
): Html {
  const chosen = filled.values.get(name);
  const items = [{ value: '', text: 'Choose' }, ...options].map(
    ({ value, text }) =>
      html`<option value="${value}"${value === (chosen ?? '') ? html` selected` : null}>${text}</option>`,
  );
  return html`<div class="field"><label for="${name}">${label}</label>${wrongPart(name, filled)}<select id="${name}" name="${name}"${aboutOf(name, filled)}>${items}</select></div>`;
}
