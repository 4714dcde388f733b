import type { en } from './en.ts';

type Widened<T> = T extends string ? string : { readonly [Key in keyof T]: Widened<T[Key]> };

/** Everything that has to be said, in some language. A text that is missing does not compile. */
export type Words = Widened<typeof en>;

/** A language that pages can speak. */
export interface Language {
  /** BCP 47. */
  readonly code: string;
  /** What those who speak it call it. */
  readonly name: string;
  readonly dir: 'ltr' | 'rtl';
  /** Whether somebody who grew up with it has read every word. */
  readonly words: Words;
  readonly is: 'reviewed' | 'unreviewed';
}

/** Puts `{name}` in. */
export function fill(text: string, parts: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (found, name: string) => parts[name] ?? found);
}

type Counted = Words['time']['seconds'];

/** So many of something. */
export function countText({ code }: Pick<Language, 'code'>, forms: Counted, n: number): string {
  const form = new Intl.PluralRules(code).select(n);
  return fill(form === 'zero' || form === 'two' ? forms.other : forms[form], { n: String(n) });
}

/** A wait in words: whole minutes from two minutes on, rounded up. */
export function waitText(lang: Language, seconds: number): string {
  const { time } = lang.words;
  return seconds < 120
    ? countText(lang, time.seconds, Math.max(1, Math.ceil(seconds)))
    : countText(lang, time.minutes, Math.ceil(seconds / 60));
}
