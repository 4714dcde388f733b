import { existsSync, linkSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { JsonObject } from '../../src/base/json.ts';
import { askHub } from '../../src/cli/control.ts';
import { type ControlHandler, openControl } from '../../src/web/control.ts';
import { lantern } from './fakes.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of closers.splice(0).reverse()) await end();
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'lantern-control-'));
  closers.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function hub(dir: string, handlers: Readonly<Record<string, ControlHandler>>): Promise<void> {
  const opened = await openControl(dir, new Map(Object.entries(handlers)));
  if (!opened.ok) throw new Error(opened.why);
  closers.push(() => opened.control.close());
}

async function ask(dir: string, name: string, patienceMs = 5_000): Promise<{ items: JsonObject[]; ended: unknown }> {
  const items: JsonObject[] = [];
  const ended = await askHub(dir, { do: name }, patienceMs, (item) => items.push(item));
  return { items, ended };
}

/** Sends bytes as they are and gives all that comes back. */
function raw(dir: string, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = createConnection(join(dir, 'control.sock'), () => socket.write(bytes));
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(heard));
  });
}

describe('a request and its answer', () => {
  it('items, then done', async () => {
    const dir = folder();
    await hub(dir, {
      count: async (request, item) => {
        item({ n: 1, asked: request['do'] ?? null });
        await new Promise((next) => setImmediate(next));
        item({ n: 2 });
        return { ok: true };
      },
    });
    expect(await ask(dir, 'count')).toEqual({ items: [{ n: 1, asked: 'count' }, { n: 2 }], ended: { ok: true } });
  });
  it('a refusal', async () => {
    const dir = folder();
    await hub(dir, { no: () => ({ ok: false, why: 'not now' }) });
    expect(await ask(dir, 'no')).toEqual({ items: [], ended: { ok: false, why: 'not now' } });
  });
  it('many at once', async () => {
    const dir = folder();
    await hub(dir, { hi: () => ({ ok: true }) });
    expect(await Promise.all(Array.from({ length: 6 }, () => ask(dir, 'hi')))).toEqual(
      Array.from({ length: 6 }, () => ({ items: [], ended: { ok: true } })),
    );
  });
  it('the handler hears that nobody listens any more', async () => {
    const dir = folder();
    const left = Promise.withResolvers<void>();
    await hub(dir, {
      long: async (_request, item, gone) => {
        item({});
        await new Promise<void>((resolve) => gone.addEventListener('abort', () => resolve()));
        left.resolve();
        return { ok: true };
      },
    });
    const socket = createConnection(join(dir, 'control.sock'), () => socket.write('{"do":"long"}\n'));
    socket.once('data', () => socket.destroy());
    await left.promise;
  });
});

describe('the socket', () => {
  it('is for its owner alone', async () => {
    const dir = folder();
    await hub(dir, {});
    expect(statSync(join(dir, 'control.sock')).mode & 0o777).toBe(0o600);
  });
  it('is gone when the hub is', async () => {
    const dir = folder();
    const opened = await openControl(dir, new Map());
    if (opened.ok) await opened.control.close();
    expect(existsSync(join(dir, 'control.sock'))).toBe(false);
  });
  it('is not taken from a hub that answers', async () => {
    const dir = folder();
    await hub(dir, { hi: () => ({ ok: true }) });
    expect(await openControl(dir, new Map())).toEqual({ ok: false, why: `another hub answers on ${dir}/control.sock` });
    expect((await ask(dir, 'hi')).ended).toEqual({ ok: true });
  });
  it('is replaced when it was left behind', async () => {
    const dir = folder();
    const path = join(dir, 'control.sock');
    // A socket whose process died: its file stays. A hard link keeps the file when the server closes.
    const server = createServer();
    await new Promise<void>((ready) => server.listen(`${path}.old`, ready));
    linkSync(`${path}.old`, path);
    await new Promise((closed) => server.close(closed));
    expect(existsSync(path)).toBe(true);
    await hub(dir, { hi: () => ({ ok: true }) });
    expect((await ask(dir, 'hi')).ended).toEqual({ ok: true });
  });
  it('does not remove a file that is no socket', async () => {
    const dir = folder();
    writeFileSync(join(dir, 'control.sock'), 'mine');
    expect(await openControl(dir, new Map())).toMatchObject({
      ok: false,
      why: expect.stringContaining('is no socket'),
    });
    expect(existsSync(join(dir, 'control.sock'))).toBe(true);
  });
  it('says so when the directory is not there', async () => {
    expect(await openControl(join(folder(), 'none'), new Map())).toMatchObject({
      ok: false,
      why: expect.stringMatching(/cannot be opened/),
    });
  });
  it('says so when the path is too long for a socket', async () => {
    const dir = `/tmp/${'x'.repeat(100)}`;
    expect(await openControl(dir, new Map())).toMatchObject({ ok: false, why: expect.stringContaining('too long') });
    expect((await ask(dir, 'hi')).ended).toMatchObject({ ok: false, why: expect.stringContaining('too long') });
  });
});

