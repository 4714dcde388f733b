import type { JsonObject } from '../../base/json.ts';
import { bytesOf, type Codec, type Encoded, type Heard, textIn } from './codec.ts';
import { asciiOf, createLineSplitter } from './lines.ts';

// RFLink: text at 57600 baud, `20;SEQ;NAME;LABEL=data;…` from the gateway and `10;…;` to it. SEQ counts from 00 to FF and
// begins anew at a reset, so it tells nothing of repeats. Source: the protocol reference of RFLink (rflink.nl).

/** Debug lines hold hundreds of pulse times; nothing else comes near. */
const LONGEST_LINE = 2048;
const MOST_LABELS = 24;
const LONGEST_VALUE = 64;

const head = /^20;[0-9A-Fa-f]{1,2};(.*)$/;
const label = /^([A-Za-z][A-Za-z0-9_]{0,23})=(.*)$/;

const ALIVE: readonly Heard[] = [{ type: 'alive' }];
const unreadable: readonly Heard[] = [{ type: 'unreadable', why: 'a line that RFLink does not speak' }];

/** What one line says. A device is named by `rflink` (its protocol), `id` and, where it has one, `switch`; labels are in small letters. */
export function readRflink(line: string): readonly Heard[] {
  const fields = head.exec(line)?.[1]?.split(';');
  const name = fields?.[0];
  if (fields === undefined || name === undefined || name === '') return unreadable;
  if (name === 'OK') return [{ type: 'sent' }];
  if (name === 'CMD UNKNOWN') return [{ type: 'unsent', why: 'RFLink does not know this order' }];
  if (name.startsWith('Nodo RadioFrequencyLink') || name.startsWith('RFLink_ESP'))
    return [{ type: 'alive', restarted: true }];
  const labels = labelsIn(fields.slice(1));
  // Only devices carry an ID; what else comes (PONG, versions, settings, debug) is the gateway's own.
  if (labels === null || !labels.some(([key]) => key === 'id')) return ALIVE;
  return [{ type: 'said', message: Object.fromEntries([['rflink', name], ...labels]) }];
}

function labelsIn(fields: readonly string[]): readonly (readonly [string, string])[] | null {
  if (fields.length > MOST_LABELS + 1) return null;
  return fields.flatMap((field) => {
    const [, key, value] = label.exec(field.trim()) ?? [];
    if (key === undefined || value === undefined || value.length > LONGEST_VALUE) return [];
    return [[key.toLowerCase(), value]] as const;
  });
}

const part = /^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,31}$/;
const commands = /^(?:ON|OFF|ALLON|ALLOFF|UP|DOWN|STOP|(?:[0-9]|1[0-5]))$/;

/** `{ address: 'NewKaku:00c142:1', cmd: 'ON' }` as a line. */
export function encodeRflink(order: JsonObject): Encoded {
  const address = textIn(order, 'address', 100);
  const [name, id, unit, ...more] = address?.split(':') ?? [];
  if (name === undefined || id === undefined || unit === undefined || more.length > 0)
    return { ok: false, why: 'RFLink switches by name, id and button; write the address like NewKaku:00c142:1' };
  const cmd = textIn(order, 'cmd', 8)?.toUpperCase();
  if (cmd === undefined || !commands.test(cmd))
    return { ok: false, why: 'RFLink knows no such command; use ON, OFF, ALLON, ALLOFF, UP, DOWN, STOP or 0 to 15' };
  if (![name, id, unit].every((one) => part.test(one)))
    return { ok: false, why: 'the address holds characters RFLink does not take; write it like NewKaku:00c142:1' };
  return { ok: true, bytes: bytesOf(`10;${name};${id};${unit};${cmd};\r\n`) };
}

export function createRflink(): Codec {
  const lines = createLineSplitter(LONGEST_LINE);
  return {
    name: 'RFLink',
    usualBaud: 57_600,
    // Opening the port restarts the board, and its boot loader takes what comes in the first two seconds for a program.
    greeting: [{ afterMs: 2500, bytes: bytesOf('10;PING;\r\n') }],
    question: bytesOf('10;PING;\r\n'),
    // A transmission takes most of a second, and its input buffer holds 64 bytes.
    deviceProves: true,
    paceMs: 1500,
    split: (bytes) => lines.split(bytes),
    forget: lines.forget,
    read(frame) {
      const line = asciiOf(frame);
      return line === null ? unreadable : readRflink(line);
    },
    aside: () => [],
    encode: encodeRflink,
    trainOf: ({ rflink, id, switch: unit, cmd }) =>
      cmd === undefined ? null : JSON.stringify([rflink, id, unit ?? null, cmd]),
  };
}
