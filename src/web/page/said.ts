import type { Answer } from '../../alarm/events.ts';
import { type Language, waitText } from '../words/catalogue.ts';

/**
 * What a form was told, carried in the address of the page it goes on to: a reload sends nothing again, and a page that renews
 * itself goes on saying it. It holds names of refusals and of forms alone.
 */
export interface Said {
  /** Which form. */
  readonly at: string;
  /** Why not. */
  readonly no: string;
  /** Seconds to wait, where it is known. */
  readonly seconds: number | null;
}

type Refused = Extract<Answer, { ok: false }>;

/** `/?at=off&no=bad_code`. */
export function saidPath(path: string, at: string, { error, waits }: Pick<Refused, 'error' | 'waits'> | Busy): string {
  const wait = waits === undefined ? '' : `&for=${Math.ceil(waits / 1000)}`;
  return `${path}?at=${at}&no=${error}${wait}`;
}

interface Busy {
  readonly error: 'busy' | 'no_code' | 'not_called' | 'other';
  readonly waits?: undefined;
}

export function saidIn(query: URLSearchParams): Said | null {
  const at = query.get('at');
  const no = query.get('no');
  if (at === null || no === null) return null;
  const seconds = /^\d{1,5}$/.exec(query.get('for') ?? '')?.[0] ?? null;
  return { at, no, seconds: seconds === null ? null : Number(seconds) };
}

/** In words, for this form; null: nothing was said to it. */
export function saidText(lang: Language, said: Said | null, at: string): string | null {
  if (said === null || said.at !== at) return null;
  const { no } = lang.words;
  const text: string = Object.hasOwn(no, said.no) ? no[said.no as keyof typeof no] : no.other;
  return text.replace('{time}', waitText(lang, said.seconds ?? 90));
}
