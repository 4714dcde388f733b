import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import type { CliDeps } from '../../src/cli/deps.ts';
import { type ControlHandler, openControl } from '../../src/web/control.ts';
import { startSimulator } from '../link/modem/simulator.ts';
import { fakeDeps, lantern } from './fakes.ts';
import { start } from './processes.ts';

const STATE: JsonObject = {
  port: '/dev/ttyUSB2',
  conversation: 'up',
  step: null,
  model: 'SIMCOM SIM7600E-H',
  quirks: 'SIM7600',
  sim: 'ready',
  registration: 'roaming',
  operator: 'Far Net\u001b[2J',
  signal: { dbm: -71, words: 'strong' },
  stored: { used: 3, total: 20 },
  trouble: null,
};
const HOPS: readonly JsonObject[] = [
  { hop: 'taken', ok: true, ms: 812, why: null },
  { hop: 'delivered', ok: null, ms: 20_812, why: 'no delivery report yet' },
];

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of closers.splice(0).reverse()) await end();
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'lantern-modem-'));
  closers.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function hub(handlers: Readonly<Record<string, ControlHandler>>): Promise<string> {
  const dir = folder();
  const opened = await openControl(dir, new Map(Object.entries(handlers)));
  if (!opened.ok) throw new Error(opened.why);
  closers.push(() => opened.control.close());
  return dir;
}

/** A modem at a port; says which one was asked for, and that it was let go. */
function atPort(state: JsonObject = STATE): { readonly deps: CliDeps; readonly calls: unknown[] } {
  const calls: unknown[] = [];
  const deps = fakeDeps({
    modem: async (place) => {
      calls.push(place);
      return {
        ok: true,
        modem: {
          state: async () => state,
          test: async (to, hop) => {
            calls.push(to);
            if (to === '+447700900999') return { ok: false, why: 'this number must never be contacted' };
            HOPS.forEach(hop);
            return { ok: true };
          },
          close: async () => void calls.push('closed'),
        },
      };
    },
  });
  return { deps, calls };
}

const SHOWN = [
  'port          /dev/ttyUSB2',
  'modem         SIMCOM SIM7600E-H, treated as SIM7600',
  'SIM           ready',
  'network       roaming: texts may cost more, Far Net?[2J',
  'signal        strong (-71 dBm)',
  'stored texts  3 of 20',
  'can send      yes',
  '',
].join('\n');

describe('lantern modem', () => {
  it('at a port', async () => {
    const { deps, calls } = atPort();
    expect(await lantern(['modem', '--port', '/dev/ttyUSB2'], { deps })).toEqual({ status: 0, out: SHOWN, err: '' });
    expect(calls).toEqual([{ port: '/dev/ttyUSB2', baud: null, config: null, data: null }, 'closed']);
  });

  it('as the hub has it', async () => {
    const dir = await hub({
      modem: (_request, item) => {
        item(STATE);
        return { ok: true };
      },
    });
    expect(await lantern(['modem', '--data', dir])).toEqual({ status: 0, out: SHOWN, err: '' });
  });

  it('of a config, when no hub runs', async () => {
    const { deps, calls } = atPort();
    const dir = folder();
    expect((await lantern(['modem', '--data', dir, '--config', 'house.yaml'], { deps })).status).toBe(0);
    expect(calls[0]).toEqual({ port: null, baud: null, config: 'house.yaml', data: dir });
  });

  it('as JSON', async () => {
    const { deps } = atPort();
    expect(JSON.parse((await lantern(['modem', '--port', 'x', '--json'], { deps })).out)).toEqual(STATE);
  });

  it('that cannot send: shown, and exit 1', async () => {
    const { deps } = atPort({ ...STATE, sim: 'puk', signal: null, trouble: 'the SIM is blocked' });
    const ran = await lantern(['modem', '--port', 'x'], { deps });
    expect(ran).toMatchObject({ status: 1, err: 'lantern: no text can leave: the SIM is blocked\n' });
    expect(ran.out).toMatch(/SIM +blocked, asks for its PUK\n(?:.*\n)*signal +not known\n(?:.*\n)*can send +no\n/);
  });

  const wrong: readonly [string, readonly string[], number, RegExp][] = [
    ['nothing said', [], 2, /--data DIR, --config FILE or --port PATH/],
    ['a speed that is none', ['--port', 'x', '--baud', 'fast'], 2, /no speed/],
    ['no hub', ['--data', '/nonexistent'], 1, /no hub is running/],
    ['no modem', ['--port', 'x'], 1, /no modem/],
    ['a test to nobody', ['test', '--port', 'x'], 2, /--to NUMBER/],
  ];
  for (const [name, args, status, err] of wrong) {
    it(`${name}: exit ${status}`, async () => {
      const ran = await lantern(['modem', ...args]);
      expect(ran).toMatchObject({ status, err: expect.stringMatching(err) });
      expect(ran.err.trim()).not.toContain('\n');
    });
  }
});

describe('lantern modem test', () => {
  const SHOWN_HOPS = 'taken      yes           812 ms\ndelivered  not known   20812 ms  no delivery report yet\n';

  it('at a port', async () => {
    const { deps, calls } = atPort();
    const ran = await lantern(['modem', 'test', '--to', '+447700900123', '--port', 'x', '--config', 'y'], { deps });
    expect(ran).toEqual({ status: 0, out: SHOWN_HOPS, err: '' });
    expect(calls).toEqual([{ port: 'x', baud: null, config: 'y', data: null }, '+447700900123', 'closed']);
  });

  it('through the hub', async () => {
    const asked: JsonObject[] = [];
    const dir = await hub({
      'modem-test': (request, item) => {
        asked.push(request);
        HOPS.forEach(item);
        return { ok: true };
      },
    });
    const ran = await lantern(['modem', 'test', '--to', '+447700900123', '--data', dir]);
    expect(ran).toEqual({ status: 0, out: SHOWN_HOPS, err: '' });
    expect(asked).toEqual([{ do: 'modem-test', to: '+447700900123' }]);
  });

  it('a number that must never be contacted: exit 1', async () => {
    const { deps, calls } = atPort();
    const ran = await lantern(['modem', 'test', '--to', '+447700900999', '--port', 'x'], { deps });
    expect(ran).toEqual({ status: 1, out: '', err: 'lantern: this number must never be contacted\n' });
    expect(calls.at(-1)).toBe('closed');
  });

  it('options before the subcommand count too', async () => {
    const { deps, calls } = atPort();
    await lantern(['modem', '--port', 'x', '--json', 'test', '--to', '+447700900123'], { deps });
    expect(calls[0]).toMatchObject({ port: 'x' });
  });
});

describe('the program itself', () => {
  it('asks a modem on a serial port', async () => {
    const far = startSimulator({ maker: 'SIMCOM', model: 'SIMCOM_SIM7600E-H' });
    closers.push(() => far.close());
    const ran = start(['modem', '--port', far.path, '--json']);
    const line = await ran.line((text) => text.startsWith('{'));
    expect(JSON.parse(line)).toMatchObject({ port: far.path, quirks: 'SIM7600', sim: 'ready', trouble: null });
  });

  it('says what is wrong with a port that is not there', async () => {
    const ran = start(['modem', '--port', '/dev/no-such-modem']);
    expect(await ran.line((text) => text.startsWith('lantern:'))).toMatch(/is not there; is the modem plugged in\?$/);
  });
});
