import * as z from 'zod/mini';
import { REPORT_CODES } from '../act/report-codes.ts';
import { type Duration, duration, hours, minutes, seconds } from '../base/time.ts';
import type { ReportKind } from '../escalate/stations-plan.ts';
import { DURATION, parseDuration } from './durations.ts';
import { either, quote } from './path.ts';
import { remedyFor } from './suggest.ts';

// The shape of a config file: which keys there are, and what each may hold on its own. What one key means for
// another is checked beside it (`house-check.ts` and its neighbours). No value is changed here, so that the types
// below are also the types of the file.

/** Bounds of every list, so that nothing a config asks for is without end. */
const MOST = {
  devices: 1000,
  outputs: 100,
  lighting: 64,
  contacts: 32,
  neverContact: 500,
  steps: 16,
  repeat: 20,
  users: 64,
  filters: 64,
  names: 16,
  gateways: 32,
  commandWords: 64,
  monitoring: 8,
  codes: 64,
} as const;

/** The words the check knows, in the order messages list them. */
export const MODES = ['away', 'home', 'night'] as const;
export const ZONE_TYPES = [
  'entry',
  'perimeter',
  'interior',
  'panic',
  'tremor',
  'tamper',
  'fire',
  'technical',
  'mains',
  'hub_battery',
  'notice',
  'chime',
] as const;
/** Kinds of alarm a person can be told of; `test` is the hub's own. */
export const KINDS = ['personal', 'duress', 'intruder', 'tamper', 'fire', 'fault'] as const;
const SIGNALS = ['contact', 'motion', 'vibration', 'tamper', 'smoke', 'co', 'leak', 'button'] as const;
const BUTTONS = ['press', 'hold', 'double', 'release'] as const;
export const ROLES = ['siren', 'strobe', 'light', 'relay'] as const;
const WORDINGS = ['neutral', 'coded', 'plain'] as const;
const VIAS = ['text', 'call'] as const;
export const PATHS = ['twilio', 'modem'] as const;

/** Catalogues of words that ship; a test holds them to the page's own list. */
export const PAGE_LANGUAGES = ['en', 'pl'] as const;
const SERVICES = ['sia-dc09', 'webhook', 'mqtt'] as const;
export const REPORTS = ['set', 'unset', 'alarms', 'faults', 'tests'] as const;
/** Everything a service may be told of has its codes in this table. */
export const REPORT_KINDS = Object.keys(REPORT_CODES) as readonly ReportKind[];

export const DRIVERS = ['mqtt', 'gpio', 'serial', 'firmata'] as const;
export const GATEWAY_TYPES = ['rflink', 'mysensors', 'rfxtrx', 'rtl_433', 'firmata'] as const;

interface Raw {
  readonly input?: unknown;
}

/** One sentence for a value that is not what it should be, or not there. */
const saying = (noun: string, remedy: string) => (issue: Raw) =>
  absence(issue.input, remedy) ?? `${quote(issue.input)} is not ${noun}; ${remedy}`;

/** The same without the value, for what must not be repeated in a terminal or log. */
const hiding = (noun: string, remedy: string) => (issue: Raw) =>
  absence(issue.input, remedy) ?? `is not ${noun}; ${remedy}`;

function absence(input: unknown, remedy: string): string | null {
  if (input === undefined) return `is missing; ${remedy}`;
  if (input === null) return `is empty; ${remedy}`;
  return null;
}

function describe<S extends z.ZodMiniType>(schema: S, description: string): S {
  z.globalRegistry.add(schema, { description });
  return schema;
}

/** A group of keys. For an unknown key the issue's message holds the keys that would have been right. */
function group<S extends z.core.$ZodLooseShape>(description: string, shape: S) {
  const keys = Object.keys(shape);
  const error = (issue: Raw & { readonly code?: string }) =>
    issue.code === 'unrecognized_keys'
      ? keys.join(',')
      : saying('a group of keys', `it takes ${keys.join(', ')}`)(issue);
  return describe(z.strictObject(shape, { error }), description);
}

function list<S extends z.core.$ZodType>(item: S, most: number, description: string) {
  const error = saying('a list', 'write [ … ], or one "- …" a line');
  const size = {
    error: (issue: Raw) =>
      `has ${Array.isArray(issue.input) ? issue.input.length : 0} entries; at most ${most} are taken`,
  };
  return describe(z.array(item, { error }).check(z.maxLength(most, size)), `${description} At most ${most}.`);
}

/** Entries by names that the owner gives them. */
function named<S extends z.core.$ZodType>(item: S, most: number, description: string) {
  const error = (issue: Raw & { readonly code?: string }) =>
    issue.code === 'invalid_key'
      ? `${quote(issue.input)} is not an id; ${ID_REMEDY}`
      : saying('a group of names', 'write NAME: { … }, one a line')(issue);
  const few = {
    error: (issue: Raw) => `has ${Object.keys(Object(issue.input)).length} entries; at most ${most} are taken`,
  };
  const bounded = (value: object): boolean => Object.keys(value).length <= most;
  return describe(
    z.record(z.string().check(z.regex(ID)), item, { error }).check(z.refine(bounded, few)),
    `${description} At most ${most}.`,
  );
}

