import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LifeResult, Log, ReportResult } from '../../../src/hub/ports.ts';
import type { UplinkConfig } from '../../../src/link/uplink/station.ts';
import { createFakeClock } from '../../hub/fakes.ts';
import { type RecordedStationDoor, recordStationDoor } from '../door.ts';
import {
  type Certificates,
  freePort,
  hasMosquitto,
  makeCertificates,
  NOT_RUN,
  startMosquitto,
} from '../mqtt/mosquitto.ts';
import { quietLog } from '../mqtt/support.ts';
import type { Fault } from '../signed/service.ts';
import { first, reportOf, restful } from '../station-contract.ts';
import { joinService, openStation, openUplink, type UplinkBench, uplinkConfig, whenConnected } from './bench.ts';

let tidy: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of tidy.reverse()) await step();
  tidy = [];
});

async function bench(
  change: Partial<UplinkConfig> = {},
): Promise<UplinkBench & { readonly door: RecordedStationDoor }> {
  const door = recordStationDoor();
  const opened = await openUplink(door, change);
  tidy.push(() => opened.close());
  return { ...opened, door };
}

const word = (result: ReportResult | LifeResult): string =>
  'why' in result ? `${result.outcome}: ${result.why}` : result.outcome;
const command = { id: 'c1', order: 'acknowledge', alarm: 'a1', by: 'op 7', note: null };

