import parsePhoneNumber from 'libphonenumber-js/min';

/**
 * The E.164 form of a number written with its country, whatever spaces or brackets are in it; null if no such number is
 * possible. Possible, not valid: numbers set aside for drama and tests are never valid.
 */
export function normalisePhone(text: string): string | null {
  if (!/^\s*\+[\d\s().-]{6,30}$/.test(text)) return null;
  const parsed = parsePhoneNumber(text);
  return parsed?.isPossible() ? parsed.number : null;
}
