import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../../../src/link/clock.ts';
import { type Bench, createBench, input, loop, output } from './bench.ts';
import { plugInFakeBoard } from './fake-board.ts';
import type { Peer } from './peer.ts';
import { buildUno, firmwares, NOT_RUN, plugInUno } from './uno.ts';

// What boards do on the hub's own clock, on real StandardFirmata in an emulated Uno and on the fake alike.

const folder = mkdtempSync(join(tmpdir(), 'lantern-firmata-'));
afterAll(() => rmSync(folder, { recursive: true }));
const clock = createClock(null);

interface Kind {
  readonly name: string;
  readonly notRun: string | null;
  plugIn(): Promise<Peer>;
}

let program: string | null = null;
const kinds: readonly Kind[] = [
  { name: 'the fake board', notRun: null, plugIn: async () => plugInFakeBoard() },
  ...firmwares.map((firmware) => ({
    name: `StandardFirmata ${firmware.version} on an emulated Uno`,
    notRun: NOT_RUN,
    plugIn: () => {
      program ??= buildUno(folder);
      return plugInUno(program, firmware);
    },
  })),
];

for (const { name, notRun, plugIn } of kinds) {
  describe(name, () => {
    let peer: Peer;
    let bench: Bench;
    beforeAll(async () => {
      if (notRun === null) peer = await plugIn();
    });
    afterAll(() => peer?.remove());
    afterEach(() => bench?.close());

    const story = (what: string, run: () => Promise<void>): void => {
      it(what, async (test) => {
        if (notRun !== null) test.skip(notRun);
        await run();
      });
    };

    async function wire(wired: Parameters<typeof createBench>[2]): Promise<void> {
      bench = createBench(peer, clock, wired);
      await bench.open();
    }

    story('is up once every pin is read, with what it reads as stored', async () => {
      peer.digital(2, 1);
      peer.analog(0, 0.3);
      await wire({ inputs: [input('2'), input('A0', { reads: { loop } })], outputs: [output('7')] });
      expect(bench.said).toEqual([
        expect.stringMatching(/^up /),
        ...['2 on stored', 'A0 closed stored', '7 off stored'].map((line) =>
          expect.toBeOneOf([line, expect.any(String)]),
        ),
      ]);
      expect(new Set(bench.said.slice(1))).toEqual(new Set(['2 on stored', 'A0 closed stored', '7 off stored']));
    });

    story('tells a contact to ground on a pulled-up pin both ways', async () => {
      peer.digital(4, 0);
      await wire({ inputs: [input('4', { pullUp: true, activeLow: true })] });
      expect(bench.said).toContain('4 on stored');
      expect(peer.history(4).at(-1)).toBe('pulled');
      peer.digital(4, 1);
      await bench.hears('4 off');
      peer.digital(4, 0);
      await bench.hears('4 on');
    });

    story('tells each of two pins of one port alone, and pulls up only the one that asks', async () => {
      peer.digital(2, 0);
      peer.digital(3, 0);
      await wire({ inputs: [input('2'), input('3', { pullUp: true })], outputs: [output('5')] });
      bench.mark();
      peer.digital(3, 1);
      await bench.hears('3 on');
      bench.wires.command('#firmata/shed/5/set', 'on');
      await bench.hears('5 on');
      peer.digital(2, 1);
      await bench.hears('2 on');
      bench.wires.command('#firmata/shed/5/set', 'off');
      await bench.hears('5 off');
      expect(peer.history(2).at(-1)).toBe('input');
      expect(bench.said).toEqual(['3 on', '5 on', '2 on', '5 off']);
    });

    story('tells all four states of a loop', async () => {
      peer.analog(1, 0.3);
      await wire({ inputs: [input('A1', { reads: { loop } })] });
      const steps = [
        [0.5, 'open'],
        [0.02, 'short'],
        [0.3, 'closed'],
        [0.99, 'cut'],
        [0.3, 'closed'],
      ] as const;
      for (const [share, word] of steps) {
        bench.mark();
        peer.analog(1, share);
        await bench.hears(`A1 ${word}`);
      }
    });

    story('tells a voltage above and below its limit', async () => {
      peer.analog(2, 0.2);
      await wire({ inputs: [input('A2', { reads: { above: 0.6, hysteresis: 0.1 } })] });
      expect(bench.said).toContain('A2 off stored');
      peer.analog(2, 0.7);
      await bench.hears('A2 on');
      peer.analog(2, 0.4);
      await bench.hears('A2 off');
    });

    story('switches an output, says so, and leaves what it is told to leave', async () => {
      await wire({ outputs: [output('8'), output('9', { onStop: 'on' }), output('10', { onStop: 'keep' })] });
      for (const pin of ['8', '10']) bench.wires.command(`#firmata/shed/${pin}/set`, 'on');
      await bench.hears('8 on');
      await bench.hears('10 on');
      expect([8, 9, 10].map((pin) => peer.history(pin).at(-1))).toEqual(['high', 'low', 'high']);
      await bench.close();
      await bench.until('levels at rest', () => peer.history(8).at(-1) === 'low');
      expect([8, 9, 10].map((pin) => peer.history(pin).at(-1))).toEqual(['low', 'high', 'high']);
    });

    story('an output that is on stays on without a blip while the hub starts anew', async () => {
      await wire({ outputs: [output('11', { onStop: 'keep' }), output('12')] });
      bench.wires.command('#firmata/shed/11/set', 'on');
      await bench.hears('11 on');
      await bench.close();
      const before = peer.history(11).length;
      bench = createBench(peer, clock, { outputs: [output('11', { onStop: 'keep' }), output('12')] });
      bench.wires.command('#firmata/shed/11/set', 'on');
      await bench.open();
      expect(bench.said).toContain('11 on stored');
      bench.wires.command('#firmata/shed/12/set', 'on');
      await bench.hears('12 on');
      expect(peer.history(11).slice(before)).toEqual([]);
    });

    story('an analogue pin can be an output, and starts at what it was told before', async () => {
      bench = createBench(peer, clock, { outputs: [output('A5', { activeLow: true })] });
      bench.wires.command('#firmata/shed/A5/set', 'off');
      await bench.open();
      expect(bench.said).toContain('A5 off stored');
      expect(peer.history(19).at(-1)).toBe('high');
    });

    story('says in words that a board hangs, and comes back when it wakes', async () => {
      peer.digital(2, 1);
      await wire({ inputs: [input('2')] });
      bench.mark();
      peer.hang();
      await bench.hears('2 lost stored');
      expect(bench.said[0]).toBe(
        'down board shed: has not answered for 3 s; it hangs, or its cable is loose: press its reset button',
      );
      bench.mark();
      peer.wake();
      await bench.hears('2 on stored');
      expect(bench.said[0]).toMatch(/^up /);
    });

    story('says that a board was unplugged, and finds it again behind the same link', async () => {
      peer.digital(2, 1);
      await wire({ inputs: [input('2')], outputs: [output('6', { onStop: 'keep' })] });
      bench.wires.command('#firmata/shed/6/set', 'on');
      await bench.hears('6 on');
      bench.mark();
      await peer.unplug();
      await bench.hears('2 lost stored');
      expect(bench.said[0]).toBe('down board shed: was unplugged');
      bench.mark();
      peer.digital(2, 0);
      await peer.replug();
      await bench.hears('2 off stored');
      await bench.until('the output as it was told', () => peer.history(6).at(-1) === 'high');
    });

    story('notices that a board started anew, and sets its pins up again', async () => {
      peer.digital(3, 1);
      await wire({ inputs: [input('3', { pullUp: true })], outputs: [output('7')] });
      bench.wires.command('#firmata/shed/7/set', 'on');
      await bench.hears('7 on');
      bench.mark();
      peer.reset();
      await bench.hears('3 on stored');
      expect(bench.said[0]).toMatch(/^down board shed: (started anew|has not answered)/);
      expect(bench.said).toContain('7 on stored');
      expect(peer.history(7).at(-1)).toBe('high');
    });
  });
}