describe('bad requests', () => {
  const cases: readonly (readonly [what: string, bytes: string, heard: RegExp])[] = [
    ['no JSON', 'hello\n', /"error":"a request is one JSON object on one line"/],
    ['no object', '[1]\n', /"error":"a request is one JSON object/],
    ['an unknown one', '{"do":"format"}\n', /"error":"this hub does not know that request"/],
    ['one named like a method of every object', '{"do":"constructor"}\n', /does not know that request/],
    ['one that never ends its line', 'x'.repeat(17_000), /"error":"a request is one JSON object/],
    ['one a byte too long', `{"do":"hi","pad":"${'x'.repeat(16_367)}"}\n`, /"error":"a request is one JSON object/],
    ['the longest there may be', `{"do":"hi","pad":"${'x'.repeat(16_364)}"}\n`, /"done":true/],
    ['two in one go', '{"do":"hi"}\n{"do":"hi"}\n', /^{"done":true}\n$/],
  ];
  for (const [what, bytes, heard] of cases) {
    it(what, async () => {
      const dir = folder();
      await hub(dir, { hi: () => ({ ok: true }) });
      expect(await raw(dir, bytes)).toMatch(heard);
      expect((await ask(dir, 'hi')).ended).toEqual({ ok: true });
    });
  }
  it('a client that reads nothing is hung up on', async () => {
    const dir = folder();
    const hungUp = Promise.withResolvers<void>();
    await hub(dir, {
      flood: async (_request, item, gone) => {
        gone.addEventListener('abort', () => hungUp.resolve());
        for (let i = 0; i < 1_000 && !gone.aborted; i++) item({ pad: 'x'.repeat(60_000) });
        return { ok: true };
      },
    });
    const socket = createConnection(join(dir, 'control.sock'), () => socket.write('{"do":"flood"}\n'));
    socket.on('error', () => {});
    closers.push(() => socket.destroy());
    await hungUp.promise;
  });
});

describe('a hub that is not there, or not itself', () => {
  it('no socket', async () => {
    const dir = folder();
    expect((await ask(dir, 'hi')).ended).toEqual({
      ok: false,
      why: `no hub is running on ${dir}; start it with: lantern run --config FILE --data ${dir}`,
      hub: 'absent',
    });
  });
  const answers: readonly (readonly [what: string, answer: string | null, why: RegExp])[] = [
    ['no answer', null, /does not answer/],
    ['no JSON', 'hello\n', /cannot be read/],
    ['a line without end', 'x'.repeat(300_000), /too long/],
    ['neither item nor end', '{}\n', /without a reason/],
  ];
  for (const [what, answer, why] of answers) {
    it(what, async () => {
      const dir = folder();
      const server = createServer((socket) => {
        socket.on('error', () => {});
        if (answer !== null) socket.write(answer);
      });
      await new Promise<void>((ready) => server.listen(join(dir, 'control.sock'), ready));
      closers.push(() => server.close());
      expect((await ask(dir, 'hi', 50)).ended).toMatchObject({ ok: false, why: expect.stringMatching(why) });
    });
  }
  it('one that hangs up in the middle', async () => {
    const dir = folder();
    const server = createServer((socket) => socket.end('{"item":{"n":1}}\n'));
    await new Promise<void>((ready) => server.listen(join(dir, 'control.sock'), ready));
    closers.push(() => server.close());
    expect(await ask(dir, 'hi')).toEqual({
      items: [{ n: 1 }],
      ended: { ok: false, why: 'the hub closed the connection before it was done' },
    });
  });
});

describe('lantern test-alert', () => {
  const paths: readonly (readonly [
    what: string,
    items: readonly JsonObject[],
    status: number,
    out: RegExp,
    err: RegExp,
  ])[] = [
    [
      'all well',
      [{ path: 'twilio', ok: true, result: 'delivered', ms: 812 }],
      0,
      /^twilio +delivered +812 ms\n$/,
      /^$/,
    ],
    [
      'one failed',
      [{ path: 'twilio', ok: false, result: 'failed', ms: 10_000, why: 'no answer' }],
      1,
      /failed +10000 ms +no answer/,
      /1 of 1 paths failed/,
    ],
    ['no path', [], 1, /^$/, /has no path/],
  ];
  for (const [what, items, status, out, err] of paths) {
    it(what, async () => {
      const dir = folder();
      await hub(dir, {
        'test-alert': (_request, item) => {
          for (const one of items) item(one);
          return { ok: true };
        },
      });
      expect(await lantern(['test-alert', '--data', dir])).toEqual({
        status,
        out: expect.stringMatching(out),
        err: expect.stringMatching(err),
      });
    });
  }
  it('no hub: exit 1, one line', async () => {
    expect(await lantern(['test-alert', '--data', folder()])).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringMatching(/^lantern: no hub is running.*\n$/),
    });
  });
});

describe('lantern devices seen', () => {
  const seen: readonly JsonObject[] = [
    {
      id: 'hall',
      profile: 'zigbee2mqtt',
      model: 'RTCGQ11LM',
      topic: 'zigbee2mqtt/hall',
      signals: ['motion', 'battery'],
    },
    { id: 'on', profile: 'zigbee2mqtt', model: null, topic: 'zigbee2mqtt/0x00158d: #1, {x}', signals: ['contact'] },
  ];
  const listen = async (): Promise<string> => {
    const dir = folder();
    await hub(dir, {
      'devices-seen': (_request, item) => {
        for (const one of seen) item(one);
        return { ok: true };
      },
    });
    return dir;
  };
  it('can be pasted into a config', async () => {
    const ran = await lantern(['devices', 'seen', '--data', await listen()]);
    expect(parse(`devices:\n${ran.out}`)).toEqual({
      devices: [
        { id: 'hall', driver: 'mqtt', profile: 'zigbee2mqtt', model: 'RTCGQ11LM', topic: 'zigbee2mqtt/hall' },
        { id: 'on', driver: 'mqtt', profile: 'zigbee2mqtt', topic: 'zigbee2mqtt/0x00158d: #1, {x}' },
      ],
    });
  });
  it('tells a script', async () => {
    const ran = await lantern(['devices', 'seen', '--json', '--data', await listen()]);
    expect(
      ran.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(seen);
  });
});
