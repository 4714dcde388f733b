import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SourceId } from '../../../src/base/brand.ts';
import { createAccounts, isLoopback } from '../../../src/link/mqtt/accounts.ts';
import { boundSocket } from '../../../src/link/mqtt/bounded-socket.ts';
import { createFrameMeter } from '../../../src/link/mqtt/framing.ts';
import { MAX_BACKLOG_BYTES } from '../../../src/link/mqtt/limits.ts';
import { createRefusals } from '../../../src/link/mqtt/refusals.ts';
import { createRepeats } from '../../../src/link/mqtt/repeats.ts';
import { createRetained } from '../../../src/link/mqtt/retained.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

/** A PUBLISH header that announces so many bytes, and that many bytes behind it. */
function packet(length: number): Buffer {
  const header = [0x30];
  let rest = length;
  do {
    header.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)]);
}

describe('packet sizes seen in the byte stream', () => {
  for (const [story, chunks, accepted] of [
    ['nothing', [Buffer.alloc(0)], true],
    ['an empty packet', [packet(0)], true],
    ['one at the limit', [packet(1000)], true],
    ['one over the limit', [packet(1001)], false],
    ['one over the limit, only announced', [packet(1001).subarray(0, 3)], false],
    ['many small ones and one over', [Buffer.concat([packet(1), packet(200), packet(1001)])], false],
    ['a length of five bytes', [Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x00])], false],
    ['the longest length there is', [Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])], false],
    ['bytes after the end', [packet(1001), packet(1)], false],
  ] as const) {
    it(`${story}: ${accepted ? 'taken' : 'refused'}`, () => {
      const meter = createFrameMeter(1000);
      expect(chunks.map((chunk) => meter.accepts(chunk)).at(-1)).toBe(accepted);
    });
  }

  it('however the bytes are cut, the verdict is the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }),
        (lengths, oversized, cuts) => {
          const stream = Buffer.concat([...lengths.map(packet), ...(oversized ? [packet(1001)] : [])]);
          const meter = createFrameMeter(1000);
          let accepted = true;
          for (let at = 0, i = 0; at < stream.length; i += 1) {
            const step = cuts[i % cuts.length] ?? 1;
            accepted = meter.accepts(stream.subarray(at, at + step)) && accepted;
            at += step;
          }
          expect(accepted).toBe(!oversized);
        },
      ),
    );
  });
});

describe('what is retained', () => {
  it('keeps the newest, and an empty one clears', () => {
    const kept = createRetained(10, 1000);
    kept.keep('a/b', bytes('1'));
    kept.keep('a/b', bytes('22'));
    kept.keep('a/c', bytes('3'));
    kept.keep('a/c', bytes(''));
    expect(kept.matching('#').map(([topic, payload]) => `${topic} ${Buffer.from(payload)}`)).toEqual(['a/b 22']);
    expect([kept.size, kept.bytes]).toEqual([1, 5]);
  });

  for (const [story, topic, payload, fits] of [
    ['one topic more', 'new', 'x', false],
    ['a known topic', 'a', 'xyz', true],
    ['a known topic, to the last byte', 'a', 'x'.repeat(18), true],
    ['a known topic, a byte too much', 'a', 'x'.repeat(19), false],
    ['a clearing', 'new', '', true],
  ] as const) {
    it(`full with two topics: ${story} ${fits ? 'fits' : 'does not fit'}`, () => {
      const kept = createRetained(2, 20 + 1);
      kept.keep('a', bytes('x'));
      kept.keep('b', bytes('y'));
      expect(kept.keep(topic, bytes(payload))).toBe(fits);
      expect(kept.bytes).toBeLessThanOrEqual(21);
    });
  }

  it('holds no view of the bytes it was given', () => {
    const kept = createRetained(2, 100);
    const given = bytes('secret');
    kept.keep('a', given);
    given.fill(0);
    expect(Buffer.from(kept.get('a') ?? []).toString()).toBe('secret');
  });
});

describe('a command sent again', () => {
  const first = { messageId: 7, dup: false, payload: bytes('{"action":"ARM_AWAY"}') };
  for (const [story, client, second, afterMs, again] of [
    ['marked, same id, same words', 'a', { ...first, dup: true }, 100, true],
    ['not marked', 'a', first, 100, false],
    ['marked, other words', 'a', { ...first, dup: true, payload: bytes('{}') }, 100, false],
    ['marked, other packet id', 'a', { ...first, dup: true, messageId: 8 }, 100, false],
    ['marked, another client', 'b', { ...first, dup: true }, 100, false],
    ['marked, a minute later', 'a', { ...first, dup: true }, 60_000, false],
    ['QoS 0', 'a', { payload: first.payload, dup: true }, 100, false],
  ] as const) {
    it(`${story}: ${again ? 'known' : 'taken'}`, () => {
      let now = 1000;
      const repeats = createRepeats(() => now);
      expect(repeats.seenBefore('a', first)).toBe(false);
      now += afterMs;
      expect(repeats.seenBefore(client, second)).toBe(again);
    });
  }

  it('is taken when its first copy never arrived', () => {
    expect(createRepeats(() => 0).seenBefore('a', { ...first, dup: true })).toBe(false);
  });

  it('is forgotten after 256 others', () => {
    const repeats = createRepeats(() => 0);
    repeats.seenBefore('a', first);
    for (let i = 0; i < 256; i += 1) repeats.seenBefore('b', { ...first, messageId: i });
    expect(repeats.seenBefore('a', { ...first, dup: true })).toBe(false);
  });
});