/** A list that says something by being there, so that an empty one is a slip. */
function someOf<S extends z.core.$ZodType>(item: S, most: number, description: string) {
  return list(item, most, description).check(z.minLength(1, { error: 'is an empty list; fill it or remove the key' }));
}

const TEXT_REMEDY = 'write text, in quotes if it looks like a number';

function text(description: string, most = 256) {
  const size = { error: `is longer than ${most} characters; shorten it` };
  const some = { error: 'is empty text; fill it or remove the key' };
  return describe(
    z.string({ error: saying('text', TEXT_REMEDY) }).check(z.minLength(1, some), z.maxLength(most, size)),
    description,
  );
}

function hiddenText(description: string, noun: string, remedy: string) {
  const error = hiding(noun, remedy);
  return describe(z.string({ error }).check(z.minLength(1, { error }), z.maxLength(512, { error })), description);
}

const phone = (description: string) =>
  hiddenText(description, 'a phone number in quotes', 'write it with + and the country, as in "+447700900123"');

function pattern(regex: RegExp, noun: string, remedy: string, description: string) {
  const error = saying(noun, remedy);
  return describe(z.string({ error }).check(z.regex(regex, { error })), description);
}

/** The name of a part of the house: safe as a topic level, a file name and a word in a log. */
const ID = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const ID_REMEDY = 'use small letters, digits, "-" and "_", at most 63, beginning with a letter or digit';
/** Behind a name that is none the schema looks at nothing. */
export const isId = (name: string): boolean => ID.test(name);
const id = (description: string) =>
  pattern(ID, 'an id', ID_REMEDY, `${description} Small letters, digits, "-" and "_".`);

function word<const W extends readonly [string, ...string[]]>(noun: string, words: W, description: string) {
  const error = (issue: Raw) => absence(issue.input, `use ${either(words)}`) ?? wrongWord(issue.input, noun, words);
  return describe(z.enum(words, { error }), description);
}

function wrongWord(input: unknown, noun: string, words: readonly string[]): string {
  const remedy = typeof input === 'string' ? remedyFor(input, words, '') : `use ${either(words)}`;
  return `${quote(input)} is not a ${noun}; ${remedy}`;
}

interface Range {
  readonly from: string;
  readonly to: string;
}

function time(description: string, range: Range) {
  const bounds = `${range.from} to ${range.to}`;
  const error = (issue: Raw) => wrongTime(issue.input);
  const [from, to] = [spoken(range.from), spoken(range.to)];
  const inside = (value: string) => {
    const said = parseDuration(value);
    return said === null || (said >= from && said <= to);
  };
  const outside = { error: (issue: Raw) => `${quote(issue.input)} is out of bounds; it may be ${bounds}` };
  return describe(
    z.string({ error }).check(z.regex(DURATION, { error }), z.refine(inside, outside)),
    `${description} ${bounds}.`,
  );
}

const TIME_REMEDY = 'write a whole number and its unit, as in 500ms, 30s, 15m or 1h';

function wrongTime(input: unknown): string {
  if (typeof input === 'number' && Number.isInteger(input) && input >= 0) {
    return `${input} has no unit; write ${input}s for seconds, or use ms, m or h`;
  }
  return saying('a length of time', TIME_REMEDY)({ input });
}

/** A duration the program itself wrote down. */
function spoken(said: string): Duration {
  return parseDuration(said) ?? duration(0);
}

function whole(description: string, from: number, to: number) {
  const error = saying('a whole number', `use ${from} to ${to}`);
  const bounds = { error: (issue: Raw) => `${quote(issue.input)} is out of bounds; use ${from} to ${to}` };
  return describe(z.int({ error }).check(z.gte(from, bounds), z.lte(to, bounds)), description);
}

function degrees(description: string, limit: number) {
  const error = saying('a number of degrees', `use -${limit} to ${limit}`);
  return describe(z.number({ error }).check(z.gte(-limit, { error }), z.lte(limit, { error })), description);
}

function numeral(description: string, from: number, to: number) {
  const error = saying('a number', `use ${from} to ${to}`);
  const bounds = { error: (issue: Raw) => `${quote(issue.input)} is out of bounds; use ${from} to ${to}` };
  return describe(z.number({ error }).check(z.gte(from, bounds), z.lte(to, bounds)), description);
}

const flag = (description: string) =>
  describe(z.boolean({ error: saying('true or false', 'write true or false without quotes') }), description);

