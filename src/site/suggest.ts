import { distance } from 'fastest-levenshtein';
import { either } from './path.ts';

const LONGEST_WORD = 64;
const LONGEST_LIST = 16;

/** The candidate a person probably meant: at most a third of the letters differ. Null: none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > LONGEST_WORD) return null;
  let best: string | null = null;
  let bestDistance = Math.ceil(word.length / 3) + 1;
  for (const candidate of candidates) {
    const apart = slips(word.toLowerCase(), candidate.toLowerCase());
    if (apart < bestDistance) [best, bestDistance] = [candidate, apart];
  }
  return best;
}

/** Letters to change; two that changed places are one slip, as a typist sees it. */
function slips(word: string, candidate: string): number {
  const letters = (text: string) => [...text].sort().join('');
  return word !== candidate && letters(word) === letters(candidate) ? 1 : distance(word, candidate);
}

/** The remedy for a word that is none of `candidates`: the near one, or all of them when they are few. */
export function remedyFor(word: string, candidates: readonly string[], none: string): string {
  const near = nearest(word, candidates);
  if (near !== null) return `did you mean "${near}"?`;
  if (candidates.length === 0 || candidates.length > LONGEST_LIST) return none;
  return `use ${either(candidates)}`;
}
