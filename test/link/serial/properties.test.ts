import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter } from '../../../src/link/serial/lines.ts';
import { createPacketSplitter } from '../../../src/link/serial/packets.ts';
import { CODECS, heardIn } from './codecs.ts';

const anyJson = fc.jsonValue().filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value));

for (const { name, create, stream } of CODECS) {
  describe(name, () => {
    const whole = heardIn(create(), [stream]);

    it('says several things in this stream', () => {
      expect(whole.filter(({ type }) => type === 'said').length).toBeGreaterThan(2);
    });

    it('the same, cut in two at every place', () => {
      for (let place = 0; place <= stream.length; place += 1) {
        expect(heardIn(create(), [stream.subarray(0, place), stream.subarray(place)])).toEqual(whole);
      }
    });

    it('the same, byte by byte', () => {
      expect(
        heardIn(
          create(),
          [...stream].map((byte) => Uint8Array.of(byte)),
        ),
      ).toEqual(whole);
    });

    it('the same, cut anywhere', () => {
      fc.assert(
        fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
          const places = [0, ...cuts.sort((a, b) => a - b), stream.length];
          const pieces = places.slice(1).map((end, at) => stream.subarray(places[at], end));
          expect(heardIn(create(), pieces)).toEqual(whole);
        }),
      );
    });

    it('throws for no bytes, and what it says is JSON', () => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (pieces) => {
          for (const heard of heardIn(create(), pieces)) expect(JSON.parse(JSON.stringify(heard))).toEqual(heard);
        }),
        { numRuns: 500 },
      );
    });

    it('throws for no changed byte of a real stream', () => {
      const codec = create();
      fc.assert(
        fc.property(fc.nat(stream.length - 1), fc.nat(255), (place, byte) => {
          const changed = Uint8Array.from(stream);
          changed[place] = byte;
          codec.forget();
          for (const heard of heardIn(codec, [changed])) expect(typeof heard.type).toBe('string');
        }),
        { numRuns: 500 },
      );
    });

    it('throws for no order and no line beside the output', () => {
      const codec = create();
      fc.assert(
        fc.property(anyJson, fc.string(), (order, line) => {
          const encoded = codec.encode(order as never);
          expect(encoded.ok ? encoded.bytes.length : encoded.why.length).toBeGreaterThan(0);
          codec.aside(line);
        }),
      );
    });

    it('writes no order that holds a second one', () => {
      const codec = create();
      const part = fc.string({ unit: fc.constantFrom(...'AC:;0123\r\n1 x/') });
      fc.assert(
        fc.property(part, part, (address, value) => {
          const encoded = codec.encode({ address, cmd: value, V_STATUS: value });
          if (!encoded.ok || name === 'RFXtrx') return;
          const text = Buffer.from(encoded.bytes).toString();
          expect(text.match(/\n/g)?.length).toBe(1);
          expect(text.endsWith('\n')).toBe(true);
        }),
        { numRuns: 2000 },
      );
    });
  });
}

describe('bounds', () => {
  it('a line of the longest length is one, a longer one is dropped, and the next one is heard', () => {
    const lines = createLineSplitter(10);
    const said = (text: string): readonly string[] =>
      lines
        .split(Buffer.from(text))
        .map((piece) => ('frame' in piece ? Buffer.from(piece.frame).toString() : 'dropped'));
    expect(said('0123456789\n01234567890\nnext\n')).toEqual(['0123456789', 'dropped', 'next']);
    expect(said('0123456789\r\n')).toEqual(['0123456789']);
    expect(said('01234567890123456789')).toEqual(['dropped']);
    expect(said('still the same line\nnext\n')).toEqual(['dropped', 'next']);
  });

  it('a line without end is told while it grows, and takes no memory', () => {
    const lines = createLineSplitter(1000);
    let dropped = 0;
    for (let round = 0; round < 1000; round += 1) {
      for (const piece of lines.split(new Uint8Array(999))) if ('dropped' in piece) dropped += piece.dropped;
    }
    expect(dropped).toBeGreaterThan(990_000);
  });

  it('no bytes make the packet splitter keep more than one packet', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const packets = createPacketSplitter();
        const frames = packets.split(bytes, 0);
        const accounted = frames.reduce((sum, one) => sum + ('frame' in one ? one.frame.length : one.dropped), 0);
        expect(bytes.length - accounted).toBeLessThanOrEqual(36);
      }),
    );
  });
});
