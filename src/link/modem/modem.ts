import type { Clock, FetchResult, Log, TextPath } from '../../hub/ports.ts';
import { createCalling } from './calling.ts';
import { createInbox } from './inbox.ts';
import { createLine, type LineConfig } from './line.ts';
import type { Kept } from './pin.ts';
import { type OpenPort, openSerial } from './port.ts';
import { createSending } from './sending.ts';
import type { ModemState } from './state.ts';
import type { News } from './talk.ts';
import { withinTime } from './within-time.ts';

/** The modem of this house. */
export type ModemConfig = LineConfig;

export interface ModemNeeds {
  readonly clock: Clock;
  readonly log: Log;
  /** Remembers a PIN that was tried, over restarts. */
  readonly kept: Kept;
  /** Called at every change of `state()`. */
  readonly changed?: (state: ModemState) => void;
  /** Instead of a real port. */
  readonly openPort?: OpenPort;
}

/** A GSM modem as a path for texts, with what a person wants to know of it. */
export interface Modem extends TextPath {
  /** Begins to talk to it, and goes on trying for ever. Returns at once. */
  open(): void;
  /** Leaves the port for good. What is under way ends as `unknown` or `later`. */
  close(): Promise<void>;
  state(): ModemState;
  /** Asks for SIM, network, signal and memory, and takes no text away; null: a text could leave now. */
  check(): Promise<string | null>;
}

const READY_MS = 5_000;
/** A path is dead that does not answer a check in this time, even if each of its answers is in time. */
const FETCH_MS = 25_000;

/**
 * Texts through a GSM modem on a serial port, in PDU mode. Nothing throws; each call ends within half a minute, and at
 * once when the modem is known to be silent, with `later`, because nothing was handed over then. `unknown` is only what
 * the modem had in full and did not answer. `fetch` asks the modem for its SIM and its network first, and is `unknown`,
 * in words, when no text could leave. A `why` holds no number to ring and no words of a text.
 */
export function createModem(config: ModemConfig, needs: ModemNeeds): Modem {
  const { clock, log } = needs;
  let arrived = (): void => {};
  const line = createLine(config, {
    clock,
    log,
    kept: needs.kept,
    openPort: needs.openPort ?? openSerial,
    news: (news) => hear(news),
    changed(state) {
      if (state.conversation !== 'up') inbox.forgetPlaces();
      needs.changed?.(state);
    },
  });
  const calling = createCalling({ line, clock, log });
  const sending = createSending({ line, clock, hangUp: calling.hangUp });
  const inbox = createInbox({ line, clock, log, report: sending.report, arrived: () => arrived() });

  function hear(news: News): void {
    switch (news.type) {
      case 'stored':
        void (news.what === 'report' ? inbox.readReports(news.memory) : inbox.read());
        return;
      case 'full':
        void inbox.read();
        return;
      case 'arrived':
        inbox.take(news.hex);
        return;
      case 'sent-late':
        sending.sentLate(news.ref);
        return;
      case 'call-over':
        calling.over(news.words);
        return;
      case 'registration':
      case 'sim':
      case 'restarted':
      case 'echo':
        return; // the line's own
    }
  }

  /** Null: texts can leave, and those that came in are read. */
  async function look(): Promise<string | null> {
    const why = (await line.ready(READY_MS)) ?? (await line.check());
    const { sim, conversation } = line.state();
    const unread = sim === 'ready' && conversation === 'up' ? await inbox.read() : null;
    return why ?? unread;
  }

  /** Texts that lie in the modem are not taken along when the path is bad: nobody loses them, and they come the next time. */
  function fetch(): Promise<FetchResult> {
    const looked = look().then((why) => ({ why }));
    return withinTime(clock, FETCH_MS, looked, (found): FetchResult => {
      const why = found === null ? 'the modem answers too slowly' : found.why;
      if (why !== null) return { outcome: 'unknown', why };
      // Also what was read before `since`: it was not handed over, and nobody would ever ask for it again.
      return { outcome: 'fetched', texts: inbox.handOver() };
    });
  }

  return {
    id: 'modem',
    send: sending.send,
    find: sending.find,
    status: sending.status,
    fetch,
    ring: calling.ring,
    watch(listener) {
      arrived = listener;
    },
    open: line.open,
    close: line.close,
    state: line.state,
    async check() {
      const why = await line.check();
      if (why === null) await inbox.read();
      return why;
    },
  };
}