const site = group('What identifies this hub. Nothing here should point at the home: topics and logs carry it.', {
  id: pattern(
    ID,
    'an id',
    `${ID_REMEDY}, and nothing that says who lives here or where`,
    'Part of every topic: lantern/ID/…. Not a name, not an address.',
  ),
  timezone: text('IANA time zone, as in Europe/London.', 64),
  location: z.optional(
    group('Where dusk is computed for. One decimal (some ten kilometres) is enough, and says less of the home.', {
      latitude: degrees('North is positive.', 90),
      longitude: degrees('East is positive.', 180),
    }),
  ),
});

const mode = (name: string, defaults: string) =>
  z.optional(
    group(`Delays of ${name}. Left out: ${defaults}.`, {
      exitDelay: z.optional(time('Time to leave after arming.', { from: '0s', to: '10m' })),
      entryDelay: z.optional(
        time('Time to disarm after an entry door opened; over 45s is more than EN 50131-1 grants.', {
          from: '0s',
          to: '5m',
        }),
      ),
    }),
  );

const panel = group('How the panel arms and sounds. Every part has a default.', {
  modes: z.optional(
    group('The three armed modes.', {
      away: mode('away', '45s to leave, 30s to enter'),
      home: mode('home', '0s to leave, 20s to enter'),
      night: mode('night', '0s to leave, 20s to enter'),
    }),
  ),
  siren: z.optional(
    group('How long and how often the siren sounds.', {
      duration: z.optional(time('Left out: 15m. Outside 90s to 15m there is a warning.', { from: '1s', to: '1h' })),
      trips: z.optional(
        whole('Alarms of one zone in one set period before it goes on without the siren, 1 to 6. Left out: 3.', 1, 6),
      ),
    }),
  ),
  quickArm: z.optional(flag('true: arming needs no code. Disarming always does. Left out: false.')),
});

const zone = group('What this device watches. Options that mean nothing for the type are refused.', {
  type: word(
    'zone type',
    ZONE_TYPES,
    'entry: a door on the way in. perimeter: other openings. interior: follows a running entry delay. panic: personal alarm. tremor: shock on a frame. tamper, fire, technical: always live. mains, hub_battery: what the hub lives on; open or on is lost, or low. notice: logged, never an alarm. chime: a friendly sound.',
  ),
  modes: z.optional(
    someOf(
      word('mode', MODES, 'An armed mode.'),
      MODES.length,
      'entry, perimeter, interior, tremor: when it is guarded.',
    ),
  ),
  entryDelay: z.optional(time("entry: its own delay in place of the mode's.", { from: '0s', to: '5m' })),
  finalDoor: z.optional(flag('entry: its closing ends the exit delay. Left out: false.')),
  forcedEntry: z.optional(
    word(
      'choice',
      ['delay', 'alarm'],
      'entry: after two knocks on a tremor zone that guards it, opening keeps its delay, or is an alarm at once. Left out: delay.',
    ),
  ),
  hits: z.optional(whole('tremor: so many within `within` are an alarm, 1 to 10. Left out: 1.', 1, 10)),
  within: z.optional(
    time('tremor: the window of `hits`, and of a forced entry. Left out: 10s.', { from: '1s', to: '5m' }),
  ),
  guards: z.optional(
    text('tremor: id of the entry door whose frame it sits on; it is then ignored in exit and entry delays.', 63),
  ),
  on: z.optional(
    someOf(
      word('button action', BUTTONS, 'An action of a button.'),
      BUTTONS.length,
      'panic, or signal button: the actions that count. Left out: press, hold, double.',
    ),
  ),
  silent: z.optional(flag('panic: nothing shows or sounds on site. Left out: true.')),
  number: z.optional(
    whole(
      'What monitoring services call it, 1 to 999; the same for as long as they have it on paper. Left out: its place among the devices.',
      1,
      999,
    ),
  ),
});

const profile = z.optional(
  text('mqtt, serial: the family that reads its messages, as in zigbee2mqtt; `lantern devices` lists them.', 64),
);
const model = z.optional(
  text('mqtt, serial: model name within the family, where its common rules are not enough.', 64),
);
const topic = (description: string) => z.optional(text(description, 200));
const address = z.optional(
  text(
    'Which of the devices on its topic or gateway, or which part of the device; families whose topics are devices take none.',
    128,
  ),
);
const driver = z.optional(
  word(
    'driver',
    DRIVERS,
    'How it is connected. mqtt: over a broker. gpio: a wire on a pin. serial: through a gateway on a serial port. firmata: a pin of an Arduino. Left out: mqtt.',
  ),
);

