import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { type Control, type ControlHandler, openControl } from '../../src/web/control.ts';
import { lantern } from './fakes.ts';

const folders: string[] = [];
const open: Control[] = [];
afterEach(async () => {
  for (const control of open.splice(0)) await control.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function hub(handlers: Readonly<Record<string, ControlHandler>>): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'lantern-contacts-'));
  folders.push(dir);
  const opened = await openControl(dir, new Map(Object.entries(handlers)));
  if (!opened.ok) throw new Error(opened.why);
  open.push(opened.control);
  return dir;
}

const SISTER = {
  contact: 'sister',
  proven: true,
  paths: { twilio: '2026-11-21T20:00:00.000Z' },
  last: '2026-11-21T20:00:00.000Z',
  asked: null,
};
const NEIGHBOUR = { contact: 'neighbour', proven: false, paths: {}, last: null, asked: '2026-11-20T10:00:00.000Z' };
const UNASKED = { ...NEIGHBOUR, contact: 'friend', asked: null };

describe('lantern contacts', () => {
  const listing = (...items: readonly JsonObject[]) =>
    hub({
      contacts: (_request, item) => {
        for (const one of items) item(one);
        return { ok: true };
      },
    });
  it('says who is proven, on which path, when last, and who is not', async () => {
    const dir = await listing(SISTER, NEIGHBOUR, UNASKED);
    const ran = await lantern(['contacts', '--data', dir]);
    expect(ran.status).toBe(0);
    expect(ran.out).toMatch(/^sister +proven +twilio 2026-11-21T20:00:00\.000Z$/m);
    expect(ran.out).toMatch(/^neighbour +UNPROVEN +asked 2026-11-20T10:00:00\.000Z, no YES yet$/m);
    expect(ran.out).toMatch(/^friend +UNPROVEN +never asked$/m);
    expect(ran.err).toMatch(/told all the same/);
  });
  it('with everybody proven there is nothing to add', async () => {
    expect((await lantern(['contacts', '--data', await listing(SISTER)])).err).toBe('');
  });
  it('--json: one object a line, as it came', async () => {
    const ran = await lantern(['contacts', '--json', '--data', await listing(SISTER, UNASKED)]);
    const lines = ran.out.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([SISTER, UNASKED]);
  });
});

describe('lantern contacts prove', () => {
  it('asks the hub for this contact', async () => {
    const asked: JsonObject[] = [];
    const dir = await hub({
      'contacts-prove': (request) => {
        asked.push(request);
        return { ok: true };
      },
    });
    expect((await lantern(['contacts', 'prove', 'sister', '--data', dir])).status).toBe(0);
    expect(asked).toEqual([{ do: 'contacts-prove', contact: 'sister' }]);
  });
  it('what the hub refuses is said in one line', async () => {
    const dir = await hub({ 'contacts-prove': () => ({ ok: false, why: 'there is no such contact' }) });
    const ran = await lantern(['contacts', 'prove', 'x', '--data', dir]);
    expect([ran.status, ran.err]).toEqual([1, 'lantern: there is no such contact\n']);
  });
});

describe('lantern test-alert', () => {
  it('tells each hop, and waits for replies when asked to', async () => {
    const asked: JsonObject[] = [];
    const dir = await hub({
      'test-alert': (request, item) => {
        asked.push(request);
        const hops = { handedOver: 3, accepted: 210, delivered: 1200, answered: 9000 };
        item({ path: 'modem to sister', ok: true, result: 'answered', ms: 9000, why: '', hops });
        return { ok: true };
      },
    });
    const ran = await lantern(['test-alert', '--wait', '5m', '--data', dir]);
    expect(asked).toEqual([{ do: 'test-alert', waitMs: 300_000 }]);
    expect(ran.out).toMatch(
      /answered +9000 ms {2}\(handed over 3 ms, accepted 210 ms, delivered 1200 ms, answered 9000 ms\)\n$/,
    );
  });
  for (const wait of ['5', 'soon', '2h', '61m']) {
    it(`--wait ${wait}: wrong use`, async () => {
      expect((await lantern(['test-alert', '--wait', wait, '--data', 'd'])).status).toBe(2);
    });
  }
});
