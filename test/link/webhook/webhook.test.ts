import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, describe, expect, it } from 'vitest';
import { wallTime } from '../../../src/base/time.ts';
import type { LifeResult, ReportResult } from '../../../src/hub/ports.ts';
import { describeReceiver } from '../../../src/link/webhook/openapi.ts';
import { readWebhookUrl } from '../../../src/link/webhook/station.ts';
import { type RecordedStationDoor, recordStationDoor } from '../door.ts';
import { makeCertificates } from '../mqtt/mosquitto.ts';
import type { Fault } from '../signed/service.ts';
import { first, reportOf, restful } from '../station-contract.ts';
import { openWebhook, SECRET, type WebhookBench } from './bench.ts';

let tidy: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of tidy.reverse()) await step();
  tidy = [];
});

async function bench(
  change: Parameters<typeof openWebhook>[1] = {},
): Promise<WebhookBench & { readonly door: RecordedStationDoor }> {
  const door = recordStationDoor();
  const opened = await openWebhook(door, change);
  tidy.push(() => opened.close());
  return { ...opened, door };
}

const word = (result: ReportResult | LifeResult): string =>
  'why' in result ? `${result.outcome}: ${result.why}` : result.outcome;

/** Which of the two words a broken connection gets depends on how far it had come. */
const broken = (text: string): string => text.replace(/ECONNRESET|the connection ended early/, 'broken off');

describe('what an answer is worth', () => {
  const wrong = 'the signature of the answer is wrong: the secrets differ, or somebody else answered (HTTP 200)';
  const table: readonly (readonly [fault: Fault, result: string])[] = [
    ['unsigned', 'unanswered: the answer is not signed (HTTP 200)'],
    ['wrong-secret', `unanswered: ${wrong}`],
    ['replay', `unanswered: ${wrong}`],
    ['other-id', 'unanswered: the answer is for another message'],
    ['not-json', 'unanswered: the answer is signed and cannot be read'],
    ['nonsense', 'unanswered: the answer is signed and cannot be read'],
    ['too-long', 'unanswered: the answer is too long'],
    ['refuse', 'refused: no such account'],
    ['busy', 'unanswered: busy: later'],
    ['hang-up', 'unanswered: broken off'],
    ['half', 'unanswered: broken off'],
    ['old', 'acked'],
  ];
  for (const [fault, result] of table) {
    it(fault, async () => {
      const { station, service } = await bench();
      await station.send(reportOf('r0'), first);
      service.play(fault);
      expect(broken(word(await station.send(reportOf('r1'), first)))).toBe(result);
      expect(word(await station.send(reportOf('r1'), first))).toBe('acked');
      expect(service.taken.map(({ id }) => id)).toEqual(['r0', 'r1']);
    });
  }
  it('drop: no answer in time', async () => {
    const { station, service } = await bench({ timeoutMs: 100 });
    service.play('drop');
    expect(word(await station.send(reportOf('r1'), first))).toBe('unanswered: no answer in time');
  });
  it('nobody listens', async () => {
    const { station, service } = await bench();
    await service.close();
    expect(word(await station.supervise(restful))).toBe('silent: ECONNREFUSED');
    tidy = [];
  });
  it('another secret: the service says so, and neither believes the other', async () => {
    const { station, service, door } = await bench({ secret: 'another secret' });
    expect(word(await station.send(reportOf('r1'), first))).toBe(
      'unanswered: the signature of the answer is wrong: the secrets differ, or somebody else answered (HTTP 409)',
    );
    expect(service.complaints).toEqual(['bad_signature']);
    expect(door.lines).toEqual([
      'refused an answer with a wrong signature: the secrets differ, or somebody else answered',
    ]);
  });
});

