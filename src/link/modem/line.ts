import type { Clock, Log } from '../../hub/ports.ts';
import type { Kept } from './pin.ts';
import type { OpenPort, Port } from './port.ts';
import { GENERIC, type Quirks, quirksOf } from './quirks.ts';
import { createSim } from './sim.ts';
import {
  better,
  type ModemState,
  type Registration,
  readCesq,
  readCsq,
  readOperator,
  readRegistration,
  readStored,
  unregistered,
} from './state.ts';
import { type Command, createTalk, type News, type Reply, type Talk } from './talk.ts';
import { withinTime } from './within-time.ts';

export interface LineConfig {
  /** A path that stays the same over reboots, as below /dev/serial/by-id. */
  readonly port: string;
  readonly baud: number;
  readonly pin: string | null;
}

export interface LineNeeds {
  readonly clock: Clock;
  readonly log: Log;
  readonly kept: Kept;
  readonly openPort: OpenPort;
  /** What the modem says of its own accord while it is set up. */
  readonly news: (news: News) => void;
  readonly changed: (state: ModemState) => void;
}

/** A modem that is kept in conversation: opened, set up, and brought back when it falls silent. */
export interface Line {
  open(): void;
  /** For good: one that was closed is not opened again. */
  close(): Promise<void>;
  state(): ModemState;
  quirks(): Quirks;
  /** Null: commands can be given. Else why not; waits no longer than this for a modem that is being set up. */
  ready(waitMs: number): Promise<string | null>;
  /**
   * Null: a text or a call can leave now. What is known against it may be a minute old, so it is asked for again: a modem
   * off its network can sit on a text. Ends within 10 s.
   */
  usable(): Promise<string | null>;
  ask(command: Command): Promise<Reply>;
  /** Which memory texts lie in. */
  memory(): string;
  /** Asks for SIM, network and signal; null: texts can leave. */
  check(): Promise<string | null>;
  /** Counts the memory anew. */
  count(): Promise<ModemState['stored']>;
}

const ORDINARY_MS = 5_000;
/** A modem asleep loses the first command, and one that finds its speed needs two. */
const PROBE_MS = 2_000;
const PROBES = 3;
const USABLE_MS = 10_000;
/** From the mildest to the hardest; each is tried only when the one before did not help. */
const LADDER = ['abort', 'reset', 'reopen', 'restart'] as const;
type Step = (typeof LADDER)[number];
const STEP_WORDS: Readonly<Record<Step, string>> = {
  abort: 'breaking off its command',
  reset: 'resetting its settings',
  reopen: 'opening the port again',
  restart: 'restarting the modem',
};
/** After the whole ladder: the wait before the port is opened once more. */
const RETRY_MS = [5_000, 10_000, 20_000, 30_000] as const;
/** A modem that restarts is off the network for half a minute; more often would keep it there. */
const RESTART_EVERY_MS = 5 * 60_000;
const LOOK_AGAIN_MS = 2_000;
/** A SIM that has just been opened is busy for some seconds. */
const BUSY_WAIT_MS = 1_500;
const BUSY_TRIES = 8;

const isLost = (reply: Reply): boolean => reply.end !== 'ok' && reply.end !== 'error';
const linesOf = (reply: Reply): readonly string[] => (reply.end === 'ok' ? reply.lines : []);
const isBusy = (reply: Reply): boolean =>
  reply.end === 'error' && reply.error.code !== null && [14, 314, 302, 515].includes(reply.error.code);

