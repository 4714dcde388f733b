import type { HeardDevice, ProvisionAct, ProvisionView } from '../hub/ports.ts';
import type { CliDeps } from './deps.ts';
import { failed } from './exit.ts';
import { type CliIo, plain } from './io.ts';
import { act, begunView, blockerLine, heardBy, tryAct, untilBack } from './provision-talk.ts';

// The hour with a person at the terminal: it shows what comes next, asks for it, and goes on where it was left.

/** What is heard or walked is looked at this often. */
const LOOK_MS = 1000;

interface Hour {
  readonly deps: CliDeps;
  readonly io: CliIo;
  readonly data: string;
}

/** Thrown where the person gave up; all that was done is kept. */
const left = () => failed('left; lantern provision goes on from here');

export async function playHour(deps: CliDeps, io: CliIo, data: string): Promise<void> {
  const hour: Hour = { deps, io, data };
  for (;;) {
    const view = await begunView(data);
    headOf(io, view);
    if (view.next === 'handover' || view.next === 'finish') return leave(hour);
    await STEPS[view.next](hour, view);
  }
}

const DUE = { ahead: '', today: ', which is today', overdue: ': OVERDUE' } as const;

function headOf(io: CliIo, { proposal, deadlineIs, missing, next }: ProvisionView): void {
  const open = missing.filter(({ waived }) => waived === null);
  io.err(`\n── ${next} ── to be fitted by ${proposal.deadline.day}${DUE[deadlineIs]}; ${open.length} to go\n`);
  for (const blocker of open.filter(({ step }) => step === next)) io.err(blockerLine(blocker));
}

const STEPS: Readonly<
  Record<Exclude<ProvisionView['next'], 'handover' | 'finish'>, (hour: Hour, view: ProvisionView) => Promise<void>>
> = {
  checks,
  items,
  devices,
  contacts,
  residents,
  secrets,
  walk,
  paths,
  panel: async ({ io }) => void (await question(io, 'Disarm the house, then press Enter: ')),
};

async function question(io: CliIo, words: string): Promise<string> {
  const answer = await io.ask(words, io.stop);
  if (answer === null) throw left();
  return answer.trim();
}

/** Says what is wrong, and lets the person try again. */
async function doing({ io, data }: Hour, ask: ProvisionAct): Promise<'done' | 'refused'> {
  const result = await tryAct(io, data, ask);
  if (result.ok) return 'done';
  io.err(`  ${plain(result.why)}\n`);
  return 'refused';
}

// ---- one step each -----------------------------------------------------------------------------------------------------

async function checks(hour: Hour, { proposal, job }: ProvisionView): Promise<void> {
  for (const { id, what, why } of proposal.checks.filter((check) => job.checks[check.id]?.answer !== 'yes')) {
    hour.io.err(`${plain(`${what}\n  ${why}`.replace('\n', ' — '))}\n`);
    const answer = await question(hour.io, 'yes, or no and why: ');
    const [word = '', ...rest] = answer.split(/\s+/);
    if (word !== 'yes' && word !== 'no') continue;
    await doing(hour, { act: 'check', check: id, answer: word, note: rest.join(' ') });
    if (word === 'no')
      throw failed('the home is not fitted while a check says no; lantern provision goes on from here');
  }
}

async function items(hour: Hour, { proposal, job }: ProvisionView): Promise<void> {
  for (const { id, what, where, owner } of proposal.items.filter(
    (item) => !job.items.some((noted) => noted.item === item.id),
  )) {
    const agreement = owner === 'must-agree' ? ", needs the owner's agreement" : '';
    const answer = await question(hour.io, `${what}, ${where}${agreement}. Fitted? yes, or why not: `);
    if (answer === '') continue;
    const is = answer === 'yes' ? 'fitted' : 'not-fitted';
    await doing(hour, { act: 'item', item: id, where: '', is, note: is === 'fitted' ? '' : answer });
  }
}

async function devices(hour: Hour, { house }: ProvisionView): Promise<void> {
  const { io } = hour;
  io.err('Press the button, open the door or walk past the detector, a few times. Enter alone: no more.\n');
  let learnt = house.restart === 'needed';
  for (;;) {
    const heard = await chooseHeard(hour);
    if (heard === null) break;
    const name = await question(io, 'What she calls it, by its room: ');
    if (name === '') continue;
    const type = (await question(io, `What it guards [${heard.zone ?? 'none'}]: `)) || (heard.zone ?? 'none');
    const device = {
      topic: heard.topic,
      address: heard.address,
      id: (await question(io, `Its id [${heard.id}]: `)) || heard.id,
      name,
      zone: type === 'none' ? null : type,
      modes: null,
    };
    if ((await doing(hour, { act: 'learn', device })) === 'done') learnt = true;
  }
  if (learnt) await restart(hour);
  else await another(hour);
}