/** Lines of a chip. The largest chips in use have far fewer. */
const LINES = { from: 0, to: 255 } as const;
const LINE_REMEDY = 'write its BCM number, as in 17, or { chip: LABEL, line: N }, with N from 0 to 255';
// A union passes on what only one of its sides says, so that each side says it in full.
const lineError = { error: saying('a line', LINE_REMEDY) };
const lineNumber = z.int(lineError).check(z.gte(LINES.from, lineError), z.lte(LINES.to, lineError));
/** The kernel takes labels of 31 bytes; these are the characters that are safe in a topic. */
const CHIP = /^[A-Za-z0-9][A-Za-z0-9 ._:@,-]{0,30}$/;
const chipError = {
  error: saying(
    'the label of a chip',
    'write it as the kernel names it, without "/", "#" and "+", as in pinctrl-bcm2711',
  ),
};
const line = z.optional(
  describe(
    z.union(
      [lineNumber, z.strictObject({ chip: z.string(chipError).check(z.regex(CHIP, chipError)), line: lineNumber })],
      lineError,
    ),
    'gpio: BCM number on the header of a Raspberry Pi, or the label of a chip and the line on it.',
  ),
);
const pinError = { error: saying('a pin', 'write its number, as in 5, or A0 for an analogue one') };
const pin = (description: string) =>
  z.optional(
    describe(
      z.union(
        [
          z.int(pinError).check(z.gte(0, pinError), z.lte(99, pinError)),
          z.string(pinError).check(z.regex(/^A\d{1,2}$/, pinError)),
        ],
        pinError,
      ),
      description,
    ),
  );
const gatewayOf = z.optional(text('serial, firmata: name of the gateway or board it is heard through.', 63));
const onStop = z.optional(
  word('level', ['off', 'on', 'keep'], 'gpio, firmata: what a stop of the hub leaves. Left out: off.'),
);

const resistance = (description: string) => numeral(`${description} In ohms, 100 to 1000000.`, 100, 1_000_000);
const loop = group('firmata: a loop with resistors on an analogue pin: closed, open, short and cut are told apart.', {
  pullUp: resistance('Between the pin and the supply.'),
  endOfLine: resistance('In series with the contact.'),
  contact: resistance('Across the contact.'),
});

const device = group('A sensor, button or keypad.', {
  id: id('Its name in topics, logs and texts; unique.'),
  name: z.optional(text('What people call it. Left out: the id.', 64)),
  driver,
  profile,
  model,
  topic: topic('mqtt: where it publishes.'),
  address,
  line,
  wiring: z.optional(
    word(
      'wiring',
      ['normally-closed', 'normally-open'],
      'gpio: a contact between the line and ground, which opens or closes in an alarm. Left out, for a contact: normally-closed.',
    ),
  ),
  bias: z.optional(
    word(
      'bias',
      ['pull-up', 'pull-down', 'none'],
      'gpio: the resistor inside the chip. Left out: pull-up where low is on and for contacts, else pull-down.',
    ),
  ),
  gateway: gatewayOf,
  pin: pin('firmata: a digital pin such as 5, or an analogue one such as A0.'),
  activeLow: z.optional(flag('gpio, firmata: low is on. For a contact on is open. Left out: false.')),
  pullUp: z.optional(
    flag('firmata: the resistor inside the board. Left out: true where low is on and for contacts, else false.'),
  ),
  above: z.optional(
    numeral('firmata: an analogue pin is on above this share of the supply, 0.01 to 0.99.', 0.01, 0.99),
  ),
  hysteresis: z.optional(numeral('firmata: and off again so much below it, 0 to 0.5. Left out: 0.02.', 0, 0.5)),
  loop: z.optional(loop),
  signal: z.optional(
    word('signal', SIGNALS, 'The one signal that trips its zone. Left out: those usual for the zone type.'),
  ),
  debounce: z.optional(
    time(
      'A closing counts after it has held so long; an opening at once. On a wire also what is too short to be a change, of which up to 20ms count. Left out: 10ms on wires, else 0ms.',
      { from: '0ms', to: '10s' },
    ),
  ),
  supervision: z.optional(
    time('mqtt, serial: longest silence before it is lost. Left out: what its profile says.', {
      from: '1s',
      to: '48h',
    }),
  ),
  zone: z.optional(zone),
});

const output = group('A siren, strobe, light or relay.', {
  id: id('Its name in topics and logs; unique.'),
  name: z.optional(text('What people call it; left out, the id.', 64)),
  role: word('role', ROLES, 'What it does in an alarm.'),
  driver,
  profile,
  model,
  topic: topic('mqtt: where it listens, without /set.'),
  address,
  line,
  gateway: gatewayOf,
  pin: pin('firmata: a digital pin such as 5.'),
  activeLow: z.optional(flag('gpio, firmata: low is on, as with many relay modules. Left out: false.')),
  onStop,
});

const gateway = group('A radio on a serial port, a program that hears one, or an Arduino with Firmata.', {
  port: z.optional(
    text('Path of the serial port, best one under /dev/serial/by-id/, which stays the same. rtl_433 has none.', 255),
  ),
  baud: z.optional(
    whole(
      'Speed of the port. Left out: 57600 for rflink and firmata, 115200 for mysensors, 38400 for rfxtrx.',
      300,
      4_000_000,
    ),
  ),
  type: z.optional(
    word('gateway type', GATEWAY_TYPES, 'What speaks there. Left out: what the devices on it say, if they agree.'),
  ),
  silence: z.optional(
    time('A gateway that says nothing for so long, although asked, is gone. Left out: 60s.', { from: '5s', to: '1h' }),
  ),
  command: z.optional(
    someOf(
      text('The program, or one of its arguments.', 256),
      MOST.commandWords,
      'rtl_433: the program and its arguments. Left out: rtl_433 with its usual ones.',
    ),
  ),
});

