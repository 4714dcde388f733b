import { mkdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { openPty, type Pty } from '../link/firmata/pty.ts';
import { again, type House, settle, story } from './house.ts';
import { BASE, CODE, FRIEND, houseConfig } from './house-config.ts';
import { polled } from './waiting.ts';

// The program with a 433 MHz gateway on a serial port: a real pseudo-terminal, whose far end speaks RFLink.

/** An RFLink that is asked whether it lives, and says what it hears. */
interface Radio {
  /** What it was told to send. */
  readonly sent: readonly string[];
  hears(...frames: readonly string[]): void;
  unplug(): Promise<void>;
  /** The same gateway, as another device of the kernel behind the same name. */
  replug(): void;
}

function plugIn(link: string): Radio {
  const sent: string[] = [];
  const plugged = (): Pty => {
    const pty = openPty();
    symlinkSync(pty.path, link);
    const say = (frame: string): void => pty.write(Buffer.from(`${frame}\r\n`));
    let half = '';
    pty.onData((bytes) => {
      const lines = (half + bytes.toString()).split(/[\r\n]+/);
      half = lines.pop() ?? '';
      for (const line of lines) {
        sent.push(line);
        if (line === '10;PING;') say('20;99;PONG;');
        if (line === '10;VERSION;') say('20;99;VER=1.1;REV=48;BUILD=08;');
      }
    });
    say('20;00;Nodo RadioFrequencyLink - RFLink Gateway V1.1 - R48;');
    return pty;
  };
  let pty = plugged();
  return {
    sent,
    hears: (...frames) => {
      for (const frame of frames) pty.write(Buffer.from(`${frame}\r\n`));
    },
    async unplug() {
      unlinkSync(link);
      await pty.close();
    },
    replug: () => {
      pty = plugged();
    },
  };
}

const every = ['away', 'home', 'night'];
const onRadio = (id: string, address: string, zone: object): object => ({
  id,
  driver: 'serial',
  gateway: 'rf433',
  profile: 'rflink',
  address,
  zone,
});

function withRadio(house: House): Radio {
  mkdirSync(join(house.dir, 'by-id'));
  const port = join(house.dir, 'by-id', 'usb-RFLink');
  const usual = houseConfig(house.ports) as { readonly devices: object[]; readonly outputs: object[] };
  house.configure({
    gateways: { rf433: { port, baud: 57600 } },
    devices: [
      ...usual.devices,
      onRadio('fob', 'NewKaku:00c142', { type: 'panic', on: ['press', 'hold'] }),
      onRadio('loud-fob', 'NewKaku:00c143', { type: 'panic', silent: false }),
      onRadio('shed', 'Eurodomest:01b2c3', { type: 'perimeter', modes: every }),
    ],
    outputs: [
      ...usual.outputs,
      {
        id: 'radio-siren',
        role: 'siren',
        driver: 'serial',
        gateway: 'rf433',
        profile: 'rflink',
        address: 'NewKaku:00c155:1',
      },
    ],
  });
  return plugIn(port);
}

const PRESS = '20;07;NewKaku;ID=00c142;SWITCH=1;CMD=ON;';
const LOUD = '20;08;NewKaku;ID=00c143;SWITCH=1;CMD=ON;';
const SHED_OPENS = '20;09;Eurodomest;ID=01b2c3;SWITCH=01;CMD=ON;';
const SIREN_ON = '10;NewKaku;00c155;1;ON;';

describe.concurrent('a house with a radio on a serial port', () => {
  story('an opened shed is an alarm, and the siren on the radio is told', async ({ house }) => {
    const radio = withRadio(house);
    const { ear } = await house.start();
    await settle(ear);
    await ear.order({ action: 'ARM_HOME', code: CODE });
    radio.hears(SHED_OPENS);
    await ear.untilState('triggered');
    await polled('the radio siren', () => radio.sent.includes(SIREN_ON));
    expect(ear.attributes().alarm?.zones).toEqual(['shed']);
    await ear.order({ action: 'DISARM', code: CODE });
    await polled('the radio siren off', () => radio.sent.includes('10;NewKaku;00c155;1;OFF;'));
  });

  story('a press told many times over is one alarm', async ({ house }) => {
    const radio = withRadio(house);
    const { ear } = await house.start();
    await settle(ear);
    radio.hears(...Array.from({ length: 12 }, () => LOUD));
    await ear.untilState('triggered');
    await ear.order({ action: 'ARM_HOME', code: CODE });
    expect(ear.events().filter(({ type }) => type === 'alarm-raised')).toHaveLength(1);
  });

  story('a silent press of a fob reaches the friend and shows nowhere', async ({ house }) => {
    const radio = withRadio(house);
    const far = await house.twilio();
    const { ear } = await house.start();
    await settle(ear);
    const before = ear.heard.length;
    radio.hears(PRESS, PRESS, PRESS);
    await far.until(() => far.sent.some(({ to }) => to === FRIEND));
    await ear.order({ action: 'DISARM', code: CODE, id: 'quiet' });
    const told = ear.heard.slice(before).map(({ topic }) => topic);
    expect(told.filter((topic) => topic.includes('fob'))).toEqual([]);
    expect(ear.events().filter(({ type }) => type === 'alarm-raised')).toEqual([]);
    expect(far.sent.map(({ to }) => to)).toEqual([FRIEND]);
  });

  story(
    'a gateway that is unplugged is a fault, its zones are unknown, and it comes back by itself',
    async ({ house }) => {
      const radio = withRadio(house);
      const { ear } = await house.start();
      await settle(ear);
      radio.hears(SHED_OPENS);
      await ear.until('the shed open', () => ear.latest(`${BASE}/zones/shed`)?.includes('"open":true') ?? false);
      await radio.unplug();
      await ear.until('the fault', () => ear.attributes().faults.includes('gateway:rf433'));
      await ear.until('the shed unknown', () => ear.latest(`${BASE}/zones/shed`)?.includes('"open":null') ?? false);
      radio.replug();
      await ear.until('no fault', () => !ear.attributes().faults.includes('gateway:rf433'));
      radio.hears(SHED_OPENS);
      await ear.until('the shed open', () => ear.latest(`${BASE}/zones/shed`)?.includes('"open":true') ?? false);
    },
  );

  story('a siren on the radio is told again after a kill', async ({ house }) => {
    const radio = withRadio(house);
    const first = await house.start();
    await settle(first.ear);
    await first.ear.order({ action: 'ARM_HOME', code: CODE });
    radio.hears(SHED_OPENS);
    await first.ear.untilState('triggered');
    const told = (): number => radio.sent.filter((line) => line === SIREN_ON).length;
    await polled('the radio siren', () => told() > 0);
    const before = told();
    await again(house, first);
    await polled('the radio siren again', () => told() > before);
  });

  story('a gateway that is not there holds up no start', async ({ house }) => {
    const radio = withRadio(house);
    await radio.unplug();
    const { ear } = await house.start();
    await ear.until('the fault', () => ear.attributes().faults.includes('gateway:rf433'));
    radio.replug();
    await ear.until('no fault', () => !ear.attributes().faults.includes('gateway:rf433'));
  });
});
