import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../src/base/brand.ts';
import { hours, instant, minutes } from '../../src/base/time.ts';
import {
  fellSilent,
  gatewayGone,
  jammedBy,
  noise,
  QUIET_RADIO,
  type RadioState,
  spoke,
  stillJammed,
} from '../../src/zone/jamming.ts';

const id = (name: string): DeviceId => name as DeviceId;

/** A device is lost: its last word in minutes, and its supervision in hours where that is not two. */
interface Lost {
  readonly lost: string;
  readonly heard: number;
  readonly of?: number;
}
type What = Lost | { readonly back: string } | 'gateway gone' | 'noise' | 'quiet' | 'restart';
type Row = readonly [what: What, jammed: 'silence' | 'noise' | null];

function become(supervised: number, state: RadioState, what: What): RadioState {
  if (what === 'gateway gone') return gatewayGone(state);
  if (what === 'noise') return noise(state, 'up');
  if (what === 'quiet') return noise(state, 'over');
  if (what === 'restart') return stillJammed(state.jam?.missing ?? []);
  if ('back' in what) return spoke(state, id(what.back));
  const lost = { device: id(what.lost), heardAt: instant(minutes(what.heard)), supervision: hours(what.of ?? 2) };
  return fellSilent(supervised, state, lost);
}

const said = (what: What): string => (typeof what === 'string' ? what : Object.values(what).join(' '));

/** The order is the story; when a device was last heard stands in its row. One row is one test. */
function story(name: string, supervised: number, rows: readonly Row[]): void {
  describe(name, () => {
    let state = QUIET_RADIO;
    const played = rows.map(([what]) => {
      state = become(supervised, state, what);
      return jammedBy(state);
    });
    for (const [index, [what, jammed]] of rows.entries()) {
      it(`${index + 1}. ${said(what)} → ${jammed ?? 'well'}`, () => expect(played[index]).toBe(jammed));
    }
  });
}

story('three that fall silent together are a jam, and half of them back is its end', 9, [
  [{ lost: 'a', heard: 0 }, null],
  [{ lost: 'b', heard: 30 }, null],
  [{ lost: 'c', heard: 60 }, 'silence'],
  [{ back: 'b' }, 'silence'],
  [{ back: 'a' }, null],
]);

story('batteries that end one by one are none', 9, [
  [{ lost: 'a', heard: 0 }, null],
  [{ lost: 'b', heard: 61 }, null],
  [{ lost: 'c', heard: 122 }, null],
  [{ lost: 'd', heard: 183 }, null],
]);

story('two dead ones and a third much later are none, two more with it are', 9, [
  [{ lost: 'a', heard: 0 }, null],
  [{ lost: 'b', heard: 10 }, null],
  [{ lost: 'c', heard: 600 }, null],
  [{ lost: 'd', heard: 601 }, null],
  [{ lost: 'e', heard: 580 }, 'silence'],
]);

story('one that speaks seldom is given half of its own time', 9, [
  [{ lost: 'a', heard: 700 }, null],
  [{ lost: 'b', heard: 719 }, null],
  [{ lost: 'button', heard: 0, of: 25 }, 'silence'],
]);

story('a radio of three needs all, a radio of two both', 3, [
  [{ lost: 'a', heard: 0 }, null],
  [{ lost: 'b', heard: 0 }, null],
  [{ lost: 'c', heard: 0 }, 'silence'],
]);

story('a radio of two', 2, [
  [{ lost: 'a', heard: 0 }, null],
  [{ lost: 'b', heard: 0 }, 'silence'],
  [{ back: 'b' }, null],
]);

story('one alone says nothing of its radio', 1, [
  [{ lost: 'a', heard: 0 }, null],
  [{ back: 'a' }, null],
]);

story('one that comes and goes is counted once', 9, [
  [{ lost: 'a', heard: 0 }, null],
  [{ back: 'a' }, null],
  [{ lost: 'a', heard: 1 }, null],
  [{ back: 'a' }, null],
  [{ lost: 'a', heard: 2 }, null],
  [{ lost: 'a', heard: 2 }, null],
  [{ lost: 'b', heard: 2 }, null],
]);