/** Shows what speaks from now on until one is chosen; null: none. */
async function chooseHeard({ io, data }: Hour): Promise<HeardDevice | null> {
  const before = new Map((await heardBy(data)).map((one) => [nameOf(one), one.messages]));
  const shown = new Map<string, HeardDevice>();
  const look = async (): Promise<void> => {
    for (const one of await heardBy(data)) {
      const last = shown.get(nameOf(one))?.messages ?? before.get(nameOf(one)) ?? 0;
      if (one.messages === last) continue;
      const isNew = !shown.has(nameOf(one));
      shown.set(nameOf(one), one);
      const place = [...shown.keys()].indexOf(nameOf(one)) + 1;
      if (isNew) io.err(`\n${heardLine(place, one)}`);
    }
  };
  const answer = await meanwhile(io, 'Which one? Number, or Enter for none: ', look);
  return answer === '' ? null : ([...shown.values()][Number(answer) - 1] ?? null);
}

const nameOf = ({ topic, address }: HeardDevice): string => `${topic} ${address ?? ''}`;

const heardLine = (place: number, { profile, topic, address, said, signal, battery }: HeardDevice): string =>
  `${plain(
    `${String(place).padStart(3)}  ${profile}  ${address ?? ''} ${topic}  ${said}  signal ${signal ?? 'not told'}, battery ${battery === null ? 'not told' : `${battery} %`}`,
  )}\n`;

/** Asks, and goes on looking until there is an answer. */
async function meanwhile(io: CliIo, words: string, look: () => Promise<void>): Promise<string> {
  const over = new AbortController();
  const asked = io.ask(words, over.signal).then((answer) => ({ answer }));
  try {
    for (;;) {
      const first = await Promise.race([asked, io.pause(LOOK_MS)]);
      if (first === undefined) await look();
      else if (first.answer === null) throw left();
      else return first.answer.trim();
    }
  } finally {
    over.abort();
  }
}

async function restart({ io, data }: Hour): Promise<void> {
  io.err('The hub starts again, so that it guards with them.\n');
  await act(io, data, { act: 'restart' });
  await untilBack(io, data);
}

async function contacts(hour: Hour, { house }: ProvisionView): Promise<void> {
  const { io } = hour;
  if (house.contacts.length === 0) {
    const id = await question(io, 'A contact: what the log may call them (sister): ');
    const phone = await question(io, 'Their number, as in +447700900123: ');
    const added = await doing(hour, { act: 'add-contact', id, phone, alarms: null });
    if (added === 'done') await restart(hour);
    return;
  }
  for (const { id } of house.contacts.filter(({ proven, asked }) => !proven && !asked))
    await doing(hour, { act: 'prove', contact: id });
  const look = async (): Promise<void> => {};
  const answer = await meanwhile(io, 'Enter when they have answered YES, or waive ID and why: ', look);
  await waiveBy(hour, answer);
}

/** Who types here is she: the code is hers, and so is the key that is shown. */
async function residents({ deps, io, data }: Hour): Promise<void> {
  io.err('Hand her the keyboard, and look away.\n');
  const name = await question(io, 'Her name: ');
  const code = await io.askHidden('A code only she knows, five digits or more: ');
  if (code === null) throw left();
  if ((await io.askHidden('The same again: ')) !== code) return io.err('  the two differ\n');
  const added = await deps.users.add(data, { name, role: 'resident', until: null }, code);
  if (!added.ok) return io.err(`  ${plain(added.why)}\n`);
  const key = await deps.users.evidenceKey(data);
  if (key === null) return;
  await io.out(`\nThis key opens the sealed rows of the log. It is hers, and shown this once:\n\n  ${key}\n\n`);
  deps.users.evidenceKeyShown(data);
  await question(io, 'Enter when she has it, away from home: ');
}

