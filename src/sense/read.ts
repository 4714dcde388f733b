import type { FieldPath } from './profile.ts';

/** A device says what it measured in some hundred bytes; more than this is not a device speaking. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** The bytes as text; null when they are not UTF-8. */
export function textOf(payload: Uint8Array): string | null {
  try {
    return utf8.decode(payload);
  } catch {
    return null;
  }
}

/** The value a JSON text stands for; `{ ok: false }` when it is none. */
export function jsonOf(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}

/** The field at this path, or undefined. Only own fields count, so `__proto__` and `constructor` are plain names. */
export function fieldAt(message: unknown, path: FieldPath): unknown {
  let value = message;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/** A scalar as the text value maps are keyed by; null for null, objects and lists. */
export function keyOf(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return value.length > 100 ? null : value.trim().toLowerCase();
    case 'boolean':
    case 'number':
      return String(value);
    default:
      return null;
  }
}

/** A number, also one written as text; null for anything else. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.length > 32 || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
