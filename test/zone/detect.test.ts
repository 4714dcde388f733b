import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/time.ts';
import { observe } from '../../src/zone/observe.ts';
import { unheardDevice } from '../../src/zone/state.ts';
import { device, type Row, table } from './table.ts';

const motion = device({ trips: ['motion'] });
const tremor = device({ trips: ['vibration'], hits: 2, withinMs: 10_000 });
const once = device({ trips: ['vibration'] });
const fob = device({ trips: ['button'] });
const silent = device({ trips: ['button'], silentPress: true, supervisionMs: 1000 });

table('motion: one detection while it lasts', motion, [
  [0, { motion: false }, 'heard', 'closed'],
  [10, { motion: true }, 'detected', 'open'],
  [20, { motion: true }, '', 'open'],
  [30, { motion: true, illuminance: 5 }, '', 'open'],
  [40, { motion: false }, 'closed', 'closed'],
  [50, { motion: false }, '', 'closed'],
  [60, { motion: true }, 'detected', 'open'],
]);

table('motion is never held back by debounce', device({ trips: ['motion'], debounceMs: 5000 }), [
  [0, { motion: true }, 'heard detected', 'open'],
  [1, { motion: false }, 'closed', 'closed'],
  [2, { motion: true }, 'detected', 'open'],
]);

table('stored motion is long over', motion, [
  [0, { stored: { motion: true } }, 'heard'],
  [10, { motion: false }, 'closed', 'closed'],
  [20, { motion: true }, 'detected', 'open'],
]);

table('stored smoke is not', device({ trips: ['smoke', 'co'] }), [
  [0, { stored: { smoke: true } }, 'heard detected', 'open'],
  [10, { smoke: true }, '', 'open'],
  [20, { smoke: true, co: true }, 'detected', 'open'],
  [30, { smoke: false, co: true }, '', 'open'],
  [40, { smoke: false, co: false }, 'closed', 'closed'],
]);

table('a leak', device({ trips: ['leak'] }), [
  [0, { leak: true }, 'heard detected', 'open'],
  [10, { leak: false }, 'closed', 'closed'],
]);

table('a restart keeps what is on: its next change counts', motion, [
  [0, { motion: true }, 'heard detected'],
  [10, 'restart', '', 'unknown'],
  [20, { motion: true }, 'heard', 'open'],
  [30, { motion: false }, 'closed', 'closed'],
  [40, { motion: true }, 'detected', 'open'],
]);

table('hits in a window: so many make one trip', tremor, [
  [0, { vibration: true }, 'heard hit'],
  [100, { vibration: false }, 'closed'],
  [200, { vibration: true }, 'hit detected'],
]);

table('on the edge of the window they count', tremor, [
  [0, { pulse: 'vibration' }, 'hit'],
  [10_000, { pulse: 'vibration' }, 'hit detected'],
]);

table('one millisecond past it they do not', tremor, [
  [0, { pulse: 'vibration' }, 'hit'],
  [10_001, { pulse: 'vibration' }, 'hit'],
  [20_001, { pulse: 'vibration' }, 'hit detected'],
]);

table('the window slides', device({ trips: ['vibration'], hits: 3, withinMs: 1000 }), [
  [0, { pulse: 'vibration' }, 'hit'],
  [600, { pulse: 'vibration' }, 'hit'],
  [1100, { pulse: 'vibration' }, 'hit'],
  [1500, { pulse: 'vibration' }, 'hit detected'],
  [1501, { pulse: 'vibration' }, 'hit detected'],
]);

table('a level that stays on is one hit', tremor, [
  [0, { vibration: true }, 'heard hit'],
  [10, { vibration: true }, ''],
  [20, { vibration: true, battery: 80 }, ''],
]);

table('a pulse counts each time, whatever was on before', tremor, [
  [0, { vibration: true }, 'heard hit'],
  [10, { pulse: 'vibration' }, 'hit detected'],
  [20, { pulse: 'vibration' }, 'hit detected'],
]);

table('one message that says it twice is one hit', tremor, [
  [0, { pulse: 'vibration', with: { vibration: true } }, 'heard hit'],
]);

table('one hit is enough where no more are asked for', once, [[0, { pulse: 'vibration' }, 'hit detected']]);

table('stored vibration is no hit', once, [[0, { stored: { vibration: true } }, 'heard']]);

table('a loss forgets the hits before it', tremor, [
  [0, { pulse: 'vibration' }, 'hit'],
  [10, { online: false }, 'lost'],
  [20, { vibration: true }, 'heard hit'],
]);

table('hits before a restart count on', tremor, [
  [0, { vibration: true }, 'heard hit'],
  [10, 'restart', ''],
  [20, { pulse: 'vibration' }, 'hit detected'],
]);

table('buttons: each press counts, release does not', fob, [
  [0, { button: 'press' }, 'heard pressed:single', 'closed'],
  [1, { button: 'press' }, 'pressed:single', 'closed'],
  [2, { button: 'hold' }, 'detected'],
  [3, { button: 'double' }, 'detected'],
  [4, { button: 'release' }, ''],
]);

