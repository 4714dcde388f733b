import { z } from 'zod';

// What goes in and what comes out. The same schemas check requests and make the OpenAPI description.

const role = z.enum(['resident', 'visitor', 'installer', 'monitor']);
const mode = z.enum(['away', 'home', 'night']);
const time = z.iso.datetime().describe('UTC, ISO 8601');
const id = z.string().min(1).max(64);
const code = z.string().min(1).max(64).describe('Digits, as a string: a code may begin with 0.');
const note = z.string().trim().min(1).max(280).describe('Long runs of digits are taken out of it.');

export const none = z.strictObject({});

export const signIn = z.strictObject({
  code,
  device: z.string().trim().min(1).max(40).optional().describe('Pairs this phone under that name, for 90 days.'),
});
export const armBody = z.strictObject({
  mode,
  bypass: z.array(id).max(200).optional().describe('Zones to leave out.'),
  code: code.optional().describe('Needed for a lower mode, unless given within the last 10 minutes.'),
});
export const disarmBody = z.strictObject({ code });
export const noteBody = z.strictObject({ note: note.optional() });
export const installerBody = z.strictObject({ minutes: z.int().min(1).max(480) });
export const walkBody = z.strictObject({ minutes: z.int().min(1).max(30) });
export const lightsBody = z.strictObject({ output: id, to: z.enum(['on', 'off']) });
const again = code.describe('The same once more.');
export const personBody = z.strictObject({
  name: z.string().min(1).max(256),
  role,
  until: z
    .string()
    .min(1)
    .max(40)
    .optional()
    .describe('A date or a time. A visitor needs one, an installer may have one.'),
  code,
  again,
});
export const personPath = z.strictObject({ id });
export const ownCodeBody = z.strictObject({ code: code.describe('As it is.'), newCode: code, again });
export const ownDuressBody = z.strictObject({ code: code.describe('As it is.'), newDuress: code, again });
export const locksBody = z.strictObject({
  code: code.describe('As it is.'),
  newCode: code,
  again,
  newDuress: code.optional().describe('Left out: there is none afterwards.'),
  duressAgain: code.optional().describe('The same once more.'),
  leaveOut: z.array(id).max(200).optional().describe('Users of the broker whose password stays.'),
});
export const alarmPath = z.strictObject({ id });
export const sessionPath = z.strictObject({ id });

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
export const eventsQuery = z.strictObject({
  after: wholeNumber.optional().describe('Rows whose `seq` is greater. Left out: from the first.'),
  limit: wholeNumber.pipe(z.number().min(1).max(500)).optional().describe('Left out: 100.'),
});
export const streamQuery = z.strictObject({ after: wholeNumber.optional().describe('As Last-Event-ID.') });

export const done = z.object({ ok: z.literal(true), warnings: z.array(z.string()) });

const alarm = z.object({
  id: z.string(),
  kind: z.enum(['intruder', 'personal', 'duress', 'tamper', 'fire', 'fault', 'test']),
  zones: z.array(z.string()),
  since: time,
  acknowledgedBy: z.string().nullable().describe('Id of a contact, a station or a person.'),
});
const told = z.object({
  contact: z.string(),
  is: z.enum(['waiting', 'sent', 'delivered', 'answered']).describe('`sent`: the far end has taken it.'),
});
export const alarms = z.object({ alarms: z.array(alarm.extend({ told: z.array(told) })) });

export const state = z.object({
  state: z.enum(['disarmed', 'arming', 'armed_away', 'armed_home', 'armed_night', 'pending', 'triggered']),
  attributes: z.object({
    mode: mode.nullable(),
    changedBy: z.string().nullable(),
    delayEndsAt: time.nullable(),
    openZones: z.array(z.string()),
    bypassedZones: z.array(z.string()),
    alarm: alarm.nullable(),
    faults: z.array(z.string()),
  }),
  zones: z.record(
    z.string(),
    z.object({
      open: z.boolean().nullable(),
      tamper: z.boolean(),
      batteryLow: z.boolean(),
      online: z.boolean(),
      bypassed: z.boolean(),
      at: time,
    }),
  ),
  outputs: z.record(z.string(), z.enum(['on', 'off'])),
  installerUntil: time.nullable(),
  walkUntil: time.nullable().describe('A walk test runs until then: short presses of panic buttons call nobody.'),
});

export const session = z.object({
  id: z.string(),
  person: z.object({ name: z.string(), role }),
  device: z.string().nullable(),
  since: time,
  until: time,
  freshUntil: time.describe('What asks for the code again does so from then on.'),
});
export const sessions = z.object({ sessions: z.array(session) });

const person = z.object({ id: z.string(), name: z.string(), role, until: time.nullable() });
export const people = z.object({ people: z.array(person) });
export const personAdded = z.object({ id: z.string() });

const ended = z.record(z.string(), z.int());
const live = z.object({
  people: z.array(person),
  sessions: z.array(session),
  installerUntil: time.nullable(),
  brokerUsers: z.array(
    z.object({
      name: z.string(),
      publish: z.array(z.string()),
      subscribe: z.array(z.string()),
      here: z.int().describe('Clients connected from this machine.'),
      network: z.int().describe('Clients connected from elsewhere.'),
      password: z
        .enum(['in force', 'revoked'])
        .describe('`revoked`: the config names one that is over; it is taken on this machine alone.'),
    }),
  ),
  contacts: z.array(z.object({ id: z.string(), alarms: z.array(z.string()) })),
  elsewhere: z
    .array(z.object({ kind: z.string(), name: z.string(), secrets: z.array(z.string()) }))
    .describe('What only somebody else, or the config, can change.'),
  certificate: z
    .enum(['own', 'given', 'none'])
    .describe('Of the page. One of the hub’s own is made anew at the start after a change.'),
  changed: z.object({ at: time, ended }).nullable().describe('The last time.'),
});
export const locks = live;
export const locksChanged = z.object({
  at: time,
  ended,
  passwords: z
    .array(z.object({ name: z.string(), password: z.string() }))
    .describe('New passwords of broker users. They are known nowhere else and told this once.'),
  was: live,
});

const row = z.object({ seq: z.int(), at: time, type: z.string(), data: z.record(z.string(), z.unknown()) });
export const events = z.object({ events: z.array(row) });

export const refusal = z.object({
  error: z.string(),
  message: z.string(),
  zones: z.array(z.string()).optional(),
  missing: z.array(z.string()).optional(),
  field: z.string().optional().describe('The part of the request that is wrong.'),
  reason: z.string().optional().describe('What is wrong with it, by name.'),
});

export const health = z.object({ status: z.enum(['ready', 'starting', 'failing', 'stopping']) });
