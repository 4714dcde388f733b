import type { Json, JsonObject } from '../../base/json.ts';
import type { Codec, Heard } from './codec.ts';
import { createLineSplitter } from './lines.ts';

// rtl_433 as a program: JSON lines on its output, its log beside it. Levels by `-M level`, noise by `-M noise` (a log
// line each ten seconds), signs of life by `-M stats`. Source: rtl_433(1) and what release 22.11 prints.

/** A statistic of all decoders has 12 KiB; a message is no longer than the hub reads. */
const LONGEST_LINE = 64 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Older releases write minus infinity where they measured silence, and that is no JSON. */
const notNumbers = /:\s*-?(?:inf|nan)\b/gi;

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What one line of output says: a device with its `model`, a statistic, or a line of the log. */
export function readRtl433(line: string): readonly Heard[] {
  const value = jsonIn(line) ?? jsonIn(line.replace(notNumbers, ': null'));
  if (!isObject(value)) return [{ type: 'unreadable', why: 'a line that is no JSON object; run rtl_433 with -F json' }];
  if (typeof value['msg'] === 'string' && value['model'] === undefined) return readRtl433Log(value['msg']);
  if (value['model'] === undefined) return [{ type: 'reports' }];
  return [{ type: 'said', message: value }];
}

const level = /Current (noise|signal) level (-?\d+(?:\.\d+)?) dB/;

/** What a line of its log says: how loud the band is at this moment. */
export function readRtl433Log(line: string): readonly Heard[] {
  const [, what, db] = level.exec(line) ?? [];
  if (db === undefined) return [];
  return [{ type: 'reports' }, { type: 'noise', level: Number(db), busy: what === 'signal' }];
}

/** Of no two receptions of one transmission are these the same. */
const MEASURED = new Set(['time', 'rssi', 'snr', 'noise', 'freq', 'freq1', 'freq2', 'mod', 'mic']);

export function createRtl433(): Codec {
  const lines = createLineSplitter(LONGEST_LINE);
  return {
    name: 'rtl_433',
    usualBaud: null,
    greeting: [],
    question: null,
    deviceProves: true,
    paceMs: 0,
    split: (bytes) => lines.split(bytes),
    forget: lines.forget,
    read(frame) {
      try {
        return readRtl433(utf8.decode(frame));
      } catch {
        return [{ type: 'unreadable', why: 'a line that is not UTF-8' }];
      }
    },
    aside: readRtl433Log,
    encode: () => ({ ok: false, why: 'rtl_433 only listens; switch this output by another gateway' }),
    trainOf: (message) => JSON.stringify(Object.entries(message).filter(([key]: [string, Json]) => !MEASURED.has(key))),
  };
}
