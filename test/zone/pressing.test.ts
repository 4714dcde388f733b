import { device, table } from './table.ts';

const wire = { trips: ['button'], timesPresses: true } as const;
const any = device(wire);
const holdOnly = device({ ...wire, on: ['hold'] });
const doubleOnly = device({ ...wire, on: ['double'] });
const silentHold = device({ ...wire, on: ['hold'], silentPress: true });

table('a press on a wire counts when the button goes down, and once', any, [
  [0, { button: 'press' }, 'heard pressed:single'],
  [50, { button: 'release' }, ''],
  [5000, { button: 'press' }, 'pressed:single'],
]);

table('down again without having been up is no second press', any, [
  [0, { button: 'press' }, 'heard pressed:single'],
  [900, { button: 'press' }, ''],
  [950, { button: 'release' }, ''],
]);

table('held for two seconds is a hold', holdOnly, [
  [0, { button: 'press' }, 'heard'],
  [1999, 'tick', ''],
  [2000, 'tick', 'detected'],
  [9000, 'tick', ''],
  [9500, { button: 'release' }, ''],
]);

table('let go before is none', holdOnly, [
  [0, { button: 'press' }, 'heard'],
  [1990, { button: 'release' }, ''],
  [2000, 'tick', ''],
]);

table('one whose release was told late had been held', holdOnly, [
  [0, { button: 'press' }, 'heard'],
  [2500, { button: 'release' }, 'detected'],
]);

table('two presses in a moment are a double press', doubleOnly, [
  [0, { button: 'press' }, 'heard'],
  [100, { button: 'release' }, ''],
  [600, { button: 'press' }, 'detected'],
  [700, { button: 'release' }, ''],
  [900, { button: 'press' }, ''],
]);

table('two presses apart are two', doubleOnly, [
  [0, { button: 'press' }, 'heard'],
  [100, { button: 'release' }, ''],
  [601, { button: 'press' }, ''],
]);

table('a hold is over with its wire', holdOnly, [
  [0, { button: 'press' }, 'heard'],
  [1000, { online: false }, 'lost'],
  [2000, 'tick', ''],
]);

table('a stop of the hub in the middle of a hold', holdOnly, [
  [0, { button: 'press' }, 'heard'],
  [1000, 'restart', ''],
  [3000, 'tick', ''],
]);

table('a silent button is held as any other, and nothing of it is heard', silentHold, [
  [0, { button: 'press' }, '', 'unknown'],
  [2000, 'tick', 'detected', 'unknown'],
  [2500, { button: 'release' }, '', 'unknown'],
]);

table(
  'a press that counted and goes on is told as held, for whoever took it for a try',
  device({ ...wire, on: ['press'] }),
  [
    [0, { button: 'press' }, 'heard pressed:single'],
    [2000, 'tick', 'press-held'],
    [9000, 'tick', ''],
  ],
);

table('where a hold counts by itself it is an alarm of its own', any, [
  [0, { button: 'press' }, 'heard pressed:single'],
  [2000, 'tick', 'detected'],
]);

table('a second press in a moment is no single one', any, [
  [0, { button: 'press' }, 'heard pressed:single'],
  [100, { button: 'release' }, ''],
  [500, { button: 'press' }, 'detected'],
]);
