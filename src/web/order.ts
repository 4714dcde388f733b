import type { Answer, Ask } from '../alarm/events.ts';
import type { SourceId } from '../base/brand.ts';
import type { Window } from '../hub/ports.ts';
import type { Session, Sessions } from './sessions.ts';

/** Wrong codes of whoever has no session count together, as all anonymous MQTT clients do. */
const sourceOf = (by: Session | null): SourceId => `session:${by?.id ?? 'new'}` as SourceId;

/**
 * Asks the panel; null: it is too busy. Without a code the session stands for its person. A code that comes with it says what the session
 * stands for from then on: where it was a duress code, somebody stands beside her, and whatever is asked next is asked under threat.
 */
export async function orderOf(
  { window, sessions }: { readonly window: Pick<Window, 'order'>; readonly sessions: Pick<Sessions, 'heard'> },
  by: Session | null,
  ask: Ask,
  code: string | null,
): Promise<Answer | null> {
  const vouched = code === null ? (by?.vouched ?? null) : null;
  const answer = await window.order({ source: sourceOf(by), ask, code, vouched, id: null });
  if (by !== null && answer?.given !== undefined) sessions.heard(by.id, answer.given);
  return answer;
}
