/**
 * JSON in the one form that RFC 8785 (JCS) gives it: keys in the order of their UTF-16 units, no space, numbers and texts as
 * ECMAScript writes them. The same value gives the same bytes on every machine, so that a signature holds. Throws on what JSON
 * cannot say.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${members.map(([key, member]) => `${canonicalJson(key)}:${canonicalJson(member)}`).join(',')}}`;
  }
  if (typeof value === 'string') return JSON.stringify(value.toWellFormed());
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return JSON.stringify(value);
  throw new TypeError('JSON has no word for this');
}