const lighting = group(
  'Motion that lights the way. It does not depend on how the panel is set, and tells nothing of it.',
  {
    id: id('Its name; unique.'),
    motion: someOf(text('A device id.', 63), MOST.devices, 'Ids of motion detectors, with a zone or without.'),
    lights: someOf(text('An output id.', 63), MOST.outputs, 'Ids of outputs with the role light.'),
    hold: z.optional(time('So long after the last motion they stay lit. Left out: 90s.', { from: '1s', to: '1h' })),
    only: z.optional(
      word(
        'choice',
        ['dark', 'always'],
        'dark: from sunset to sunrise, and while the clock is not known to be right. Left out: dark.',
      ),
    ),
  },
);

const timeOfDay = (description: string) =>
  pattern(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day', 'write it in quotes, as in "08:00"', description);

const contactHours = group('When this person may be disturbed, where the house is. Left out: at any time.', {
  from: timeOfDay('From this time on, as "08:00".'),
  to: timeOfDay('Until this time, as "22:00"; before `from`: on the next day.'),
  alarms: z.optional(
    someOf(
      word('kind of alarm', KINDS, 'A kind of alarm.'),
      KINDS.length,
      'The kinds that wait for these hours. Left out: all but personal and duress.',
    ),
  ),
});

const contact = group('A person to tell.', {
  id: id('The only name for this person in logs and topics.'),
  name: z.optional(text('For you; no text or log carries it.', 64)),
  phone: phone('E.164, in quotes.'),
  alarms: z.optional(
    someOf(
      word('kind of alarm', KINDS, 'A kind of alarm.'),
      KINDS.length,
      'What this person is told of. Left out: all but duress.',
    ),
  ),
  wording: z.optional(
    word('wording', WORDINGS, 'neutral: says nothing to a stranger. coded, plain: more telling. Left out: neutral.'),
  ),
  text: z.optional(text('What a text asks in place of "Please ring me now."; nothing telling, no address.', 200)),
  via: z.optional(
    someOf(
      word('way to reach somebody', VIAS, 'text: words to read and to answer. call: a telephone that rings.'),
      VIAS.length,
      'How this person is reached. Left out: text.',
    ),
  ),
  hours: z.optional(contactHours),
});

const step = group('One step: who is told when.', {
  after: time('So long after the alarm.', { from: '0s', to: '24h' }),
  notify: someOf(
    text('A contact id, the id of a monitoring service, or `monitoring`.', 63),
    MOST.contacts,
    'Ids of contacts and of monitoring services; `monitoring` means every one of those. A service is told at once.',
  ),
  repeat: z.optional(whole(`How often in all, 1 to ${MOST.repeat}. Left out: once.`, 1, MOST.repeat)),
  every: z.optional(time('Time between repeats.', { from: '1s', to: '24h' })),
});

const steps = (description: string) => z.optional(someOf(step, MOST.steps, description));

const escalation = group('Who is told, per kind of alarm, until someone answers. Left out: everyone at once.', {
  personal: steps('A personal alarm.'),
  duress: steps('A disarm under threat.'),
  intruder: steps('A break-in.'),
  tamper: steps('A device that was opened or moved.'),
  fire: steps('Smoke or carbon monoxide.'),
  fault: steps('A leak, a lost sensor, trouble of the hub.'),
  default: steps('Kinds without steps of their own. Left out: everyone at once.'),
  lastResort: z.optional(time('Nobody answered: everyone again. Left out: 180s.', { from: '1s', to: '24h' })),
});

const PIN_REMEDY = 'it has 4 to 8 digits; write !secret NAME, and the digits in quotes into secrets.yaml';
const TOKEN_REMEDY = 'write !secret NAME, and the value into secrets.yaml';

const twilio = group('The account that sends the texts. Left out: texts are written to the log, marked not sent.', {
  accountSid: text('Account SID; AC and 32 hex digits.', 64),
  authToken: hiddenText('Auth token; a secret.', 'a token', TOKEN_REMEDY),
  from: phone('The number texts are sent from, E.164, in quotes.'),
  apiBase: z.optional(text('Where the API is: https, or http on loopback. Left out: https://api.twilio.com.')),
});

const modem = group('A mobile modem on a serial port, which needs no internet. Left out: none.', {
  port: text('Its serial port, best by a name that stays, as in /dev/serial/by-id/….', 200),
  baud: z.optional(whole('Its speed. Left out: 115200.', 1200, 4_000_000)),
  pin: z.optional(hiddenText('PIN of its SIM card; a secret. Left out: the card asks for none.', 'a PIN', PIN_REMEDY)),
});

const sms = group('How texts are sent.', {
  paths: z.optional(
    someOf(
      word('path for texts', PATHS, 'A path.'),
      PATHS.length,
      'Paths, the first choice first. Left out: those that stand below, twilio first.',
    ),
  ),
  strategy: z.optional(
    word(
      'strategy',
      ['order', 'race'],
      'order: one path after another. race: all at once, as personal and duress always do. Left out: order.',
    ),
  ),
  twilio: z.optional(twilio),
  modem: z.optional(modem),
});

const host = (description: string) => text(description, 253);
const port = (description: string) => whole(`${description} 0 lets the system choose.`, 0, 65_535);

const siaCode = (description: string) =>
  pattern(/^[A-Z]{2}$/, 'a SIA code', 'write two capital letters, as in BA', `${description} Two capital letters.`);
const receiverNumber = (description: string) =>
  pattern(/^[0-9A-Fa-f]{1,6}$/, 'a number', 'write 1 to 6 hex digits in quotes', description);

const transport = z.optional(word('transport', ['tcp', 'udp'], 'How it is spoken to. Left out: tcp.'));
const stationPort = (description: string) => whole(description, 1, 65_535);

const secondReceiver = group('sia-dc09: where the service listens too; spoken to when the first is silent.', {
  host: host('Its name or address.'),
  port: stationPort('Its port.'),
  transport,
});

const reportCode = group('What one happening is called there. Left out parts: as in the table of the README.', {
  cid: z.optional(
    pattern(/^\d{3}$/, 'an event code of Contact ID', 'write three digits in quotes', 'Contact ID, three digits.'),
  ),
  sia: z.optional(siaCode('SIA code of its beginning.')),
  siaRestore: z.optional(siaCode('SIA code of its end.')),
});

const reportCodes = describe(
  z.record(z.string(), reportCode, { error: saying('a group of kinds', 'write KIND: { cid: "120", sia: PA }') }).check(
    z.refine((value: object) => Object.keys(value).length <= MOST.codes, {
      error: `has too many entries; at most ${MOST.codes} are taken`,
    }),
  ),
  `Where this service reads other codes than usual, by kind: ${REPORT_KINDS.join(', ')}.`,
);

const card = group('What its operators may know of the case. It goes along with alarms, to this service alone.', {
  risk: z.optional(word('risk', ['standard', 'medium', 'high'], 'How dangerous it is.')),
  callBack: z.optional(text('Whether and how to ring back, and what to say.', 300)),
  listenOnly: z.optional(flag('true: an operator may listen and must not speak. Left out: false.')),
  escort: z.optional(text('Who goes with the police, or waits for her where.', 300)),
  conditions: z.optional(text('What a court has ordered.', 300)),
});

const service = group('A monitoring service. Keys that mean nothing for its type are refused.', {
  id: id('Its name in logs and in notify; unique.'),
  type: word(
    'type of service',
    SERVICES,
    'sia-dc09: a monitoring station. webhook: signed messages by HTTPS. mqtt: the same over a broker.',
  ),
  reports: z.optional(
    someOf(word('kind of report', REPORTS, 'A kind of report.'), REPORTS.length, 'What it is told of. Left out: all.'),
  ),
  preAlert: z.optional(
    flag('true: told at once when an entry delay runs or a door is forced. Left out: sia-dc09 false, else true.'),
  ),
  test: z.optional(
    time('A test report about this often. Left out: sia-dc09 24h, else none.', { from: '1m', to: '192h' }),
  ),
  codes: z.optional(reportCodes),
  host: z.optional(host('sia-dc09: name or address of the receiver.')),
  port: z.optional(stationPort('sia-dc09: its port.')),
  transport,
  secondary: z.optional(secondReceiver),
  account: z.optional(
    pattern(
      /^[0-9A-Fa-f]{3,16}$/,
      'an account',
      'write 3 to 16 hex digits in quotes',
      'sia-dc09: the account the service gave, 3 to 16 hex digits, in quotes.',
    ),
  ),
  receiver: z.optional(receiverNumber('sia-dc09: receiver number, in quotes. Left out: "0".')),
  line: z.optional(receiverNumber('sia-dc09: line number, in quotes. Left out: "0".')),
  format: z.optional(word('format', ['SIA-DCS', 'ADM-CID'], 'sia-dc09: SIA or Contact ID. Left out: SIA-DCS.')),
  area: z.optional(whole('sia-dc09: what the house is called there. Left out: 1.', 1, 99)),
  texts: z.optional(
    word('choice', ['names', 'none'], 'sia-dc09: names of zones go along, or numbers alone. Left out: none.'),
  ),
  key: z.optional(
    hiddenText(
      'sia-dc09: AES key, a secret; left out: unencrypted. mqtt: PEM file of the private key; relative to this file.',
      'a key',
      TOKEN_REMEDY,
    ),
  ),
  keyEncoding: z.optional(
    word('encoding', ['hex', 'ascii'], 'sia-dc09: hex digits, or the characters themselves. Left out: hex.'),
  ),
  ackTime: z.optional(
    word(
      'choice',
      ['fresh', 'any'],
      'sia-dc09: any: for a receiver whose clock cannot be set right; old answers are then believed. Left out: fresh.',
    ),
  ),
  supervision: z.optional(time('sia-dc09: a sign of life this often. Left out: 60s.', { from: '5s', to: '192h' })),
  url: z.optional(
    text('webhook: https://HOST/PATH, or http on loopback. mqtt: mqtts://HOST:PORT, or mqtt:// on loopback.', 512),
  ),
  secret: z.optional(hiddenText('webhook, mqtt: what hub and service sign with; a secret.', 'a secret', TOKEN_REMEDY)),
  heartbeat: z.optional(time('webhook, mqtt: a sign of life this often. Left out: 30s.', { from: '5s', to: '10m' })),
  card: z.optional(card),
  prefix: z.optional(
    pattern(
      /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+){0,3}$/,
      'a prefix',
      'write levels of a topic, as in lantern-up',
      'mqtt: the hub speaks on PREFIX/SITE/up and hears PREFIX/SITE/down. Left out: lantern-up.',
    ),
  ),
  username: z.optional(text('mqtt: user name.')),
  password: z.optional(hiddenText('mqtt: password; a secret.', 'a password', TOKEN_REMEDY)),
  ca: z.optional(
    text("mqtt: PEM file of the authority that signed the broker's certificate; relative to this file.", 1024),
  ),
  cert: z.optional(text('mqtt: PEM file of the client certificate; relative to this file.', 1024)),
});

