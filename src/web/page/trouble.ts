import { type Html, html } from '../../base/html.ts';
import { fill, type Language } from '../words/catalogue.ts';
import type { Named } from './names.ts';

/** `lost:hall` → `lost` and `hall`; `disk` has no part. */
function faultIn(fault: string): { readonly kind: string; readonly part: string } {
  const at = fault.indexOf(':');
  return at < 0 ? { kind: fault, part: fault } : { kind: fault.slice(0, at), part: fault.slice(at + 1) };
}

/** What is wrong, and what to do about it. */
function adviceFor(fault: string, { words }: Language, named: Named): string {
  const { fault: advice } = words.home;
  const { kind, part } = faultIn(fault);
  const text: string = Object.hasOwn(advice, kind) ? advice[kind as keyof typeof advice] : advice.other;
  return fill(text, { name: named(part) });
}

/** Trouble in the fewest words, for a list of what happened. */
export function troubleText(fault: string, { words }: Language, named: Named): string {
  const { trouble } = words;
  const { kind, part } = faultIn(fault);
  const text: string = Object.hasOwn(trouble, kind) ? trouble[kind as keyof typeof trouble] : trouble.other;
  return fill(text, { name: named(part) });
}

/** Kept among the faults, and none: nothing is broken, and nobody has to hurry. */
export const isNotice = (fault: string, { words }: Language): boolean => Object.hasOwn(words.home.notice, fault);

export function troublePart(lang: Language, all: readonly string[], named: Named): Html | null {
  const faults = all.filter((fault) => !isNotice(fault, lang));
  if (faults.length === 0) return null;
  const items = faults.map((fault) => html`<li><span>${adviceFor(fault, lang, named)}</span></li>`);
  return html`<section class="box dims" aria-labelledby="faults-h"><h2 id="faults-h">${lang.words.home.faultsHeading}</h2><ul class="list">${items}</ul></section>`;
}

export function noticePart(lang: Language, faults: readonly string[]): Html | null {
  const { notice, noticesHeading } = lang.words.home;
  const texts = Object.entries(notice).flatMap(([name, text]) => (faults.includes(name) ? [text] : []));
  if (texts.length === 0) return null;
  return html`<section class="box" aria-labelledby="notices-h"><h2 id="notices-h">${noticesHeading}</h2><ul class="list">${texts.map((text) => html`<li><span>${text}</span></li>`)}</ul></section>`;
}
