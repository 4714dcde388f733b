import type { JsonObject } from '../../base/json.ts';
import { type Codec, type Encoded, type Heard, textIn } from './codec.ts';
import { createPacketSplitter } from './packets.ts';

// RFXtrx: binary packets at 38400 baud. The rfxcom package takes radio packets apart and puts orders together; its own
// port handling has no answer to a replug or to silence, so it never sees a port.

type Rfxcom = typeof import('rfxcom');

const INTERFACE = 0x00;
const STATUS = 0x01;
const RESPONSE = 0x02;
/** Answers to commands: to a mode command, and to "start receiver". */
const ANSWERS: readonly number[] = [0x00, 0x07];

const command = (number: number): Uint8Array =>
  Uint8Array.from([13, INTERFACE, 0, 0, number, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const RESET = command(0x00);
const ASK_STATUS = command(0x02);
const START_RECEIVER = command(0x07);

/** The types of packet in which devices of a house speak. */
const SPOKEN = ['lighting1', 'lighting2', 'lighting4', 'lighting5', 'lighting6', 'chime1', 'security1'] as const;
type Spoken = (typeof SPOKEN)[number];

/** What `security1` devices report, by number. Source: the RFXtrx user guide, by the names openHAB and rfxcmd use. */
const STATUSES: Readonly<Record<number, string>> = {
  0: 'normal',
  1: 'normal delayed',
  2: 'alarm',
  3: 'alarm delayed',
  4: 'motion',
  5: 'no motion',
  6: 'panic',
  7: 'end panic',
  8: 'beam',
  9: 'arm away',
  10: 'arm away delayed',
  11: 'arm home',
  12: 'arm home delayed',
  13: 'disarm',
  16: 'light 1 off',
  17: 'light 1 on',
  18: 'light 2 off',
  19: 'light 2 on',
  20: 'dark',
  21: 'light',
  22: 'battery low',
  23: 'pair',
};

/** The others send nothing where these tell their battery, and nothing would look like empty. */
const TELL_BATTERY: readonly string[] = ['X10_DOOR', 'X10_PIR', 'POWERCODE_DOOR', 'POWERCODE_PIR', 'POWERCODE_AUX'];

const NOT_SENT: Readonly<Record<number, string>> = {
  2: 'the RFXtrx could not send: its transmitter found no frequency',
  3: 'the RFXtrx refused an address that its protocol does not allow',
};

/** Each radio packet as `{ packet, rfxtrx, id, unit?, cmd? | status?, tamper?, battery?, rssi }`. */
export function createRfxtrx(rfxcom: Rfxcom): Codec {
  const packets = createPacketSplitter();
  const receiver = new rfxcom.RfxCom('', {});
  let heard: JsonObject | null = null;
  for (const packet of SPOKEN) {
    receiver.on(packet, (said) => {
      heard = messageOf(rfxcom, packet, said);
    });
  }

  function device(frame: Uint8Array): readonly Heard[] {
    heard = null;
    // It catches what its handlers throw, and says nothing then.
    receiver.parser.emit('data', [...frame]);
    // Weather and the like is no message of a house, and without a check sum no proof of life either.
    return heard === null ? [] : [{ type: 'said', message: heard }];
  }

  return {
    name: 'RFXtrx',
    usualBaud: 38_400,
    // Spoken to within five seconds of getting power it waits for new firmware. After a reset it takes half a second.
    greeting: [
      { afterMs: 5500, bytes: RESET },
      { afterMs: 500, bytes: ASK_STATUS },
      { afterMs: 100, bytes: START_RECEIVER },
    ],
    question: ASK_STATUS,
    deviceProves: false,
    paceMs: 1000,
    split: (bytes, atMs) => packets.split(bytes, atMs),
    forget: packets.forget,
    read(frame) {
      switch (frame[1]) {
        case STATUS:
          return ANSWERS.includes(frame[2] ?? -1) ? [{ type: 'alive' }] : [];
        case RESPONSE: {
          const why = NOT_SENT[frame[4] ?? 0];
          return [why === undefined ? { type: 'sent' } : { type: 'unsent', why }];
        }
        default:
          return device(frame);
      }
    },
    aside: () => [],
    encode: (order) => encodeRfxtrx(rfxcom, order),
    trainOf: ({ packet, rfxtrx, id, unit, cmd, status }) =>
      JSON.stringify([packet, rfxtrx, id, unit ?? null, cmd ?? status ?? null]),
  };
}

const hex = (id: unknown): string => String(id).replace(/^0x/, '').toLowerCase();

function messageOf(rfxcom: Rfxcom, packet: Spoken, said: Readonly<Record<string, unknown>>): JsonObject {
  const number = Number(said['subtype']);
  const subtype = rfxcom[packet][number] ?? `${packet}_${number}`;
  const common = { packet, rfxtrx: subtype, rssi: Number(said['rssi']) };
  const cmd = String(said['command']);
  switch (packet) {
    case 'lighting1':
      return { ...common, id: String(said['houseCode']), unit: Number(said['unitCode']), cmd };
    case 'lighting4':
      return { ...common, id: hex(said['data']), cmd };
    case 'lighting6':
      return { ...common, id: hex(said['id']), unit: `${String(said['groupCode'])}${String(said['unitCode'])}`, cmd };
    case 'chime1':
      return { ...common, id: hex(said['id']), cmd: 'Chime' };
    case 'security1':
      return { ...common, id: hex(said['id']), ...securityOf(subtype, said) };
    default:
      return { ...common, id: hex(said['id']), unit: Number(said['unitCode']), cmd };
  }
}

function securityOf(subtype: string, said: Readonly<Record<string, unknown>>): JsonObject {
  const status = Number(said['deviceStatus']);
  return {
    status: STATUSES[status] ?? `status ${status}`,
    tamper: said['tampered'] !== 0,
    ...(TELL_BATTERY.includes(subtype) ? { battery: Number(said['batteryLevel']) } : {}),
  };
}

/** `{ address: 'AC:0213c7f2:1', cmd: 'on' }` as a packet. */
function encodeRfxtrx(rfxcom: Rfxcom, order: JsonObject): Encoded {
  const [subtype, id, unit, ...more] = textIn(order, 'address', 60)?.split(':') ?? [];
  if (subtype === undefined || id === undefined || unit === undefined || more.length > 0)
    return { ok: false, why: 'the RFXtrx switches by kind, id and unit; write the address like AC:0213c7f2:1' };
  const cmd = textIn(order, 'cmd', 3)?.toLowerCase();
  if (cmd !== 'on' && cmd !== 'off') return { ok: false, why: 'the RFXtrx knows no such command; use on or off' };
  const kind = switchesOf(rfxcom).find(({ subtypes }) => subtypes.includes(subtype));
  if (kind === undefined)
    return { ok: false, why: `the RFXtrx cannot switch ${subtype}; use one of lighting1, lighting2 or lighting5` };
  let packet: readonly number[] = [];
  const sender = {
    nextMessageSequenceNumber: () => 0,
    queueMessage: (_transmitter: unknown, bytes: readonly number[]) => {
      packet = bytes;
    },
  };
  try {
    const transmitter = new kind.Transmitter(sender, kind.subtypes.indexOf(subtype));
    const deviceId = kind.deviceId(id, unit);
    if (cmd === 'on') transmitter.switchOn(deviceId);
    else transmitter.switchOff(deviceId);
    return { ok: true, bytes: Uint8Array.from(packet) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, why: `${order['address']} cannot be switched (${why}); correct the address` };
  }
}

interface SwitchKind {
  readonly subtypes: readonly string[];
  readonly Transmitter: Rfxcom['Lighting1'];
  readonly deviceId: (id: string, unit: string) => string;
}

const switchesOf = (rfxcom: Rfxcom): readonly SwitchKind[] => [
  { subtypes: rfxcom.lighting1, Transmitter: rfxcom.Lighting1, deviceId: (id, unit) => id + unit },
  { subtypes: rfxcom.lighting2, Transmitter: rfxcom.Lighting2, deviceId: (id, unit) => `0x${id}/${unit}` },
  { subtypes: rfxcom.lighting5, Transmitter: rfxcom.Lighting5, deviceId: (id, unit) => `0x${id}/${unit}` },
];
