import type { LevelWord, LoopWord } from './bands.ts';

/** What an output is told, and says. */
export type OutputWord = 'on' | 'off';

/** What an input says. */
export type InputWord = LevelWord | LoopWord | 'lost';

/** `on` or `off`; null for anything else. */
export function outputWord(payload: string): OutputWord | null {
  return payload === 'on' || payload === 'off' ? payload : null;
}
