import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayConfig, Wires } from '../../../src/hub/ports.ts';
import { createGateways } from '../../../src/link/serial/gateways.ts';
import { createFakeClock, type FakeClock } from '../../hub/fakes.ts';
import { openPty, type Pty } from './pty.ts';
import { quietLog, type RecordedWires, recordWires, rflinkAt } from './support.ts';

// The real serial binding on pseudo-terminals. Only the time is ours.

const PRESS = '20;0B;NewKaku;ID=000005;SWITCH=2;CMD=ON;\r\n';
const PRESSED = '{"rflink":"NewKaku","id":"000005","switch":"2","cmd":"ON"}';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

interface Bench {
  readonly clock: FakeClock;
  readonly door: RecordedWires;
  readonly wires: Wires;
  /** The stable name of the port. */
  readonly link: string;
  /** Plugs a device in under that name. */
  plug(): Pty;
  unplug(pty: Pty): void;
}

function bench(config: (port: string) => GatewayConfig = rflinkAt): Bench {
  const dir = mkdtempSync(join(tmpdir(), 'lantern-serial-'));
  const link = join(dir, 'usb-RFLink');
  const clock = createFakeClock();
  const wires = createGateways([config(link)], { clock, log: quietLog });
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  cleanups.push(() => wires.close());
  return {
    clock,
    door: recordWires(),
    wires,
    link,
    plug() {
      const pty = openPty();
      cleanups.push(() => pty.unplug());
      symlinkSync(pty.path, link);
      return pty;
    },
    unplug(pty) {
      rmSync(link);
      pty.unplug();
    },
  };
}

/** Opens, lets the board start, and answers the first question. */
async function started(config?: (port: string) => GatewayConfig): Promise<Bench & { readonly pty: Pty }> {
  const one = bench(config);
  const pty = one.plug();
  await one.wires.open(one.door);
  await answered(one, pty);
  return { ...one, pty };
}

async function answered({ clock, door }: Bench, pty: Pty): Promise<void> {
  clock.pass(2500);
  await pty.hear('10;PING;');
  await pty.say('20;01;PONG;\r\n');
  await door.heard('gateway #serial/rf433 up');
}

/** Lets time pass in small steps until it is so; each step leaves the real port its turn. */
async function until(clock: FakeClock, isSo: () => boolean): Promise<void> {
  for (let step = 0; !isSo() && step < 2000; step += 1) {
    clock.pass(250);
    await new Promise((done) => setTimeout(done, 2));
  }
  expect(isSo()).toBe(true);
}