export function createLine(config: LineConfig, needs: LineNeeds): Line {
  const { clock, log } = needs;
  let state: ModemState = {
    port: config.port,
    conversation: 'closed',
    step: null,
    model: null,
    quirks: GENERIC.name,
    sim: 'unknown',
    registration: 'unknown',
    operator: null,
    signal: null,
    stored: null,
    trouble: 'the port is not open',
  };
  let quirks = GENERIC;
  let port: Port | null = null;
  let talk: Talk | null = null;
  let closed = true;
  let mending: Promise<void> | null = null;
  let checking: Promise<string | null> | null = null;
  let prepared = false;
  let memory: string = GENERIC.storage;
  /** Echoes although they were switched off: it has lost its settings without a word. */
  let echoes = false;
  let failures = 0;
  let restartedAt: number | null = null;
  /** Why the port could not be used; null: it is not the port. */
  let portTrouble: string | null = null;
  let simTrouble: string | null = null;
  let stopRetry = (): void => {};
  const watchers = new Set<() => void>();

  function patch(change: Partial<ModemState>): void {
    const next = { ...state, ...change };
    const trouble = troubleOf(next);
    const same = JSON.stringify({ ...next, trouble }) === JSON.stringify(state);
    state = { ...next, trouble };
    if (same) return;
    for (const look of [...watchers]) look();
    needs.changed(state);
  }

  function troubleOf(of: ModemState): string | null {
    switch (of.conversation) {
      case 'closed':
        return 'the port is not open';
      case 'starting':
        return portTrouble ?? 'the modem is being set up';
      case 'mending':
        return portTrouble ?? 'the modem does not answer; it is being brought back';
      case 'silent':
        return portTrouble ?? 'the modem does not answer; look at its power and its cable';
      case 'up':
        return simTrouble ?? unregistered(of.registration);
    }
  }

  const wait = (ms: number): Promise<void> => new Promise((done) => void clock.alarm(ms, done));

  /** Whatever is asked, silence starts the ladder. */
  async function say(command: Command): Promise<Reply> {
    const asked = talk;
    if (asked === null) return { end: 'gone', handed: false };
    const reply = await asked.ask(command);
    if (reply.end === 'silent' && asked === talk && mending === null) mend('abort');
    return reply;
  }

  const order = (text: string, more: Partial<Command> = {}): Promise<Reply> =>
    say({ text, deadlineMs: ORDINARY_MS, ...more });

  async function patient(text: string, more: Partial<Command> = {}): Promise<Reply> {
    let reply = await order(text, more);
    for (let tries = 1; isBusy(reply) && tries < BUSY_TRIES && !closed; tries += 1) {
      await wait(BUSY_WAIT_MS);
      reply = await order(text, more);
    }
    return reply;
  }

  const sim = createSim({ pin: config.pin, kept: needs.kept, log, order, patient, wait, quirks: () => quirks });

  // ---- the ladder --------------------------------------------------------------------------------------------------------

  function mend(from: Step): void {
    if (closed || mending !== null) return;
    stopRetry();
    mending = climb(from).finally(() => {
      mending = null;
    });
  }

  async function climb(from: Step): Promise<void> {
    patch({ conversation: state.model === null ? 'starting' : 'mending' });
    for (const step of LADDER.slice(LADDER.indexOf(from))) {
      if (closed) return;
      patch({ step: STEP_WORDS[step] });
      if (state.conversation === 'mending') log.warn({ step }, 'the modem is being brought back');
      if ((await attempts[step]()) && (await setUp()) && !closed) {
        if (failures > 0 || state.conversation === 'mending') log.info({}, 'the modem answers again');
        failures = 0;
        patch({ conversation: 'up', step: null });
        return;
      }
    }
    if (closed) return;
    failures += 1;
    patch({ conversation: 'silent', step: null });
    if (failures === 1) log.error({ why: state.trouble }, 'the modem cannot be reached');
    stopRetry = clock.alarm(RETRY_MS[Math.min(failures, RETRY_MS.length) - 1] ?? 30_000, () => mend('reopen'));
  }

  const attempts: Readonly<Record<Step, () => Promise<boolean>>> = {
    async abort() {
      talk?.escape();
      return answers();
    },
    async reset() {
      return !isLost(await order('ATZ'));
    },
    async reopen() {
      if (!(await openAgain())) return false;
      talk?.escape();
      return answers();
    },
    async restart() {
      const now = clock.now();
      if (talk === null || (restartedAt !== null && now - restartedAt < RESTART_EVERY_MS)) return false;
      restartedAt = now;
      // Its answer proves nothing, and silence neither: some restart before they have said so.
      await order('AT+CFUN=1,1');
      for (let waited = 0; waited < quirks.restartMs && !closed; waited += LOOK_AGAIN_MS) {
        await wait(LOOK_AGAIN_MS);
        if (talk === null && !(await openAgain())) continue;
        if (await answers()) return true;
      }
      return false;
    },
  };

  async function openAgain(): Promise<boolean> {
    await letGo();
    if (closed) return false;
    const place = { path: config.port, baud: config.baud };
    let own: Talk | null = null;
    const opened = await needs.openPort(
      place,
      {
        data: (bytes) => own?.take(bytes),
        gone(why) {
          if (own === null || own !== talk) return;
          portTrouble = why;
          talk = null;
          own.end();
          log.warn({ why }, 'the port of the modem is gone');
          mend('reopen');
        },
      },
      clock,
    );
    portTrouble = opened.ok ? null : opened.why;
    if (!opened.ok) return false;
    if (closed) {
      await opened.port.close();
      return false;
    }
    port = opened.port;
    const write = (text: string): void => opened.port.write(text);
    own = createTalk({ clock, write, news: hear });
    talk = own;
    return true;
  }

  async function letGo(): Promise<void> {
    const [oldTalk, oldPort] = [talk, port];
    talk = null;
    port = null;
    oldTalk?.end();
    await oldPort?.close();
  }

  function hear(news: News): void {
    if (news.type === 'restarted') {
      if (mending === null) mend('abort');
      return;
    }
    if (news.type === 'echo') {
      echoes ||= mending === null;
      return;
    }
    // News of a network or a SIM say that something changed, and only an answer says what it is now.
    if (news.type === 'registration' || news.type === 'sim') {
      if (mending === null) void check();
      return;
    }
    needs.news(news);
  }

  async function answers(): Promise<boolean> {
    for (let tries = 0; tries < PROBES; tries += 1) {
      if ((await order('AT', { deadlineMs: PROBE_MS })).end === 'ok') return true;
      if (talk === null || closed) return false;
    }
    return false;
  }

  // ---- set-up ------------------------------------------------------------------------------------------------------------

  /** False: it fell silent on the way. A refusal of a setting is no reason to do without the modem. */
  async function setUp(): Promise<boolean> {
    if (isLost(await order('ATE0'))) return false;
    echoes = false;
    for (const text of ['ATQ0V1', 'AT+CMEE=1']) if (isLost(await order(text))) return false;
    // An answer of a kind that no late OK can be taken for: from here on questions and answers are in step.
    if (isLost(await order('AT+CSQ', { expects: /^\+CSQ:/, lines: 'one' }))) return false;
    const maker = await order('AT+CGMI', { expects: /./ });
    const model = await order('AT+CGMM', { expects: /./ });
    if (isLost(maker) || isLost(model)) return false;
    const [by, name] = [nameOf(maker), nameOf(model)];
    quirks = quirksOf(by, name);
    patch({ model: `${by} ${name}`.trim() || 'unknown', quirks: quirks.name });
    for (const text of quirks.init) if (isLost(await order(text))) return false;
    prepared = false;
    return (await askSim()) && (await askNetwork());
  }

  async function askSim(): Promise<boolean> {
    const asked = await sim.ask();
    if (asked === 'lost') return false;
    simTrouble = asked.why;
    patch({ sim: asked.sim });
    if (asked.sim !== 'ready') {
      prepared = false;
      patch({ registration: 'unknown', operator: null, signal: null, stored: null });
      return true;
    }
    return prepared || prepare();
  }

  async function prepare(): Promise<boolean> {
    const format = await patient('AT+CMGF=0');
    if (isLost(format)) return false;
    if (format.end === 'error') log.error({ why: format.error.words }, 'the modem cannot send texts as needed');
    if (!(await chooseMemory())) return false;
    // With CSMS=1 each report would have to be acknowledged, or the modem stops giving any.
    for (const text of ['AT+CSMS=0', 'AT+CSCS="GSM"', 'AT+CREG=1', 'AT+CEREG=1', 'AT+COPS=3,0']) {
      if (isLost(await order(text, { expects: /^\+CSMS:/ }))) return false;
    }
    if (!(await askForNews())) return false;
    prepared = true;
    await count();
    return true;
  }

  /** One for all: what comes in has to lie where it is looked for. */
  async function chooseMemory(): Promise<boolean> {
    for (const one of new Set([quirks.storage, 'SM', 'ME', 'MT'])) {
      const reply = await patient(`AT+CPMS="${one}","${one}","${one}"`, { expects: /^\+CPMS:/ });
      if (isLost(reply)) return false;
      if (reply.end !== 'ok') continue;
      memory = one;
      return true;
    }
    log.warn({}, 'the modem does not let its memory for texts be chosen');
    return true;
  }

  async function askForNews(): Promise<boolean> {
    for (const text of quirks.news) {
      const reply = await order(text);
      if (isLost(reply)) return false;
      if (reply.end === 'ok') return true;
    }
    log.warn({}, 'the modem does not say when a text arrives; it is asked instead');
    return true;
  }

  // ---- how it is ---------------------------------------------------------------------------------------------------------

  async function askNetwork(): Promise<boolean> {
    if (state.sim !== 'ready') return true;
    const circuit = await order('AT+CREG?', { expects: /^\+CREG: ?\d,\d/ });
    const packet = await order('AT+CEREG?', { expects: /^\+CEREG: ?\d,\d/ });
    const csq = await order('AT+CSQ', { expects: /^\+CSQ:/ });
    if (isLost(circuit) || isLost(packet) || isLost(csq)) return false;
    const registration: Registration = better(readRegistration(linesOf(circuit)), readRegistration(linesOf(packet)));
    let signal = readCsq(linesOf(csq));
    if (signal === null) {
      const cesq = await order('AT+CESQ', { expects: /^\+CESQ:/ });
      if (isLost(cesq)) return false;
      signal = readCesq(linesOf(cesq));
    }
    let { operator } = state;
    if (operator === null || registration !== state.registration) {
      const cops = await order('AT+COPS?', { expects: /^\+COPS:/ });
      if (isLost(cops)) return false;
      operator = readOperator(linesOf(cops));
    }
    if (registration === 'roaming' && state.registration !== 'roaming') log.warn({}, 'the modem is roaming');
    patch({ registration, signal, operator });
    return true;
  }

  async function checkNow(): Promise<string | null> {
    const why = await ready(ORDINARY_MS);
    if (why !== null) return why;
    if (echoes) {
      log.warn({}, 'the modem has restarted by itself');
      if (!(await setUp())) return state.trouble ?? 'the modem does not answer';
    }
    if ((await askSim()) && (await askNetwork())) return state.trouble;
    return state.trouble ?? 'the modem does not answer';
  }

  function check(): Promise<string | null> {
    checking ??= checkNow().finally(() => {
      checking = null;
    });
    return checking;
  }

  async function count(): Promise<ModemState['stored']> {
    const reply = await order('AT+CPMS?', { expects: /^\+CPMS:/ });
    if (reply.end === 'ok') patch({ stored: readStored(reply.lines) });
    return state.stored;
  }

  function ready(waitMs: number): Promise<string | null> {
    const { conversation, trouble } = state;
    if (conversation === 'up') return Promise.resolve(null);
    if (conversation === 'closed' || conversation === 'silent') return Promise.resolve(trouble);
    return new Promise((done) => {
      const over = (): void => {
        watchers.delete(look);
        cancel();
        done(state.conversation === 'up' ? null : state.trouble);
      };
      const look = (): void => {
        if (!['starting', 'mending'].includes(state.conversation)) over();
      };
      const cancel = clock.alarm(waitMs, over);
      watchers.add(look);
    });
  }

  async function usableNow(): Promise<string | null> {
    const why = await ready(ORDINARY_MS);
    if (why !== null || state.trouble === null) return why;
    return check();
  }

  return {
    state: () => state,
    usable: () =>
      withinTime(
        clock,
        USABLE_MS,
        usableNow().then((why) => ({ why })),
        (found) => (found === null ? 'the modem answers too slowly' : found.why),
      ),
    quirks: () => quirks,
    memory: () => memory,
    ready,
    check,
    count,
    async ask(command) {
      if (state.conversation !== 'up') return { end: 'gone', handed: false };
      return say(command);
    },
    open() {
      if (!closed) return;
      closed = false;
      mend('reopen');
    },
    async close() {
      if (closed) return;
      closed = true;
      stopRetry();
      await letGo();
      patch({ conversation: 'closed', step: null });
    },
  };
}

/** Some put the command's name in front, some quotes around. */
const nameOf = (reply: Reply): string =>
  (linesOf(reply)[0] ?? '')
    .replace(/^\+CGM[IM]: ?/, '')
    .replace(/"/g, '')
    .slice(0, 60);