const user = group('A client of the embedded broker.', {
  name: pattern(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
    'a user name',
    'use letters, digits, "-", "_" and ".", at most 64',
    'Its MQTT user name.',
  ),
  password: hiddenText('Its password; a secret.', 'a password', TOKEN_REMEDY),
  publish: z.optional(list(text('A topic filter.', 200), MOST.filters, 'Topic filters it may publish to.')),
  subscribe: z.optional(list(text('A topic filter.', 200), MOST.filters, 'Topic filters it may subscribe to.')),
});

const mqtt = group(
  'The embedded broker (listen), or one that runs already (connect). Left out: listen on 127.0.0.1:1883.',
  {
    listen: z.optional(
      group('Where the embedded broker listens. Beyond loopback it needs `users`.', {
        host: z.optional(host('Address. Left out: 127.0.0.1.')),
        port: z.optional(port('Left out: 1883.')),
      }),
    ),
    users: z.optional(
      someOf(user, MOST.users, 'Clients of the embedded broker. Left out: anyone on loopback may do everything.'),
    ),
    connect: z.optional(
      group('A broker that runs already. Codes sent over it can be read there.', {
        url: text('mqtts://HOST:PORT, or mqtt:// where the line itself is safe.'),
        username: z.optional(text('User name.')),
        password: z.optional(hiddenText('Password; a secret.', 'a password', TOKEN_REMEDY)),
        clientId: z.optional(text('Client id. Left out: made from site.id.', 64)),
        ca: z.optional(
          text("PEM file of the authority that signed the broker's certificate; relative to this file.", 1024),
        ),
        cert: z.optional(text('PEM file of the client certificate; relative to this file.', 1024)),
        key: z.optional(text('PEM file of its private key; relative to this file.', 1024)),
      }),
    ),
  },
);