describe('a gateway on a real port', () => {
  it('is up once it has answered, and says what its devices say', async () => {
    const { pty, door } = await started();
    await pty.say(PRESS);
    expect(await door.heard('message')).toBe(`message #serial/rf433/heard ${PRESSED}`);
  });

  it('is down at once when the cable is pulled, and up again on another terminal under the same name', async () => {
    const one = await started();
    one.unplug(one.pty);
    expect(await one.door.heard('gateway #serial/rf433 down')).toContain('is gone');
    const again = one.plug();
    await until(one.clock, () => again.written() !== '');
    await again.say('20;01;PONG;\r\n');
    await one.door.heard('gateway #serial/rf433 up');
    await again.say(PRESS);
    expect(await one.door.heard('message')).toContain(PRESSED);
  });

  it('that was never plugged in is down with a sentence, and up as soon as it is', async () => {
    const one = bench();
    await one.wires.open(one.door);
    expect(one.door.lines).toEqual([
      `gateway #serial/rf433 down: ${one.link} is not there; plug it in, or correct the port (ls /dev/serial/by-id)`,
    ]);
    const pty = one.plug();
    await until(one.clock, () => pty.written() !== '');
    await pty.say('20;01;PONG;\r\n');
    await one.door.heard('gateway #serial/rf433 up');
  });

  it('on something that is no terminal is down with a sentence', async () => {
    const one = bench(() => ({ ...rflinkAt('/dev/null') }));
    await one.wires.open(one.door);
    expect(await one.door.heard('down')).toMatch(/\/dev\/null cannot be opened \(.*\); check the port/);
  });

  it('that is held by another program is down with a sentence', async () => {
    const first = await started();
    const second = createGateways([rflinkAt(first.pty.path)], { clock: first.clock, log: quietLog });
    cleanups.push(() => second.close());
    const door = recordWires();
    await second.open(door);
    expect(await door.heard('down')).toContain('is in use by another program; stop that program');
  });

  it('that falls silent although asked is down after silenceMs, and is opened anew', async () => {
    const { clock, door, pty } = await started();
    clock.pass(29_999);
    expect(door.count('down')).toBe(0);
    await pty.hear('10;PING;\r\n10;PING;');
    clock.pass(1);
    expect(await door.heard('down')).toContain('has said nothing for 30 s although asked');
    await until(clock, () => Buffer.from(pty.written(), 'hex').toString().split('PING').length > 4);
    await pty.say('20;02;PONG;\r\n');
    await door.heard('gateway #serial/rf433 up');
  });

  it('at a wrong baud rate is down with a sentence that names it', async () => {
    const one = bench((port) => ({ ...rflinkAt(port), baud: 9600 }));
    const pty = one.plug();
    await one.wires.open(one.door);
    await pty.say(Uint8Array.from({ length: 4096 }, (_, place) => (place * 37) | 0x80));
    expect(await one.door.heard('down')).toContain(
      `cannot be read as RFLink at 9600 baud; correct gateways.rf433.baud (RFLink comes with 57600)`,
    );
  });

  it('that says garbage between its lines stays up', async () => {
    const { door, pty } = await started();
    for (let round = 0; round < 10; round += 1) await pty.say(`\xff\xfe\x00garbage\r\n\x80\x80\x80\r\n${PRESS}`);
    await pty.say('20;7F;Pir;ID=aa66;PIR=ON;\r\n');
    await door.heard('aa66');
    expect(door.count(PRESSED)).toBe(10);
    expect(door.count('down')).toBe(0);
  });

  it('whose line comes in halves says it once', async () => {
    const { door, pty } = await started();
    await pty.say(PRESS.slice(0, 20));
    await new Promise((done) => setImmediate(done));
    await pty.say(PRESS.slice(20) + PRESS);
    await door.heard(PRESSED);
    await door.heard(PRESSED);
    expect(door.count('message')).toBe(2);
  });

  it('whose line was cut by a pulled cable joins it to nothing', async () => {
    const one = await started();
    await one.pty.say(PRESS.slice(0, 20));
    one.unplug(one.pty);
    await one.door.heard('down');
    const again = one.plug();
    await until(one.clock, () => again.written() !== '');
    await again.say(`${PRESS.slice(20)}${PRESS}`);
    await one.door.heard(PRESSED);
    expect(one.door.count('message')).toBe(1);
  });

  it('that floods is heard to the last line while its port keeps to its speed', async () => {
    const { door, pty } = await started();
    // What 115200 baud carry in five seconds.
    for (let second = 0; second < 5; second += 1) await pty.say(PRESS.repeat(270));
    await pty.say('20;7F;Pir;ID=aa66;PIR=ON;\r\n');
    await door.heard('aa66');
    expect(door.count(PRESSED)).toBe(1350);
    expect(door.count('refused')).toBe(0);
  });

  it('that floods leaves the loop to others', async () => {
    const { door, pty } = await started();
    let turns = 0;
    let isOver = false;
    const tick = (): void => {
      turns += 1;
      if (!isOver) setImmediate(tick);
    };
    tick();
    await pty.say(PRESS.repeat(1500));
    await pty.say('20;7F;Pir;ID=aa66;PIR=ON;\r\n');
    await door.heard('aa66');
    isOver = true;
    expect(turns).toBeGreaterThan(1500 / 32);
  });

  it('is told what to do, one order after the other, and the newest for each socket', async () => {
    const { clock, pty, wires } = await started();
    const order = (unit: string, cmd: string): void =>
      wires.command('#serial/rf433/heard/set', JSON.stringify({ address: `NewKaku:00c142:${unit}`, cmd }));
    order('1', 'ON');
    order('2', 'ON');
    order('2', 'OFF');
    expect(await pty.hear('\n')).toBe('10;NewKaku;00c142;1;ON;\r\n');
    await pty.say('20;02;OK;\r\n');
    expect(await pty.hear('\n')).toBe('10;NewKaku;00c142;2;OFF;\r\n');
    order('3', 'ON');
    // This one is never acknowledged.
    clock.pass(1500);
    expect(await pty.hear('\n')).toBe('10;NewKaku;00c142;3;ON;\r\n');
  });

  it('is told what was ordered before it was opened, and while it was gone', async () => {
    const one = bench();
    const pty = one.plug();
    one.wires.command('#serial/rf433/heard/set', '{"address":"NewKaku:00c142:1","cmd":"ON"}');
    await one.wires.open(one.door);
    await answered(one, pty);
    await pty.hear('10;NewKaku;00c142;1;ON;');
    await pty.say('20;02;OK;\r\n');
    one.unplug(pty);
    await one.door.heard('down');
    one.wires.command('#serial/rf433/heard/set', '{"address":"NewKaku:00c142:1","cmd":"OFF"}');
    const again = one.plug();
    await until(one.clock, () => again.written() !== '');
    await again.say('20;01;PONG;\r\n');
    await again.hear('10;NewKaku;00c142;1;OFF;');
  });

  it('may be closed twice, before it is open, and while it is gone', async () => {
    const one = bench();
    await one.wires.close();
    await one.wires.open(one.door);
    await one.wires.close();
    expect(one.door.lines).toEqual([]);
    const other = bench();
    await other.wires.open(other.door);
    await other.wires.close();
    await other.wires.close();
    other.clock.pass(60_000);
    expect(other.door.lines.length).toBe(1);
  });
});

