import type { ZoneId } from '../base/brand.ts';
import type { JsonObject } from '../base/json.ts';
import type { Answer, Order, ReplyTo, WalkWhat } from './events.ts';
import type { Alarm } from './state.ts';

/** Who may read a row: everyone on site, or only the holder of the evidence key. */
export type Audience = 'local' | 'sealed';

/** One row for the event log. No name, number or code may stand in `data`. */
export interface RecordEffect {
  readonly type: 'record';
  readonly row: string;
  readonly data: JsonObject;
  readonly audience: Audience;
}

/** What the panel orders. Siren, lights and what is shown are read from the state itself. */
export type PanelEffect =
  | RecordEffect
  /** Look whose code came with this order. */
  | { readonly type: 'check-code'; readonly order: Order }
  | { readonly type: 'reply'; readonly to: ReplyTo; readonly answer: Answer }
  /** A walk test runs, and a zone did this. */
  | { readonly type: 'walk-news'; readonly zone: ZoneId; readonly what: WalkWhat }
  /** Start telling people; for an alarm that is already being told: start its steps afresh under new numbers. */
  | { readonly type: 'tell'; readonly alarm: Alarm }
  /** A duress code took it off the local view: on site it looks ended by a code, outside telling goes on. */
  | { readonly type: 'hide-telling'; readonly alarm: Alarm }
  /** Stop telling people. */
  | { readonly type: 'stop-telling'; readonly alarm: Alarm; readonly why: 'code' | 'closure' | 'expired' };
