import type { Ask, Order } from '../alarm/events.ts';
import type { ArmedMode } from '../alarm/plan.ts';
import type { SourceId } from '../base/brand.ts';
import type { KeypadSignal } from '../sense/signals.ts';

/** What came on `panel/set`, read. `code` is kept apart from the order, so that no order can carry it into a log. */
export type ParsedOrder =
  | { readonly ok: true; readonly order: Omit<Order, 'token'>; readonly code: string | null }
  | { readonly ok: false; readonly id: string | null };

const MODES: Readonly<Record<string, ArmedMode>> = { ARM_AWAY: 'away', ARM_HOME: 'home', ARM_NIGHT: 'night' };
/** Longer ids, codes and lists are no honest order. */
const LONGEST_ID = 128;
const LONGEST_CODE = 64;
const MOST_BYPASSED = 200;
/** How far an order's own time may be off, either way. */
const CLOCK_SLACK_MS = 10_000;

/** Reads an order. Never throws. `wallMs` is null while the clock is not trusted: then `at` is not looked at. */
export function parseOrder(payload: Uint8Array, source: SourceId, wallMs: number | null): ParsedOrder {
  const fields = objectIn(payload);
  if (fields === null) return { ok: false, id: null };
  const id = idIn(fields['id']);
  if (id === undefined) return { ok: false, id: null };
  const ask = askIn(fields);
  const code = codeIn(fields['code']);
  if (ask === null || code === undefined || !isTimely(fields['at'], wallMs)) return { ok: false, id };
  return { ok: true, order: { source, replyTo: { via: 'mqtt', id }, id, hasCode: code !== null, ask }, code };
}

/** The same for a keypad: its buttons are the order, its code is counted against the keypad. */
export function keypadAsk(
  signal: KeypadSignal,
  silentPanic: boolean,
): Extract<Ask, { action: 'arm' | 'disarm' | 'panic' }> {
  switch (signal.action) {
    case 'disarm':
      return { action: 'disarm' };
    case 'panic':
      return { action: 'panic', silent: silentPanic };
    case 'arm_away':
      return { action: 'arm', mode: 'away', bypass: [] };
    case 'arm_home':
      return { action: 'arm', mode: 'home', bypass: [] };
    case 'arm_night':
      return { action: 'arm', mode: 'night', bypass: [] };
  }
}

function objectIn(payload: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function askIn(fields: Readonly<Record<string, unknown>>): Order['ask'] | null {
  const { action } = fields;
  if (action === 'DISARM') return { action: 'disarm' };
  if (action === 'PANIC') return { action: 'panic', silent: true };
  if (typeof action !== 'string' || !Object.hasOwn(MODES, action)) return null;
  const mode = MODES[action];
  const bypass = bypassIn(fields['bypass']);
  return mode === undefined || bypass === null ? null : { action: 'arm', mode, bypass };
}

function bypassIn(value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.length > MOST_BYPASSED) return null;
  return value.every((one) => typeof one === 'string') ? value : null;
}

/** Undefined: not a code at all. A number is taken for its digits, as some clients send it so. */
function codeIn(value: unknown): string | null | undefined {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value.length <= LONGEST_CODE ? value : undefined;
}

function idIn(value: unknown): string | null | undefined {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value.length <= LONGEST_ID ? value : undefined;
}

function isTimely(value: unknown, wallMs: number | null): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value !== 'string') return false;
  const at = Date.parse(value);
  if (Number.isNaN(at)) return false;
  return wallMs === null || Math.abs(at - wallMs) <= CLOCK_SLACK_MS;
}