story('after a jam those still away do not make the next one', 2, [
  [{ lost: 'dead', heard: 0 }, null],
  [{ lost: 'flapping', heard: 1 }, 'silence'],
  [{ back: 'flapping' }, null],
  [{ lost: 'flapping', heard: 2 }, null],
  [{ back: 'flapping' }, null],
  [{ lost: 'flapping', heard: 3 }, null],
]);

story('and make it when they were heard in between', 2, [
  [{ lost: 'a', heard: 0 }, null],
  [{ lost: 'b', heard: 1 }, 'silence'],
  [{ back: 'b' }, null],
  [{ back: 'a' }, null],
  [{ lost: 'a', heard: 200 }, null],
  [{ lost: 'b', heard: 201 }, 'silence'],
]);

story('those who are lost while it goes on have to come back too', 9, [
  [{ lost: 'a', heard: 0 }, null],
  [{ lost: 'b', heard: 0 }, null],
  [{ lost: 'c', heard: 0 }, 'silence'],
  [{ lost: 'd', heard: 0 }, 'silence'],
  [{ lost: 'e', heard: 0 }, 'silence'],
  [{ back: 'a' }, 'silence'],
  [{ back: 'b' }, 'silence'],
  [{ back: 'c' }, null],
]);

story('a gateway that was away begins anew, and a jam is waited out', 9, [
  [{ lost: 'a', heard: 0 }, null],
  [{ lost: 'b', heard: 0 }, null],
  ['gateway gone', null],
  [{ lost: 'c', heard: 0 }, null],
  [{ lost: 'd', heard: 0 }, null],
  [{ lost: 'e', heard: 0 }, 'silence'],
  ['gateway gone', 'silence'],
  [{ back: 'c' }, 'silence'],
  [{ back: 'd' }, null],
]);

story('noise is a jam as long as it lasts', 9, [
  ['noise', 'noise'],
  ['noise', 'noise'],
  ['quiet', null],
  ['quiet', null],
  ['noise', 'noise'],
  ['gateway gone', null],
]);

story('noise and silence together end with both', 2, [
  ['noise', 'noise'],
  [{ lost: 'a', heard: 0 }, 'noise'],
  [{ lost: 'b', heard: 0 }, 'silence'],
  ['quiet', 'silence'],
  ['noise', 'silence'],
  [{ back: 'a' }, 'noise'],
  ['quiet', null],
]);

story('a start goes on with who is still away', 9, [
  [{ lost: 'a', heard: 0 }, null],
  [{ lost: 'b', heard: 0 }, null],
  [{ lost: 'c', heard: 0 }, 'silence'],
  ['restart', 'silence'],
  [{ back: 'a' }, 'silence'],
  [{ back: 'b' }, null],
  ['restart', null],
]);

describe('whatever happens', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const what: fc.Arbitrary<What> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ lost: fc.constantFrom(...names), heard: fc.nat({ max: 300 }) }) },
    { weight: 4, arbitrary: fc.record({ back: fc.constantFrom(...names) }) },
    fc.constantFrom<What>('gateway gone', 'noise', 'quiet', 'restart'),
  );

  it('the state stays as small as the house, survives JSON, and everyone back and quiet is no jam', () => {
    fc.assert(
      fc.property(fc.array(what, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (story, supervised) => {
        let state = QUIET_RADIO;
        for (const one of story) {
          state = become(supervised, state, one);
          expect(state.silent.length).toBeLessThanOrEqual(names.length);
          expect(new Set(state.jam?.missing).size).toBe(state.jam?.missing.length ?? 0);
          expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        }
        for (const name of names) state = spoke(state, id(name));
        expect(jammedBy(noise(state, 'over'))).toBeNull();
      }),
    );
  });

  it('one device alone never makes it', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (goes) => {
        let state = QUIET_RADIO;
        goes.forEach((away, at) => {
          state = become(9, state, away ? { lost: 'a', heard: at } : { back: 'a' });
        });
        expect(jammedBy(state)).toBeNull();
      }),
    );
  });
});
