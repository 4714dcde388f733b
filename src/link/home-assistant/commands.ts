import type { SourceId } from '../../base/brand.ts';
import type { Window, Wish } from '../../hub/ports.ts';

/** A command as it was read; `code` stands apart so that nothing that is logged can hold it. */
export type ReadCommand =
  | { readonly ok: true; readonly order: Pick<Wish, 'ask' | 'id'>; readonly code: string | null }
  | { readonly ok: false; readonly id: string | null };

/** What comes of an order; the window's own word for it. */
export type Outcome = Awaited<NonNullable<ReturnType<Window['order']>>>;

/** All who speak through Home Assistant are one source of wrong codes. */
export const HOME_ASSISTANT = 'ha' as SourceId;

const NOT_ALLOWED: Outcome = { ok: false, error: 'not_allowed' };

export interface CommandNeeds {
  readonly window: Window;
  readonly allowDisarm: boolean;
  /** Reads a command by the rules of the hub's own `panel/set`. Never throws. */
  readonly read: (payload: Uint8Array, source: SourceId) => ReadCommand;
}

/** Answers one command that came live. Resolves when the journal has it; never rejects. */
export async function obey(
  { window, allowDisarm, read }: CommandNeeds,
  payload: Uint8Array,
): Promise<{ readonly id: string | null; readonly outcome: Outcome }> {
  const command = read(payload, HOME_ASSISTANT);
  if (!command.ok) return { id: command.id, outcome: { ok: false, error: 'bad_request' } };
  const { order, code } = command;
  const wish: Wish = { ...order, source: HOME_ASSISTANT, code, vouched: null };
  if (order.ask.action !== 'disarm' || allowDisarm) return { id: order.id, outcome: await asked(window, wish) };
  // Whoever makes her type a code here gets a refusal in any case; a duress code still calls for help, and guesses count.
  if (code !== null) await asked(window, { ...wish, ask: { action: 'identify' } });
  return { id: order.id, outcome: NOT_ALLOWED };
}

const asked = async (window: Window, wish: Wish): Promise<Outcome> => (await window.order(wish)) ?? NOT_ALLOWED;