const homeAssistant = group('Home Assistant, as a client of its broker over MQTT 5. Left out: none.', {
  url: text("mqtts://HOST:PORT of Home Assistant's broker, or mqtt:// where the line itself is safe."),
  username: z.optional(text('User name.')),
  password: z.optional(hiddenText('Password; a secret.', 'a password', TOKEN_REMEDY)),
  ca: z.optional(text("PEM file of the authority that signed that broker's certificate; relative to this file.", 1024)),
  prefix: z.optional(
    pattern(
      /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+){0,3}$/,
      'a discovery prefix',
      'use the one of Home Assistant, as in homeassistant',
      "Home Assistant's discovery prefix. Left out: homeassistant.",
    ),
  ),
  allowDisarm: z.optional(flag('true: it may disarm, with a code. Left out: false.')),
});

const TLS_REMEDY = 'write self, or { cert: FILE, key: FILE }';
const tls = describe(
  z.union(
    [
      z.literal('self'),
      z.strictObject({
        cert: text('PEM file of the certificate, with those that vouch for it; relative to this file.', 1024),
        key: text('PEM file of its private key; relative to this file.', 1024),
      }),
    ],
    { error: saying('a certificate', TLS_REMEDY) },
  ),
  'Certificate of the page. self: one that it makes itself, whose fingerprint stands in the log.',
);

