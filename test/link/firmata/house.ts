import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { createClock } from '../../../src/link/clock.ts';
import { createBoards } from '../../../src/link/firmata/boards.ts';
import { createFakeLog } from '../../hub/fakes.ts';
import { input, output } from './bench.ts';

// A house in a process of its own: `house.ts [PORT]`. On stderr it says what it has loaded and what becomes of its board; a
// line on stdin closes it, and then nothing may hold it.

const [port] = process.argv.slice(2);
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const configs =
  port === undefined ? [] : [{ id: 'shed', port, baud: 57600, inputs: [input('2')], outputs: [output('7')] }];

const wires = createBoards(configs, { clock: createClock(null), log: createFakeLog() });
await wires.open({
  message: () => {},
  gateway: (_base, is) => say(is),
  noise: () => {},
  refused: () => {},
});
const loaded = Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('/johnny-five/'));
say(loaded ? 'loaded' : 'nothing loaded');

const lines = createInterface(process.stdin);
lines.once('line', () => {
  lines.close();
  process.stdin.destroy();
  void wires.close();
});
