import type { ContactId } from '../base/brand.ts';
import { type Instant, isDue, type WallTime, wallTime } from '../base/time.ts';
import { ASK_AGAIN, ASKED_LIFE, PROVE_BY, QUIET_START } from './bounds.ts';
import { chain, each } from './chain.ts';
import type { EscalationStep, TellingPlan } from './events.ts';
import { enqueue } from './outbox.ts';
import type { PathId } from './plan.ts';
import type { EscalationState, Proof } from './state.ts';
import { later, record, still } from './step.ts';

// A contact is proven by answering YES to a text that somebody asked for. Who is not is told of every alarm all the same.

const NEVER: Proof = { by: {}, asked: null, reminders: 0 };

const proofOf = (state: EscalationState, contact: ContactId): Proof => state.proofs[contact] ?? NEVER;

const put = (state: EscalationState, contact: ContactId, proof: Proof): EscalationState => ({
  ...state,
  proofs: { ...state.proofs, [contact]: proof },
});

export const isProven = (proof: Proof | undefined): boolean => Object.keys(proof?.by ?? {}).length > 0;

/** Sends the text that asks for a YES, over every path. */
export function onProveAsked(
  plan: TellingPlan,
  state: EscalationState,
  contact: ContactId,
  now: Instant,
): EscalationStep {
  if (!plan.contacts.has(contact)) return still(state);
  return ask(plan, state, contact, proofOf(state, contact), now);
}

function ask(
  plan: TellingPlan,
  state: EscalationState,
  contact: ContactId,
  proof: Proof,
  now: Instant,
): EscalationStep {
  const words = {
    contact,
    alarm: null,
    kind: 'test',
    purpose: 'prove',
    silent: false,
    number: null,
    zones: [],
  } as const;
  return chain(
    put(state, contact, { ...proof, asked: plan.civil.wall }),
    (s) => still(s, record('contact-asked', { contact }, 'local')),
    (s) => enqueue(plan, s, words, now),
  );
}

/** `YES`, any case, with or without punctuation; nothing before it. */
export const isYes = (body: string): boolean => /^[^\p{L}\p{N}]*yes(?![\p{L}\p{N}])/iu.test(body.normalize('NFKC'));

/** A YES was asked for and is still waited for. */
export function isAsked(plan: TellingPlan, state: EscalationState, contact: ContactId): boolean {
  const { asked } = proofOf(state, contact);
  return asked !== null && plan.civil.wall - asked <= ASKED_LIFE;
}

/** A YES came in over this path. Later ones over the others count as well. */
export function onYes(plan: TellingPlan, state: EscalationState, contact: ContactId, path: PathId): EscalationStep {
  const proof = proofOf(state, contact);
  const proven = { ...proof, by: { ...proof.by, [path]: plan.civil.wall }, reminders: 0 };
  return still(put(state, contact, proven), record('contact-proven', { contact, path }, 'local'));
}

/** Asks again who was proven long ago, lets go of who did not answer, and says when nobody is proven at all. */
export function settleProofs(plan: TellingPlan, state: EscalationState, now: Instant): EscalationStep {
  return chain(
    state.proving.startedAt === null ? { ...state, proving: { ...state.proving, startedAt: now } } : state,
    (s) =>
      mayAsk(plan, s, now) ? each(s, [...plan.contacts.keys()], (one, id) => remind(plan, one, id, now)) : still(s),
    (s) => settleFault(plan, s, now),
  );
}

/** Months are counted on the wall, so it has to be right; and nobody is asked because the hub has just started. */
function mayAsk(plan: TellingPlan, { proving }: EscalationState, now: Instant): boolean {
  const quiet = proving.startedAt === null || !isDue(later(proving.startedAt, QUIET_START), now);
  return plan.civil.minute !== null && plan.paths.length > 0 && !quiet;
}

function remind(plan: TellingPlan, state: EscalationState, contact: ContactId, now: Instant): EscalationStep {
  const proof = proofOf(state, contact);
  if (!isProven(proof)) return still(state);
  const { wall } = plan.civil;
  const wait = ASK_AGAIN[proof.reminders];
  if (wait !== undefined) {
    if (wall - lastYes(proof) < wait) return still(state);
    return ask(plan, state, contact, { ...proof, reminders: proof.reminders + 1 }, now);
  }
  if (proof.asked === null || wall - proof.asked <= ASKED_LIFE) return still(state);
  return still(put(state, contact, NEVER), record('contact-unproven', { contact }, 'local'));
}

export const lastYes = (proof: Proof): WallTime => wallTime(Math.max(0, ...Object.values(proof.by)));

/** Without a path or a contact there is nothing to prove; other warnings say so. */
function settleFault(plan: TellingPlan, state: EscalationState, now: Instant): EscalationStep {
  const { proving } = state;
  const isBare =
    plan.paths.length > 0 &&
    plan.contacts.size > 0 &&
    ![...plan.contacts.keys()].some((id) => isProven(state.proofs[id]));
  const bareSince = isBare ? (proving.bareSince ?? now) : null;
  const fault = bareSince !== null && isDue(later(bareSince, PROVE_BY), now) ? 'up' : 'over';
  if (bareSince === proving.bareSince && fault === proving.fault) return still(state);
  const next = { ...state, proving: { ...proving, bareSince, fault } } as const;
  return fault === proving.fault ? still(next) : still(next, { type: 'unproven', is: fault });
}

/** Whom nobody has in the config any more is forgotten, and the fault is told anew. */
export function onProvingRestarted(plan: TellingPlan, state: EscalationState): EscalationState {
  const known = Object.entries(state.proofs).filter(([id]) => plan.contacts.has(id as ContactId));
  const proofs: Readonly<Record<ContactId, Proof>> = Object.fromEntries(known);
  return { ...state, proofs, proving: { ...state.proving, startedAt: null, fault: null } };
}