describe('the other families on a real port', () => {
  const hexOf = (pty: Pty): string => pty.written();

  it('MySensors is asked for its version, answers, and echoes an order', async () => {
    const one = bench((port) => ({ ...rflinkAt(port), type: 'mysensors', baud: 115_200 }));
    const pty = one.plug();
    await one.wires.open(one.door);
    one.clock.pass(2500);
    expect(await pty.hear('\n')).toBe('0;255;3;0;2;\n');
    await pty.say('0;255;3;0;2;2.3.2\n12;6;1;0;16;1\n');
    await one.door.heard('gateway #serial/rf433 up: MySensors answers');
    await one.door.heard('{"node":12,"child":6,"V_TRIPPED":"1"}');
    one.wires.command('#serial/rf433/heard/set', '{"address":"12:6","V_STATUS":"1"}');
    expect(await pty.hear('\n')).toBe('12;6;1;1;2;1\n');
    await pty.say('12;6;1;1;2;1\n');
    await one.door.heard('{"node":12,"child":6,"V_STATUS":"1"}');
  });

  it('RFXtrx is reset, asked and started, and told what to do', async () => {
    const one = bench((port) => ({ ...rflinkAt(port), type: 'rfxtrx', baud: 38_400 }));
    const pty = one.plug();
    await one.wires.open(one.door);
    one.clock.pass(6100);
    await until(one.clock, () => hexOf(pty).endsWith('0d00000007000000000000000000'));
    await pty.say(Buffer.from('0d010001025345100c2f01010000', 'hex'));
    await one.door.heard('gateway #serial/rf433 up: RFXtrx answers');
    await pty.say(Buffer.from('0820004dd3dc540289', 'hex'));
    await one.door.heard('"rfxtrx":"X10_DOOR","rssi":8,"id":"d354","status":"alarm"');
    one.wires.command('#serial/rf433/heard/set', '{"address":"AC:0213c7f2:1","cmd":"on"}');
    await until(one.clock, () => hexOf(pty).includes('0b1100000213c7f201010f00'));
    await pty.say(Buffer.from('0402000002', 'hex'));
    await one.door.heard('refused #serial/rf433 the RFXtrx could not send');
  });
});
