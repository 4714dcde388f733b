import type { JsonObject } from '../base/json.ts';
import type { Audience, PanelEffect } from './effects.ts';
import type { Answer, ReplyTo } from './events.ts';
import type { PanelState } from './state.ts';

/** A state and the effects on the way to it. Leaves take one and return the next. */
export interface Step {
  readonly state: PanelState;
  readonly effects: readonly PanelEffect[];
}

export const stay = (state: PanelState): Step => ({ state, effects: [] });

export const change = (step: Step, part: Partial<PanelState>): Step => ({
  state: { ...step.state, ...part },
  effects: step.effects,
});

export const also = (step: Step, ...effects: readonly PanelEffect[]): Step => ({
  state: step.state,
  effects: [...step.effects, ...effects],
});

/** Adds a row for the event log. */
export const record = (step: Step, row: string, data: JsonObject, audience: Audience = 'local'): Step =>
  also(step, { type: 'record', row, data, audience });

export const reply = (step: Step, to: ReplyTo, answer: Answer): Step => also(step, { type: 'reply', to, answer });
