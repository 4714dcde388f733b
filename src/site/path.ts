/** Where something stands in the config: keys and list numbers from the top. */
export type Path = readonly (string | number)[];

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/** `devices[3].zone.modes[0]`; keys that are no plain words are quoted, the top is `(file)`. */
export function formatPath(path: Path): string {
  if (path.length === 0) return '(file)';
  return path.map(formatPart).join('').replace(/^\./, '');
}

function formatPart(part: string | number): string {
  if (typeof part === 'number') return `[${part}]`;
  return PLAIN_KEY.test(part) ? `.${part}` : `[${quote(part)}]`;
}

const QUOTED_CHARACTERS = 60;

/** A value as a message shows it: in quotes, on one line, cut to 60 characters. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a group of keys';
  return String(value);
}

function shorten(text: string): string {
  // toWellFormed: half a surrogate pair would not survive the way to a terminal.
  return text.length <= QUOTED_CHARACTERS ? text : `${text.slice(0, QUOTED_CHARACTERS).toWellFormed()}…`;
}

/** `a, b or c`. */
export function either(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