async function secrets(hour: Hour): Promise<void> {
  const { io, data } = hour;
  await question(io, 'The passwords of the broker are made new now; what was walked is walked again. Enter: ');
  const made = await act(io, data, { act: 'renew-secrets' });
  for (const { name, password } of made.secrets) await io.out(`  ${plain(name)}  ${password}\n`);
  await question(io, 'Type them where each belongs, such as the settings of Zigbee2MQTT. Then Enter: ');
  await restart(hour);
}

async function walk(hour: Hour, view: ProvisionView): Promise<void> {
  const { io, data } = hour;
  if (view.job.rooms.length === 0) {
    const rooms = await question(io, 'Rooms she would call from, with commas: ');
    for (const room of rooms.split(',').filter((one) => one.trim() !== ''))
      await doing(hour, { act: 'name-room', room });
    return;
  }
  if (view.walkUntil === null) await act(io, data, { act: 'begin-walk' });
  let known = view;
  const look = async (): Promise<void> => {
    const now = await begunView(data);
    for (const line of walkNews(known, now)) io.err(`\n  ${plain(line)}\n`);
    known = now;
  };
  io.err(
    `Each detector twice. Name the room you stand in, then press the button there once. A second press within five seconds, and a hold, are real calls. Rooms: ${plain(view.job.rooms.join(', '))}\n`,
  );
  const answer = await meanwhile(io, 'The room, Enter to look again, or waive ID and why: ', look);
  if (answer === '' || (await waiveBy(hour, answer)) === 'waived') return;
  await doing(hour, { act: 'stand-in', room: answer });
}

/** What was heard since, ticked. */
function walkNews(before: ProvisionView, after: ProvisionView): readonly string[] {
  const tests = Object.entries(after.job.tests).flatMap(([zone, times]) =>
    times.length > (before.job.tests[zone]?.length ?? 0) ? [`✓ ${zone}, ${times.length} of 2`] : [],
  );
  const presses = after.job.presses.slice(before.job.presses.length).map(({ zone, room }) => `✓ ${zone} from ${room}`);
  return [...tests, ...presses];
}

async function paths(hour: Hour, view: ProvisionView): Promise<void> {
  if (view.testing.length === 0) await doing(hour, { act: 'test-paths' });
  let known = view;
  const look = async (): Promise<void> => {
    const now = await begunView(hour.data);
    for (const [name, { answeredAfterMs: ms, result, at }] of Object.entries(now.job.paths)) {
      if (known.job.paths[name]?.at === at) continue;
      hour.io.err(`\n  ${plain(ms === null ? `${name}: ${result}` : `✓ ${name}, ${(ms / 1000).toFixed(1)} s`)}\n`);
    }
    known = now;
  };
  const words = 'Let each answer the text as it asks. Enter to go on, or waive ID and why: ';
  await waiveBy(hour, await meanwhile(hour.io, words, look));
}

/** `waive zone:hall the owner has locked that room`. */
async function waiveBy(hour: Hour, answer: string): Promise<'waived' | 'no'> {
  const parts = /^waive\s+(\S+)\s+(.+)$/.exec(answer);
  if (parts === null) return 'no';
  await doing(hour, { act: 'waive', what: parts[1] ?? '', reason: parts[2] ?? '' });
  return 'waived';
}

/** Nothing was done that would take it further. */
async function another(hour: Hour): Promise<void> {
  await waiveBy(hour, await question(hour.io, 'Enter to look again, or waive ID and why: '));
}

async function leave({ deps, io, data }: Hour): Promise<void> {
  const out = await question(io, 'Nothing is missing. Where do the papers go? A folder, such as that of a stick: ');
  if (out === '') throw left();
  await handOver(deps, io, data, out, 'text');
}

// ---- the end -----------------------------------------------------------------------------------------------------------

/** The papers are in their folder, synced, before anything is wiped; until then all of it can be done again. */
export async function handOver(
  deps: CliDeps,
  io: CliIo,
  data: string,
  out: string,
  form: 'json' | 'text',
): Promise<void> {
  await act(io, data, { act: 'make-papers' });
  const copied = deps.provision.copyPapers(data, out);
  if (!copied.ok) throw failed(`${copied.why}; nothing was handed over yet`);
  await act(io, data, { act: 'finish' });
  if (form === 'json') await io.out(`${JSON.stringify({ papers: copied.files })}\n`);
  else {
    for (const file of copied.files) await io.out(`${plain(file)}\n`);
    io.err('lantern: handed over; nothing of the referral is here any more, and the code of the installer is gone\n');
  }
}