describe('what the service is told', () => {
  it('a report with all that it may know', async () => {
    const { station, service } = await bench();
    await station.send(reportOf('r1'), first);
    expect(service.taken).toEqual([
      {
        type: 'report',
        hub: 'h',
        id: 'r1',
        kind: 'perimeter',
        is: 'new',
        severity: 'alarm',
        alarm: 'a1',
        at: '2026-11-21T20:00:00.000Z',
        zone: { id: 'front-window', number: 5, name: 'Front window' },
        user: 0,
        text: null,
        codes: { cid: '1131', sia: 'BA' },
      },
    ]);
  });
  it('no time where the clock was not to be trusted', async () => {
    const { station, service } = await bench();
    await station.send(reportOf('r1', { at: null }), first);
    expect(service.taken).toMatchObject([{ at: null }]);
  });
  it('a card only where the config gives it', async () => {
    const { station, service } = await bench({ card: { risk: 'high' } });
    await station.send(reportOf('r1'), first);
    expect(service.taken).toMatchObject([{ card: { risk: 'high' } }]);
  });
  it('the same key for the same report', async () => {
    const { station, service } = await bench();
    service.play('hang-up');
    await station.send(reportOf('r1'), first);
    await station.send(reportOf('r1'), first);
    expect(service.headers.map((one) => one['idempotency-key'])).toEqual(['h/r1', 'h/r1']);
  });
  it('a heartbeat with what waits and what became of commands', async () => {
    const { station, service } = await bench();
    await station.supervise({ waiting: 3, answers: [{ id: 'c1', done: 'refused', why: 'no such alarm' }] });
    expect(service.heard).toMatchObject([
      {
        type: 'heartbeat',
        hub: 'h',
        everySeconds: 30,
        waiting: 3,
        answers: [{ id: 'c1', done: 'refused', why: 'no such alarm' }],
      },
    ]);
  });
  it('each heartbeat under an id of its own', async () => {
    const { station, service } = await bench();
    await station.supervise(restful);
    await station.supervise(restful);
    expect(new Set(service.heard.map(({ id }) => id)).size).toBe(2);
  });
});

describe('clocks', () => {
  it('a service with another time is asked once more, with its time', async () => {
    const { station, service } = await bench();
    service.setClock(3_600_000);
    expect(word(await station.send(reportOf('r1'), first))).toBe('acked');
    expect(service.complaints).toEqual(['clock_skew']);
    expect(word(await station.send(reportOf('r2'), first))).toBe('acked');
    expect(service.complaints).toEqual(['clock_skew']);
  });
  it('and never a third time', async () => {
    const { station, service } = await bench();
    service.play('skew');
    expect(word(await station.send(reportOf('r1'), first))).toBe(
      'unanswered: clock_skew: your clock and mine differ by more than a minute, although it got its own time',
    );
    expect(service.heard).toHaveLength(1);
    expect(service.complaints).toHaveLength(1);
  });
});

describe('commands', () => {
  const command = (change: object = {}) => ({
    id: 'c1',
    order: 'acknowledge',
    alarm: 'a1',
    by: 'op 7',
    note: null,
    ...change,
  });
  const table: readonly (readonly [name: string, commands: readonly unknown[], ...lines: readonly string[]])[] = [
    [
      'each of the four',
      ['acknowledge', 'note', 'close', 'stand-down'].map((order) => command({ order })),
      'c1 acknowledge a1 by op 7',
      'c1 note a1 by op 7',
      'c1 close a1 by op 7',
      'c1 stand-down a1 by op 7',
    ],
    ['none', []],
    [
      'one that is none takes no other with it',
      [{ id: 'x' }, command()],
      'refused 1 of 2 commands cannot be read, or are too many',
      'c1 acknowledge a1 by op 7',
    ],
    [
      'an order nobody knows',
      [command({ order: 'disarm' })],
      'refused 1 of 1 commands cannot be read, or are too many',
    ],
    [
      'a note that is too long',
      [command({ note: 'x'.repeat(501) })],
      'refused 1 of 1 commands cannot be read, or are too many',
    ],
    ['no name', [command({ by: '' })], 'refused 1 of 1 commands cannot be read, or are too many'],
  ];
  for (const [name, commands, ...lines] of table) {
    it(name, async () => {
      const { station, service, door } = await bench();
      service.give(...commands);
      expect(word(await station.supervise(restful))).toBe('answered');
      expect(door.lines).toEqual(lines);
    });
  }
  it('more than a few at once: the first ones', async () => {
    const { station, service, door } = await bench();
    service.give(...Array.from({ length: 33 }, (_, index) => command({ id: `c${index}` })));
    await station.supervise(restful);
    expect(door.lines).toHaveLength(33);
    expect(door.lines[0]).toBe('refused 1 of 33 commands cannot be read, or are too many');
  });
  it('those of an answer without a right signature are not taken', async () => {
    const { station, service, door } = await bench();
    service.give(command());
    service.play('wrong-secret');
    await station.supervise(restful);
    expect(door.lines).toEqual([
      'refused an answer with a wrong signature: the secrets differ, or somebody else answered',
    ]);
  });
  it('those of an answer of another time are refused in words', async () => {
    const { station, service, door } = await bench();
    service.give(command());
    service.play('old');
    await station.supervise(restful);
    expect(door.lines).toEqual([
      'refused commands not taken: its clock is 3600 s behind ours: set the one that is wrong',
    ]);
  });
  it('an answer that was recorded brings none a second time', async () => {
    const { station, service, door } = await bench();
    service.give(command());
    await station.supervise(restful);
    service.play('replay');
    expect((await station.supervise(restful)).outcome).toBe('silent');
    expect(door.lines.filter((line) => line.startsWith('c1'))).toHaveLength(1);
  });
});

