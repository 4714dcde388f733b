import type { RecordEffect } from '../alarm/effects.ts';
import type { TextId } from '../base/brand.ts';
import type { Json } from '../base/json.ts';
import type { Duration, Instant } from '../base/time.ts';
import { instant } from '../base/time.ts';
import type { EscalationEffect, EscalationStep, TellingPlan, TextOrder } from './events.ts';
import type { PathId } from './plan.ts';
import type { EscalationState, Hand, HandProgress, Telling, Text } from './state.ts';

/** Nothing happens. */
export const still = (state: EscalationState, ...effects: readonly EscalationEffect[]): EscalationStep => ({
  state,
  effects,
});

export const later = (from: Instant, wait: Duration | number): Instant => instant(from + wait);

export function record(
  row: string,
  data: Readonly<Record<string, Json>>,
  audience: RecordEffect['audience'],
): RecordEffect {
  return { type: 'record', row, data, audience };
}

export const audienceOf = (of: { readonly silent: boolean }): RecordEffect['audience'] =>
  of.silent ? 'sealed' : 'local';

/** A row about one text or ring, as `text-queued` or `ring-queued`: ids only. */
export function textRow(what: string, text: Text, more: Readonly<Record<string, Json>> = {}): RecordEffect {
  const { id, contact, alarm, kind, purpose, via } = text;
  const row = `${via === 'call' ? 'ring' : 'text'}-${what}`;
  return record(row, { text: id, contact, alarm, kind, purpose, ...more }, audienceOf(text));
}

/** The far end's own sentence, fit for a row: no long number, and not long itself. */
export const fitForRow = (why: string): string => why.replace(/\+?\d(?:[\s().-]?\d){6,}/g, '…').slice(0, 200);

export const textOf = (state: EscalationState, id: TextId): Text | undefined =>
  state.texts.find((text) => text.id === id);

export const tellingOf = (state: EscalationState, alarm: Text['alarm']): Telling | undefined =>
  state.tellings.find((telling) => telling.alarm === alarm);

export const putTelling = (state: EscalationState, changed: Telling): EscalationState => ({
  ...state,
  tellings: state.tellings.map((telling) => (telling.alarm === changed.alarm ? changed : telling)),
});

export const putText = (state: EscalationState, changed: Text): EscalationState => ({
  ...state,
  texts: state.texts.map((text) => (text.id === changed.id ? changed : text)),
});

export const dropText = (state: EscalationState, id: TextId): EscalationState => ({
  ...state,
  texts: state.texts.filter((text) => text.id !== id),
});

export const handOf = (text: Text, path: PathId): Hand | undefined => text.hands.find((hand) => hand.path === path);

/** The text with this path's hand in place of what it was. */
const withHand = (text: Text, changed: Hand): Text => ({
  ...text,
  hands: text.hands.some(({ path }) => path === changed.path)
    ? text.hands.map((hand) => (hand.path === changed.path ? changed : hand))
    : [...text.hands, changed],
});

export const progressed = (text: Text, hand: Hand, progress: HandProgress): Text =>
  withHand(text, { ...hand, progress });

/** Something of it is with a far end, or may be. */
export const isLive = ({ progress }: Hand): boolean => progress.status !== 'queued' && progress.status !== 'over';

export const hasArrived = (text: Text): boolean =>
  text.hands.some(
    ({ progress }) =>
      progress.status === 'over' && (progress.how === 'delivered' || (text.via === 'call' && progress.how === 'taken')),
  );

/** Paths it was never handed to. */
export const unopened = (text: Text): readonly PathId[] =>
  text.paths.filter((path) => handOf(text, path) === undefined);

/** Personal and duress: nothing waits for a place, and one contact's answer never ends them. */
export const isUrgent = (kind: Text['kind']): boolean => kind === 'personal' || kind === 'duress';

/** The text as the hub gets it. `neutral` where the contact is no longer in the plan; such a text is never sent. */
export function orderOf(plan: TellingPlan, text: Text, now: Instant): TextOrder {
  const { id, contact, alarm, kind, purpose, via, silent, number, zones } = text;
  const known = plan.contacts.get(contact);
  const words = { wording: known?.wording ?? 'neutral', asks: known?.asks ?? null };
  const validSeconds = Math.max(1, Math.ceil((text.expires - now) / 1000));
  return { id, contact, alarm, kind, purpose, via, silent, number, ...words, zones, validSeconds };
}
