import assert from 'node:assert/strict';
import type { Calls } from '../../../src/link/gpio/calls.ts';
import { until } from '../../link/gpio/contract.ts';
import { lines, makePinHouse, type PinHouse } from './house.ts';

interface HouseStory {
  readonly name: string;
  readonly run: (house: PinHouse) => Promise<void>;
}

interface ZoneShown {
  readonly open: boolean | null;
  readonly online: boolean;
}

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Hub = Awaited<ReturnType<PinHouse['start']>>;

const zone = (hub: Hub, id: string): ZoneShown => JSON.parse(hub.ear.latest(`lantern/whole/zones/${id}`) ?? '{}');
const untilZone = (hub: Hub, id: string, what: string, is: (zone: ZoneShown) => boolean): Promise<void> =>
  hub.ear.until(`${id} ${what}`, () => is(zone(hub, id)));
const untilWire = (house: PinHouse, line: number, to: 'high' | 'low'): Promise<void> =>
  until(`line ${line} is ${to}`, () => house.chip.wire(line) === to);
const types = async (house: PinHouse, data: string): Promise<readonly string[]> =>
  (await house.lantern(['log', '--data', data, '--format', 'jsonl']))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).type);

const stories: readonly HouseStory[] = [
  {
    name: 'a line is pulled, the siren line rises, and the journal has it',
    async run(house) {
      const hub = await house.start();
      await untilZone(hub, 'window', 'is read at the start', ({ open, online }) => open === false && online);
      assert.deepEqual([house.chip.wire(lines.siren), house.chip.wire(lines.strobe)], ['low', 'high']);
      await house.arm(hub, 'HOME');
      house.chip.pull(lines.window, 'high');
      await untilWire(house, lines.siren, 'high');
      await untilWire(house, lines.strobe, 'low');
      await hub.ear.untilState('triggered');
      await hub.ear.until('the output says so', () => hub.ear.latest('lantern/whole/outputs/siren') === 'on');
      hub.signal('SIGTERM');
      assert.equal(await hub.ended, 0);
      assert.ok((await types(house, house.data)).includes('alarm-raised'));
    },
  },
  {
    name: 'a press of 50 ms on a wired button raises the personal alarm',
    async run(house) {
      const hub = await house.start();
      house.chip.pull(lines.button, 'low');
      await pass(50);
      house.chip.pull(lines.button, 'high');
      await untilWire(house, lines.siren, 'high');
      await hub.ear.until('the alarm is shown', () => hub.ear.attributes().alarm?.kind === 'personal');
    },
  },
  {
    name: 'a button held down at the start is no press',
    async run(house) {
      house.chip.pull(lines.button, 'low');
      const hub = await house.start();
      await untilZone(hub, 'button', 'is read', ({ online }) => online);
      await pass(1_500);
      assert.equal(house.chip.wire(lines.siren), 'low');
    },
  },
  {
    name: 'a contact that bounces opens once',
    async run(house) {
      const hub = await house.start();
      await untilZone(hub, 'knock', 'is read', ({ online }) => online);
      await house.arm(hub, 'HOME');
      for (let n = 0; n < 10; n += 1) {
        house.chip.pull(lines.knock, 'high');
        house.chip.pull(lines.knock, 'low');
      }
      house.chip.pull(lines.knock, 'high');
      await pass(100);
      house.chip.pull(lines.knock, 'low');
      await pass(1_500);
      // Three knocks would be an alarm, and this was one.
      assert.equal(hub.ear.state(), 'armed_home');
      assert.equal(house.chip.wire(lines.siren), 'low');
    },
  },
  {
    name: 'a glitch shorter than the filter is nothing',
    async run(house) {
      const hub = await house.start();
      await untilZone(hub, 'window', 'is read', ({ open }) => open === false);
      await house.arm(hub, 'HOME');
      house.chip.pull(lines.window, 'high');
      house.chip.pull(lines.window, 'low');
      await pass(1_500);
      assert.deepEqual(
        [hub.ear.state(), house.chip.wire(lines.siren), zone(hub, 'window').open],
        ['armed_home', 'low', false],
      );
    },
  },
  {
    name: 'a flood while the hub stands still is told as lost edges, and the level is right within a second of waking',
    async run(house) {
      const hub = await house.start();
      await untilZone(hub, 'door', 'is read', ({ open }) => open === false);
      await house.arm(hub, 'HOME');
      hub.signal('SIGSTOP');
      // More than the kernel keeps of one line, each level long enough for an interrupt of its own.
      for (let n = 0; n < 160; n += 1) {
        house.chip.pull(lines.door, n % 2 === 0 ? 'high' : 'low');
        await pass(20);
      }
      house.chip.pull(lines.door, 'high');
      hub.signal('SIGCONT');
      await untilWire(house, lines.siren, 'high');
      await untilZone(hub, 'door', 'is open', ({ open }) => open === true);
      await hub.untilLogged('lost, so many came at once');
    },
  },
  {
    name: 'a line that another program holds is lost, named, and mended by itself',
    async run(house) {
      const back = house.chip.rob(lines.window);
      const hub = await house.start();
      await untilZone(hub, 'window', 'is lost', ({ online }) => !online);
      await hub.untilLogged(`line ${lines.window} of ${house.chip.name} (${house.chip.label}) is held by \\"robber\\"`);
      back();
      await untilZone(hub, 'window', 'is back', ({ online, open }) => online && open === false);
    },
  },
  {
    name: 'a silent button whose line was held is back without a press',
    async run(house) {
      house.chip.pull(lines.silent, 'low');
      const back = house.chip.rob(lines.silent);
      const hub = await house.start();
      await untilZone(hub, 'silent', 'is lost', ({ online }) => !online);
      back();
      await untilZone(hub, 'silent', 'is back', ({ online }) => online);
      await pass(500);
      assert.equal(house.sealed(), 0);
      // Let go and pressed anew, it is one.
      house.chip.pull(lines.silent, 'high');
      await pass(100);
      house.chip.pull(lines.silent, 'low');
      await until('the press is in the journal', () => house.sealed() > 0, 20_000);
    },
  },
  {
    name: 'an output that another program holds is taken over as soon as it is free',
    async run(house) {
      const back = house.chip.rob(lines.siren);
      const hub = await house.start();
      await hub.untilLogged(`line ${lines.siren} of ${house.chip.name}`);
      await house.arm(hub, 'HOME');
      house.chip.pull(lines.window, 'high');
      await hub.ear.untilState('triggered');
      assert.equal(house.chip.wire(lines.siren), 'low');
      back();
      await untilWire(house, lines.siren, 'high');
    },
  },
  {
    name: 'a chip that is pulled out is told, and guards again when it is back',
    async run(house) {
      const hub = await house.start();
      await untilZone(hub, 'window', 'is read', ({ online }) => online);
      house.chip.unplug();
      for (const id of ['window', 'door', 'hall', 'knock'])
        await untilZone(hub, id, 'is lost', ({ online }) => !online);
      house.chip.plugIn();
      for (const line of [lines.window, lines.door]) house.chip.pull(line, 'low');
      await untilZone(hub, 'window', 'is back', ({ online, open }) => online && open === false);
      await house.arm(hub, 'HOME');
      house.chip.pull(lines.window, 'high');
      await untilWire(house, lines.siren, 'high');
    },
  },
  {
    name: 'a hub that is killed in an alarm sounds again, and the siren line rises once',
    async run(house) {
      const first = await house.start();
      await house.arm(first, 'HOME');
      house.chip.pull(lines.window, 'high');
      await first.ear.untilState('triggered');
      await untilWire(house, lines.siren, 'high');
      first.signal('SIGKILL');
      await first.ended;
      await untilWire(house, lines.siren, 'low');
      const seen: string[] = [];
      const look = setInterval(() => {
        const is = house.chip.wire(lines.siren);
        if (seen.at(-1) !== is) seen.push(is);
      }, 1);
      const second = await house.start();
      await second.ear.untilState('triggered');
      await untilWire(house, lines.siren, 'high');
      await pass(1_500);
      clearInterval(look);
      assert.deepEqual(seen, ['low', 'high']);
    },
  },
  {
    name: 'a hub that is told to stop leaves no line behind',
    async run(house) {
      const hub = await house.start();
      house.chip.pull(lines.button, 'low');
      await untilWire(house, lines.siren, 'high');
      hub.signal('SIGTERM');
      assert.equal(await hub.ended, 0);
      assert.equal(house.chip.wire(lines.siren), 'low');
      for (const line of Object.values(lines)) house.chip.rob(line)();
    },
  },
  {
    name: 'lantern gpio shows the chip, its lines and the hub that holds them',
    async run(house) {
      const hub = await house.start();
      const chips = JSON.parse(await house.lantern(['gpio', '--json']));
      const chip = chips.find(({ label }: { readonly label: string }) => label === house.chip.label);
      assert.deepEqual(
        chip.used.map((used: { readonly line: number }) => used.line),
        Object.values(lines).sort((a, b) => a - b),
      );
      const siren = chip.used.find(({ line }: { readonly line: number }) => line === lines.siren);
      assert.deepEqual([siren.direction, siren.holder], ['out', 'lantern']);
      assert.ok(siren.process.endsWith(`(${hub.pid})`), siren.process);
    },
  },
];

let made = 0;

export const houseStories = stories.map(({ name, run }) => ({
  name: `the whole hub: ${name}`,
  async run(calls: Calls): Promise<void> {
    made += 1;
    const house = await makePinHouse(calls, `house-${made}`);
    try {
      await run(house);
    } finally {
      await house.close();
    }
  },
}));