describe('with mosquitto', () => {
  beforeEach((test) => {
    if (!hasMosquitto) test.skip(NOT_RUN);
  });

  describe('what an answer is worth', () => {
    const wrong = 'the signature of the answer is wrong: the secrets differ, or somebody else answered';
    const table: readonly (readonly [fault: Fault, result: string])[] = [
      ['wrong-secret', `unanswered: ${wrong}`],
      ['unsigned', `unanswered: ${wrong}`],
      ['replay', `unanswered: ${wrong}`],
      ['other-id', 'unanswered: the answer is for another message'],
      ['not-json', 'unanswered: the answer is signed and cannot be read'],
      ['nonsense', 'unanswered: the answer is signed and cannot be read'],
      ['refuse', 'refused: no such account'],
      ['busy', 'unanswered: busy: later'],
      ['old', 'acked'],
    ];
    for (const [fault, result] of table) {
      it(fault, async () => {
        const { station, service } = await bench();
        await station.send(reportOf('r0'), first);
        service.play(fault);
        expect(word(await station.send(reportOf('r1'), first))).toBe(result);
        expect(word(await station.send(reportOf('r1'), first))).toBe('acked');
        expect(service.taken.map(({ id }) => id)).toEqual(['r0', 'r1']);
      });
    }
    for (const fault of ['drop', 'half', 'too-long'] as const) {
      it(`${fault}: no answer in time`, async () => {
        const { station, service } = await bench({ timeoutMs: 500 });
        service.play(fault);
        expect(word(await station.send(reportOf('r1'), first))).toMatch(
          /^unanswered: (no answer in time|the connection to the broker is gone)$/,
        );
      });
    }
    it('that the broker has it is no proof', async () => {
      const { station, service } = await bench({ timeoutMs: 500 });
      await service.leave();
      expect(word(await station.send(reportOf('r1'), first))).toBe('unanswered: no answer in time');
    });
    it('an answer to the try before is none to this one', async () => {
      const { station, service, door } = await bench();
      service.play('drop', 'drop');
      const tries = [station.send(reportOf('r1'), first)];
      await service.until('the report', () => service.taken.length === 1);
      await service.say(
        JSON.stringify({ to: 'r1', requestSignature: 'v1=of-another', time: 'x', signature: 'y', body: '{}' }),
      );
      await service.say('{"time":"never","signature":"","body":""}');
      await door.until('the end of the queue', () => door.lines.includes('refused commands with a wrong signature'));
      await station.close();
      expect((await Promise.all(tries)).map(word)).toEqual(['unanswered: the hub stops']);
    });
  });

  describe('commands', () => {
    it('come in the answer to a heartbeat', async () => {
      const { station, service, door } = await bench();
      service.give(command);
      await station.supervise(restful);
      expect(door.lines).toEqual(['c1 acknowledge a1 by op 7']);
    });
    it('and without being asked', async () => {
      const { service, door } = await bench();
      await service.say(JSON.stringify(service.batch([command])));
      await door.until('the command', () => door.lines.length > 0);
      expect(door.lines).toEqual(['c1 acknowledge a1 by op 7']);
    });
    const table: readonly (readonly [name: string, payload: (bench: UplinkBench) => string, line: string])[] = [
      [
        'an hour old',
        ({ service }) => JSON.stringify(service.batch([command], 3_600_000)),
        'refused commands not taken: its clock is 3600 s behind ours: set the one that is wrong',
      ],
      [
        'with a wrong signature',
        ({ service }) => JSON.stringify({ ...service.batch([command]), signature: `v1=${'0'.repeat(64)}` }),
        'refused commands with a wrong signature',
      ],
      [
        'with another time than the signed one',
        ({ service }) => JSON.stringify({ ...service.batch([command]), time: '2026-11-21T20:00:01.000Z' }),
        'refused commands with a wrong signature',
      ],
      [
        'that are none',
        ({ service }) => JSON.stringify(service.batch([7])),
        'refused 1 of 1 commands cannot be read, or are too many',
      ],
      ['no JSON', () => '{', 'refused a message that cannot be read'],
      ['nothing', () => '', 'refused a message that cannot be read'],
      [
        'far too long',
        () => JSON.stringify({ time: 'x', signature: 'y', body: 'z'.repeat(70_000) }),
        'refused a message that cannot be read',
      ],
    ];
    for (const [name, payload, line] of table) {
      it(`${name}: not taken, in words`, async () => {
        const opened = await bench();
        await opened.service.say(payload(opened));
        await opened.door.until('a word', () => opened.door.lines.length > 0);
        expect(opened.door.lines).toEqual([line]);
      });
    }
  });

  it('what a service says to a hub that is away waits for it', async () => {
    const { station, service, mosquitto, clock } = await bench();
    await station.close();
    await service.say(JSON.stringify(service.batch([command])));
    const door = recordStationDoor();
    const back = await openStation(door, clock, uplinkConfig(mosquitto.port));
    tidy.push(() => back.close());
    await door.until('the command', () => door.lines.length > 0);
    expect(door.lines).toEqual(['c1 acknowledge a1 by op 7']);
  });

  it('a broker that comes back is found again, and what was unanswered goes through', async () => {
    const clock = createFakeClock();
    const door = recordStationDoor();
    const mosquitto = await startMosquitto();
    tidy.push(() => mosquitto.remove());
    const station = await openStation(door, clock, uplinkConfig(mosquitto.port, { timeoutMs: 300 }));
    tidy.push(() => station.close());
    await whenConnected(station);
    await mosquitto.stop();
    while (!word(await station.supervise(restful)).includes('no connection')) {}
    expect(word(await station.send(reportOf('r1'), first))).toBe('unanswered: no connection to the broker');
    await mosquitto.start();
    const service = await joinService(mosquitto.port, clock.wall);
    tidy.push(() => service.leave());
    // A slow machine may need more than one try; the service has it once.
    do await whenConnected(station);
    while ((await station.send(reportOf('r1'), first)).outcome !== 'acked');
    expect(service.taken.map(({ id }) => id)).toEqual(['r1']);
  });

  it('one that was never there: unanswered at once', async () => {
    const station = await openStation(recordStationDoor(), createFakeClock(), uplinkConfig(await freePort()));
    tidy.push(() => station.close());
    expect(word(await station.send(reportOf('r1'), first))).toBe('unanswered: no connection to the broker');
  });

  it('a service with another time is asked once more, with its time', async () => {
    const { station, service } = await bench();
    service.setClock(3_600_000);
    expect(word(await station.send(reportOf('r1'), first))).toBe('acked');
    expect(service.complaints).toEqual(['clock_skew']);
  });

  describe('over TLS with certificates on both sides', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lantern-uplink-'));
    let files: Certificates;
    let port = 0;
    const clock = createFakeClock();
    beforeAll(() => {
      files = makeCertificates(folder);
      // mosquitto gives up root before it reads its key.
      chmodSync(folder, 0o755);
      chmodSync(files.serverKey, 0o644);
      return () => rmSync(folder, { recursive: true });
    });
    beforeEach(async () => {
      const lines = [
        'allow_anonymous true',
        `cafile ${files.ca}`,
        `certfile ${files.serverCert}`,
        `keyfile ${files.serverKey}`,
        'require_certificate true',
      ];
      const mosquitto = await startMosquitto(lines);
      port = mosquitto.port;
      tidy.push(() => mosquitto.remove());
    });
    const secure = (change: Partial<UplinkConfig> = {}): UplinkConfig =>
      uplinkConfig(port, {
        url: `mqtts://127.0.0.1:${port}`,
        ca: files.ca,
        cert: files.clientCert,
        key: files.clientKey,
        ...change,
      });

    it('reports', async () => {
      const own = {
        protocol: 'mqtts',
        ca: readFileSync(files.ca),
        cert: readFileSync(files.clientCert),
        key: readFileSync(files.clientKey),
      };
      const service = await joinService(port, clock.wall, own);
      tidy.push(() => service.leave());
      const station = await openStation(recordStationDoor(), clock, secure());
      tidy.push(() => station.close());
      await whenConnected(station);
      expect(word(await station.send(reportOf('r1'), first))).toBe('acked');
    });

    const refusals: readonly (readonly [name: string, change: (files: Certificates) => Partial<UplinkConfig>])[] = [
      ['without a certificate of its own', () => ({ cert: null, key: null })],
      ['to a broker that somebody else vouches for', (all) => ({ ca: all.strangerCa })],
    ];
    for (const [name, change] of refusals) {
      it(`${name}: no connection`, async () => {
        const tried = Promise.withResolvers<string>();
        const log: Log = { ...quietLog, warn: (_facts, message) => tried.resolve(message) };
        const station = await openStation(recordStationDoor(), clock, secure(change(files)), log);
        tidy.push(() => station.close());
        expect(await tried.promise).toBe('no connection to the broker of the monitoring service; trying on');
        expect(word(await station.send(reportOf('r1'), first))).toBe('unanswered: no connection to the broker');
      });
    }
    it('a certificate file that is missing is named at once', async () => {
      await expect(openStation(recordStationDoor(), clock, secure({ ca: '/nowhere.pem' }))).rejects.toThrow(
        /^monitoring desk\.ca: \/nowhere\.pem cannot be read \(.*\); correct the path or its permissions\.$/,
      );
    });
  });
});

describe('addresses', () => {
  for (const url of ['mqtt://broker.example', 'https://broker.example', 'broker.example', '']) {
    it(`${url} is refused in words`, async () => {
      await expect(openStation(recordStationDoor(), createFakeClock(), uplinkConfig(1, { url }))).rejects.toThrow(
        'the url of a monitoring broker must be mqtts://HOST:8883, or mqtt:// on this machine',
      );
    });
  }
});