const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?)*$/;

const web = group('The web page. Left out: none.', {
  host: z.optional(host('Address; anything but loopback needs tls. Left out: 127.0.0.1.')),
  port: z.optional(port('Left out: 8080.')),
  tls: z.optional(tls),
  names: z.optional(
    someOf(
      pattern(HOST_NAME, 'a host name', 'write it as it is typed into a browser, such as hub.lan', 'A host name.'),
      MOST.names,
      'Further names this page is called by, such as hub.lan. Its addresses and its own host name need not be here.',
    ),
  ),
  language: z.optional(
    word('language', PAGE_LANGUAGES, 'What the page speaks where nobody chose another on it. Left out: en.'),
  ),
  leaveTo: z.optional(
    pattern(
      /^https:\/\/[^\s"'<>]{1,400}$/,
      'an address of a web page',
      'write https:// and an ordinary site, such as a weather page',
      'An ordinary site, to which "Leave this page" goes. Left out: https://www.bbc.co.uk/weather.',
    ),
  ),
});

const evidence = group('Who can read the sealed rows of the log.', {
  publicKey: hiddenText(
    'An age recipient (age1…). Left out: a pair is made at the first start.',
    'an age recipient',
    'it begins with age1; `age-keygen` makes a pair',
  ),
});

const SECTIONS = {
  site,
  panel: z.optional(panel),
  devices: z.optional(list(device, MOST.devices, 'Sensors, buttons and keypads.')),
  gateways: z.optional(named(gateway, MOST.gateways, 'Radios, boards and what else is behind a serial port, by name.')),
  outputs: z.optional(list(output, MOST.outputs, 'What the hub switches.')),
  lighting: z.optional(list(lighting, MOST.lighting, 'Motion that lights the way.')),
  contacts: z.optional(list(contact, MOST.contacts, 'People to tell.')),
  neverContact: z.optional(
    list(
      phone('A number, E.164, in quotes.'),
      MOST.neverContact,
      'Numbers that are never told anything, whatever else this file says.',
    ),
  ),
  escalation: z.optional(escalation),
  sms: z.optional(sms),
  monitoring: z.optional(list(service, MOST.monitoring, 'Monitoring services.')),
  mqtt: z.optional(mqtt),
  homeAssistant: z.optional(homeAssistant),
  web: z.optional(web),
  evidence: z.optional(evidence),
};

/** A whole config file. */
export const ConfigSchema = group('Configuration of a Lantern hub.', SECTIONS);

export type Config = z.infer<typeof ConfigSchema>;
export type DeviceEntry = z.infer<typeof device>;
export type ZoneEntry = z.infer<typeof zone>;
export type OutputEntry = z.infer<typeof output>;
export type LoopEntry = z.infer<typeof loop>;
export type GatewayEntry = z.infer<typeof gateway>;
export type DriverWord = (typeof DRIVERS)[number];
export type GatewayWord = (typeof GATEWAY_TYPES)[number];
export type LightingEntry = z.infer<typeof lighting>;
export type ContactEntry = z.infer<typeof contact>;
export type StepEntry = z.infer<typeof step>;
export type EscalationEntry = z.infer<typeof escalation>;
export type MqttEntry = z.infer<typeof mqtt>;
export type MqttUserEntry = z.infer<typeof user>;
export type HomeAssistantEntry = z.infer<typeof homeAssistant>;
export type ConnectEntry = NonNullable<MqttEntry['connect']>;
export type ServiceEntry = z.infer<typeof service>;
export type WebEntry = z.infer<typeof web>;

/** The schema as JSON Schema, for editors. */
export function configJsonSchema(): object {
  return { title: 'Lantern configuration', ...z.toJSONSchema(ConfigSchema, { io: 'input' }) };
}

/** What holds where the config is silent. */
export const DEFAULTS = {
  leaveTo: 'https://www.bbc.co.uk/weather',
  modes: {
    away: { exitDelay: seconds(45), entryDelay: seconds(30) },
    home: { exitDelay: seconds(0), entryDelay: seconds(20) },
    night: { exitDelay: seconds(0), entryDelay: seconds(20) },
  },
  siren: { duration: minutes(15), trips: 3 },
  hold: seconds(90),
  lastResort: seconds(180),
  stationLife: seconds(60),
  heartbeat: seconds(30),
  stationTest: hours(24),
  within: seconds(10),
  /** What a device that can be imitated says of a closing has to hold so long: as long as its messages repeat. */
  copyableHold: seconds(3),
  /** Contacts bounce for a few milliseconds; nothing that is meant is as short. */
  wireDebounce: duration(10),
  /** A press of 50 ms has to be seen, so that no filter of a line may be longer than this. */
  longestFilter: duration(20),
  silence: seconds(60),
  hysteresis: 0.02,
  longestEntryDelay: seconds(45),
  sirenBetween: [seconds(90), minutes(15)],
} as const;