table('only the actions asked for', device({ trips: ['button'], on: ['hold'] }), [
  [0, { button: 'press' }, 'heard'],
  [1, { button: 'hold' }, 'detected'],
]);

table('a silent press is told and changes nothing', silent, [
  [0, { battery: 90 }, 'heard', 'closed'],
  [500, { button: 'press', battery: 3, tamper: true }, 'pressed:single', 'closed'],
  [999, 'tick', '', 'closed'],
  [1000, 'tick', 'lost', 'unknown'],
  [1100, { button: 'press' }, 'pressed:single', 'unknown'],
  [1200, { button: 'release' }, '', 'unknown'],
  [1300, { battery: 90 }, 'heard', 'closed'],
]);

describe('a silent press', () => {
  it.each(['press', 'hold', 'double', 'release'] as const)('%s leaves the state as it was, byte for byte', (button) => {
    const before = unheardDevice(instant(0));
    const seen = observe(silent, before, { button, battery: 5, online: true, tamper: true }, [], 'live', instant(700));
    expect(JSON.stringify(seen.state)).toBe(JSON.stringify(before));
  });
});

table('tamper: edges', motion, [
  [0, { tamper: false }, 'heard'],
  [1, { tamper: true }, 'tamper-on'],
  [2, { tamper: true }, ''],
  [3, { tamper: false }, 'tamper-off'],
  [4, { tamper: false }, ''],
  [5, { tamper: true, motion: true }, 'tamper-on detected'],
]);

table('tamper is remembered through a restart and a loss', motion, [
  [0, { tamper: true }, 'heard tamper-on'],
  [1, 'restart', ''],
  [2, { tamper: true }, 'heard'],
  [3, { online: false }, 'lost'],
  [4, { tamper: true }, 'heard'],
  [5, { tamper: false }, 'tamper-off'],
]);

table('a battery: low at 10, well at 15, between as before', motion, [
  [0, { battery: 11 }, 'heard'],
  [1, { battery: 10 }, 'battery-low'],
  [2, { battery: 11 }, ''],
  [3, { battery: 14 }, ''],
  [4, { battery: 9 }, ''],
  [5, { battery: 15 }, 'battery-ok'],
  [6, { battery: 14 }, ''],
  [7, { battery: 0 }, 'battery-low'],
]);

table('the device’s own flag goes before its percentage', motion, [
  [0, { batteryLow: true, battery: 90 }, 'heard battery-low'],
  [1, { batteryLow: false, battery: 3 }, 'battery-ok'],
]);

const burst: Row[] = Array.from({ length: 40 }, (_, index): Row => [index, { pulse: 'vibration' }, 'hit detected']);
table('a burst of hits', once, burst);

table('a button on a device whose zone is a contact', device(), [[0, { button: 'press' }, 'heard', 'unknown']]);

const told = device({ trips: ['button', 'motion'], repeatsMs: 3000 });

table('one press told many times is one', told, [
  [0, { button: 'press' }, 'heard pressed:single'],
  [100, { button: 'press' }, ''],
  [2999, { button: 'press' }, ''],
  [3000, { button: 'press' }, 'pressed:single'],
  [3100, { button: 'hold' }, 'detected'],
  [3200, { button: 'press' }, ''],
  [3300, { button: 'hold' }, ''],
]);

table('one sight told many times is one, and never stays on', told, [
  [0, { pulse: 'motion', with: { motion: true } }, 'heard detected', 'closed'],
  [1000, { pulse: 'motion', with: { motion: true } }, '', 'closed'],
  [3000, { pulse: 'motion', with: { motion: true } }, 'detected', 'closed'],
]);

table('a restart does not make a repeat a new press', told, [
  [0, { button: 'press' }, 'heard pressed:single'],
  [100, 'restart', ''],
  [200, { button: 'press' }, 'heard'],
]);

table('levels told many times need no such rule, and lose no edge by it', device({ repeatsMs: 3000 }), [
  [0, { contact: 'open' }, 'heard opened', 'open'],
  [10, { contact: 'open' }, '', 'open'],
  [500, { contact: 'closed' }, 'closed', 'closed'],
  [900, { contact: 'open' }, 'opened', 'open'],
]);

table('a copied closing amid an opening’s repeats puts nothing at rest', device({ debounceMs: 3000 }), [
  [0, { contact: 'open' }, 'heard opened', 'open'],
  [300, { contact: 'closed' }, '', 'open'],
  [400, { contact: 'open' }, '', 'open'],
  [700, { contact: 'closed' }, '', 'open'],
  [3699, 'tick', '', 'open'],
  [3700, 'tick', 'closed', 'closed'],
]);

table('an opening of what never tells a closing counts, and is over', device({ repeatsMs: 3000 }), [
  [0, { pulse: 'contact', with: { contact: 'open' } }, 'heard known:closed detected', 'closed'],
  [500, { pulse: 'contact', with: { contact: 'open' } }, '', 'closed'],
  [4000, { pulse: 'contact', with: { contact: 'open' } }, 'detected', 'closed'],
]);
