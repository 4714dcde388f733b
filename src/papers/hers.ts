import type { Certificate } from './model.ts';

/** Stands where something was left out. */
export const leftOut = '–';

/** A word in what people type that may be a code or a number to call: four digits or more, however they are grouped. */
const numbers = /\+?\d(?:[\s().-]*\d){3,}/g;

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * What is taken out of a text: each of `words` where it stands as a word, and each number that is long enough to be a code or a
 * telephone number.
 */
function leaveOut(words: readonly string[]): (text: string) => string {
  const kept = words.map((word) => word.trim().normalize('NFC')).filter((word) => word !== '');
  // The longest first, so that of "Anna Nowak" no "Nowak" is left over.
  const parts = [...new Set(kept)].sort((one, other) => other.length - one.length).map(escaped);
  const named =
    parts.length === 0 ? null : new RegExp(`(?<![\\p{L}\\p{N}])(?:${parts.join('|')})(?![\\p{L}\\p{N}])`, 'giu');
  return (text) => {
    const well = text.normalize('NFC');
    return (named === null ? well : well.replace(named, leftOut)).replace(numbers, leftOut);
  };
}

/**
 * Her copy: it may be found, so it tells nothing of who helps her. The ways by which help is called are counted, not named; what the
 * fitter wrote in their own words stays with the agency; `keepOut` (names, addresses, agency) is taken out of the rest.
 */
export function herCopy(certificate: Certificate, scheme: string, keepOut: readonly string[]): Certificate {
  const clean = leaveOut(keepOut);
  return {
    ...certificate,
    hub: clean(certificate.hub),
    fitter: clean(scheme),
    property: clean(certificate.property),
    fitted: certificate.fitted.map(({ item, where }) => ({ item: clean(item), where: clean(where), note: '' })),
    zones: certificate.zones.map((zone, index) => ({
      ...zone,
      id: `zone-${index + 1}`,
      name: clean(zone.name),
      // Where the button was pressed is a room by the name that was typed.
      tests: zone.tests.map(({ at, what }) => ({ at, what: clean(what) })),
    })),
    paths: certificate.paths.map((path, index) => ({ ...path, name: `Way ${index + 1}` })),
    checks: certificate.checks.map(({ what, ok }) => ({ what: clean(what), ok, note: '' })),
  };
}
