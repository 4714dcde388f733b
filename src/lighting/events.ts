import type { DeviceId, OutputId } from '../base/brand.ts';

/** Everything that can happen to the lights. Nothing here says how the panel is set, so nothing they do can tell. */
export type LightingEvent =
  /** `on`: a detector says that something moves; `once`: the same from one that never says when it ends. */
  | { readonly type: 'motion'; readonly device: DeviceId; readonly is: 'on' | 'once' | 'over' }
  | { readonly type: 'dusk'; readonly is: 'dark' | 'light' }
  /** What may be seen on site of the alarms: the siren time runs; one is open still; none is. */
  | { readonly type: 'alarm'; readonly is: 'sounding' | 'open' | 'none' }
  /** A light says how it is. `stored`: from a broker's store, and so perhaps old. */
  | {
      readonly type: 'light-reported';
      readonly light: OutputId;
      readonly is: 'on' | 'off';
      readonly delivery: 'live' | 'stored';
    }
  /** Somebody switches it from a page: like a hand at its own switch, but nobody has told the light yet. */
  | { readonly type: 'hand'; readonly light: OutputId; readonly to: 'on' | 'off' }
  /** A light, or the client that switches it, is there again; it may have missed what it was told. */
  | { readonly type: 'light-back'; readonly light: OutputId }
  /** The process has started again on a saved state. */
  | { readonly type: 'restarted' }
  /** A deadline may have come. */
  | { readonly type: 'tick' };

export interface LightingEffect {
  readonly type: 'switch';
  readonly light: OutputId;
  readonly to: 'on' | 'off';
}
