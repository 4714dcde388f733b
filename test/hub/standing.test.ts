import { describe, expect, it } from 'vitest';
import type { PanelPhase } from '../../src/alarm/view.ts';
import { whyNotNow } from '../../src/hub/standing.ts';
import { startWorld } from './world.ts';

describe('whether this is a moment to stop the hub', () => {
  const armed = 'the panel is armed; disarm it first';
  const phases: readonly (readonly [PanelPhase, string | null])[] = [
    ['disarmed', null],
    ['arming', armed],
    ['armed_away', armed],
    ['armed_home', armed],
    ['armed_night', armed],
    ['pending', armed],
    ['triggered', armed],
  ];
  for (const [state, why] of phases) it(state, () => expect(whyNotNow({ state, alarms: [] })).toBe(why));

  it('not with an alarm that shows; one that does not show changes nothing', async () => {
    const world = await startWorld();
    const why = (): string | null => whyNotNow(world.hub.window.view());
    world.orders({ action: 'PANIC' });
    await world.rest();
    expect(why()).toBeNull();
    world.says('smoke', { smoke: true });
    await world.rest();
    expect(why()).toBe('an alarm is open; end it first');
  });
});