describe('addresses', () => {
  const https = 'it must be https, or http on this machine: alarms do not travel in the clear';
  const table: readonly (readonly [url: string, why: string | null])[] = [
    ['https://desk.example/hubs/7f3a', null],
    ['http://127.0.0.1:8080/x', null],
    ['http://[::1]:8080/x', null],
    ['http://localhost/x', null],
    ['http://desk.example/x', https],
    ['http://127.0.0.1.evil.example/x', https],
    ['ftp://desk.example/x', https],
    ['desk.example', 'it is no address; write https://HOST/PATH'],
    ['https://me:pass@desk.example/', 'it holds a password; use `secret`'],
  ];
  for (const [url, why] of table) {
    it(`${url}: ${why ?? 'taken'}`, () => {
      const read = readWebhookUrl(url);
      expect(read.ok ? null : read.why).toBe(why);
    });
  }
});

describe('https', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-webhook-'));
  const files = makeCertificates(folder);
  const tls = { cert: readFileSync(files.serverCert, 'utf8'), key: readFileSync(files.serverKey, 'utf8') };
  const ca = readFileSync(files.ca, 'utf8');
  rmSync(folder, { recursive: true });

  it('a certificate of somebody this machine trusts', async () => {
    const before = getCACertificates('default');
    tidy.push(() => setDefaultCACertificates(before));
    setDefaultCACertificates([...before, ca]);
    const { station, service } = await bench({ tls });
    const result = await station.send(reportOf('r1'), first);
    expect(result).toMatchObject({ outcome: 'acked', ack: { path: 'https' } });
    expect(service.taken).toHaveLength(1);
  });
  it('any other', async () => {
    const { station, service } = await bench({ tls });
    expect(word(await station.send(reportOf('r1'), first))).toBe('unanswered: UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    expect(service.heard).toEqual([]);
  });
});

describe('the description of the receiving side', () => {
  const file = join(import.meta.dirname, '..', '..', '..', 'src', 'link', 'webhook', 'receiver.openapi.json');
  const described = describeReceiver();

  it('is the one that ships', () => {
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(described);
  });
  it('holds what a hub really says, and what it reads', async () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'api', ...described });
    const valid = (name: string, value: unknown) => {
      const check = ajv.getSchema(`api#/components/schemas/${name}`);
      expect([name, check?.(value), check?.errors]).toEqual([name, true, null]);
    };
    const { station, service } = await bench({ card: { risk: 'high' } });
    await station.send(reportOf('r1'), first);
    await station.send(
      reportOf('r2', { at: null, zone: null, alarm: null, text: 'disk', kind: 'trouble-other' }),
      first,
    );
    await station.supervise({ waiting: 1, answers: [{ id: 'c1', done: 'done', why: null }] });
    for (const one of service.heard) valid(one.type === 'report' ? 'Report' : 'Heartbeat', one);
    valid('Taken', { ok: true, id: 'r1', commands: [{ id: 'c1', order: 'note', alarm: 'a1', by: 'op', note: 'x' }] });
    valid('Refusal', { ok: false, id: null, error: 'replayed', why: 'seen before' });
    const refused = ajv.getSchema('api#/components/schemas/Refusal');
    expect(refused?.({ ok: false, id: null, error: 'whatever', why: '' })).toBe(false);
  });
});

it('the secret is in nothing that is said', async () => {
  const { station, service } = await bench();
  await station.send(reportOf('r1', { at: wallTime(0) }), first);
  expect(JSON.stringify([service.heard, service.headers])).not.toContain(SECRET);
});