describe('refusals', () => {
  const anonymous = 'mqtt:anonymous' as SourceId;
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('are told at once, then once a second with their number, until there are no more', () => {
    const told: string[] = [];
    const refusals = createRefusals((source, why) => told.push(`${source} ${why}`));
    for (let i = 0; i < 5; i += 1) refusals.note(anonymous, 'too large');
    expect(told).toEqual(['mqtt:anonymous too large']);
    vi.advanceTimersByTime(1000);
    expect(told).toEqual(['mqtt:anonymous too large', 'mqtt:anonymous too large (4 more in one second)']);
    refusals.note(anonymous, 'too large');
    vi.advanceTimersByTime(5000);
    expect(told).toHaveLength(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('of one source do not hide those of another', () => {
    const told: string[] = [];
    const refusals = createRefusals((source) => told.push(source));
    refusals.note(anonymous, 'a');
    refusals.note('mqtt:zigbee2mqtt' as SourceId, 'b');
    expect(told).toEqual(['mqtt:anonymous', 'mqtt:zigbee2mqtt']);
    refusals.close();
  });
});

describe('logins', () => {
  const accounts = createAccounts([
    { name: 'z2m', password: 'right', publish: [], subscribe: [] },
    { name: 'other', password: 'else', publish: [], subscribe: [] },
  ]);
  for (const [name, password, source] of [
    ['z2m', 'right', 'mqtt:z2m'],
    ['other', 'else', 'mqtt:other'],
    ['z2m', 'else', null],
    ['z2m', '', null],
    ['z2m', undefined, null],
    ['Z2M', 'right', null],
    [undefined, 'right', null],
    [undefined, undefined, null],
  ] as const) {
    it(`${name} with ${password}: ${source}`, () => {
      const account = accounts.find(name, password === undefined ? undefined : bytes(password), 'network');
      expect(account?.source ?? null).toBe(source);
    });
  }

  it('give nobody the topics of the broker, whatever the list says', () => {
    const all = { name: 'all', password: 'x', publish: ['#'], subscribe: ['#', '$SYS/#', '$nowhere'] };
    const account = createAccounts([all]).find('all', bytes('x'), 'network');
    expect(['#', 'a', '$SYS/#', '$nowhere'].map((filter) => account?.maySubscribe(filter))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  for (const [address, own] of [
    ['127.0.0.1', true],
    ['127.8.9.1', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['192.168.0.4', false],
    ['::ffff:192.168.0.4', false],
    [undefined, false],
  ] as const) {
    it(`${address} is ${own ? 'this machine' : 'another machine'}`, () => expect(isLoopback(address)).toBe(own));
  }
});

describe('a connection that does not read', () => {
  it('never asks the writer to wait, and is cut off beyond its backlog', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const frozen = connect(address !== null && typeof address === 'object' ? address.port : 0, '127.0.0.1').pause();
    const [socket] = (await once(server, 'connection')) as [Socket];
    const reasons: string[] = [];
    boundSocket(socket, (why) => reasons.push(why));
    const chunk = Buffer.alloc(64 * 1024);
    while (!socket.destroyed) {
      expect(socket.write(chunk)).toBe(true);
      expect(socket.writableLength).toBeLessThanOrEqual(MAX_BACKLOG_BYTES + chunk.length);
      await new Promise(setImmediate);
    }
    expect(reasons).toEqual(['a client that does not read']);
    expect(socket.write(chunk)).toBe(true);
    frozen.destroy();
    server.close();
  });

  it('is cut off when it takes nothing between two looks, and not before', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const frozen = connect(address !== null && typeof address === 'object' ? address.port : 0, '127.0.0.1').pause();
    const [socket] = (await once(server, 'connection')) as [Socket];
    const bounded = boundSocket(socket, () => {});
    bounded.look();
    bounded.look();
    expect(socket.destroyed).toBe(false);
    // More than the system's buffers take, less than the backlog.
    while (socket.writableLength < MAX_BACKLOG_BYTES / 2) {
      socket.write(Buffer.alloc(64 * 1024));
      await new Promise(setImmediate);
    }
    bounded.look();
    expect(socket.destroyed).toBe(false);
    bounded.look();
    expect(socket.destroyed).toBe(true);
    frozen.destroy();
    server.close();
  });
});
