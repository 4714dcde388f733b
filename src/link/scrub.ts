import type { Json, JsonObject } from '../base/json.ts';

// What keeps the program's log from telling anything: it may be read over a shoulder, kept by a host, or posted when
// someone asks for help. Better a time too much blanked out than a number let through.

const hidden = '[hidden]';
const deepest = 6;
const longestText = 2_000;
const mostItems = 50;

/** A field so named holds a secret or a number to reach someone, whatever its value looks like. */
const tellingField = /(?:code|codes|pin|password|passwd|token|secret|pepper|phone|msisdn)$|^body$|authorization/i;

/** `code=…`, `"password": "…"` inside a text, as parsers quote what they could not read. */
const tellingPair =
  /\b(\w*(?:code|pin|password|passwd|token|secret))(["'\\]*\s*[:=]\s*["'\\]*)(?!\d{1,3}\b)[^\s"',;}\\]+/gi;

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** Two things that look like a number to ring and are not: a date, with or without time, and an IPv4 address. */
const date = '(?<![\\d+])20\\d\\d-[01]\\d-[0-3]\\d(?!\\d)(?:[T ][0-2]\\d:[0-5]\\d(?::[0-5]\\d(?:\\.\\d{1,9})?)?)?';
const address = `(?<![\\d+.])(?:${octet}\\.){3}${octet}(?![\\d.])`;
/** Seven to fifteen digits (E.164 has at most fifteen), however people group them; longer runs go as a whole. */
const number = '\\+?\\(?\\d(?:[\\s().\\-/\\u2010-\\u2015]{0,3}\\d){6,}';
const numbers = new RegExp(`(${date}|${address})|${number}`, 'g');

/** A text without numbers to ring and without secrets in it, and not longer than a log line should be. */
export function scrubText(text: string): string {
  const short = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  return short
    .replace(tellingPair, (_found, field: string, sign: string) => `${field}${sign}${hidden}`)
    .replace(numbers, (found, harmless: string | undefined) => (harmless === undefined ? hidden : found));
}

/** A phone number as a JSON number has ten digits or more; a count or a time in milliseconds rarely has. */
const scrubNumber = (value: number): Json => (Number.isInteger(value) && Math.abs(value) >= 1e9 ? hidden : value);

function scrubValue(value: Json, depth: number): Json {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value === 'number') return scrubNumber(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth >= deepest) return '[deep]';
  if (isArray(value)) return value.slice(0, mostItems).map((item) => scrubValue(item, depth + 1));
  return scrubFields(value, depth + 1);
}

const isArray = (value: readonly Json[] | JsonObject): value is readonly Json[] => Array.isArray(value);

function scrubFields(facts: JsonObject, depth: number): JsonObject {
  const clean: Record<string, Json> = {};
  for (const [field, value] of Object.entries(facts).slice(0, mostItems)) {
    clean[scrubText(field)] = tellingField.test(field) && value !== null ? hidden : scrubValue(value, depth);
  }
  return clean;
}

/** The same facts without numbers and secrets, bounded in depth and size. */
export function scrubFacts(facts: JsonObject): JsonObject {
  return scrubFields(facts, 0);
}
