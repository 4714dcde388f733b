import type { TextId } from '../../base/brand.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Clock, Log } from '../../hub/ports.ts';
import { createModem, type Modem, type ModemConfig } from './modem.ts';
import type { Kept } from './pin.ts';
import type { OpenPort } from './port.ts';
import type { ModemState } from './state.ts';

// What `lantern modem` shows and does, the same in a running hub as beside it.

/** What stands behind `lantern modem`. */
export interface ModemShown {
  /** Asks the modem anew. The fields of `ModemState`. */
  state(): Promise<JsonObject>;
  /**
   * Sends a marked test, and tells each hop as it is reached: `{ hop: 'taken' | 'delivered', ok, ms, why }`, `ok: null` for
   * one that cannot be known. Numbers on the list of those who must never be contacted are refused.
   */
  test(to: string, hop: (item: JsonObject) => void): Promise<{ readonly ok: true } | Refused>;
}

interface Refused {
  readonly ok: false;
  readonly why: string;
}

export interface ShownNeeds {
  readonly clock: Clock;
  /** E.164. Null: not known, and then nobody is contacted. */
  readonly neverContact: ReadonlySet<string> | null;
  /** Of the test. */
  readonly words: string;
}

/** A test that a phone gets an hour later frightens somebody. */
const TEST_VALID_SECONDS = 300;
/** How long a delivery report is waited for. */
const REPORT_MS = 20_000;
const LOOK_MS = 1_000;
/** Through the whole ladder, a restart of the modem included. */
const SETTLE_MS = 90_000;

export function showModem(modem: Modem, { clock, neverContact, words }: ShownNeeds): ModemShown {
  const wait = (ms: number): Promise<void> => new Promise((done) => void clock.alarm(ms, done));

  async function delivered(sid: string): Promise<{ readonly ok: boolean | null; readonly why: string | null }> {
    const began = clock.now();
    while (clock.now() - began < REPORT_MS) {
      const known = await modem.status(sid);
      if (known.outcome === 'known' && known.status === 'delivered') return { ok: true, why: null };
      if (known.outcome === 'known' && known.status === 'failed') return { ok: false, why: known.why };
      await wait(LOOK_MS);
    }
    return { ok: null, why: 'no delivery report yet; the phone may be off, or the network sends none' };
  }

  return {
    async state() {
      await modem.check();
      return plain(modem.state());
    },
    async test(to, hop) {
      const number = to.replace(/[\s().-]/g, '');
      if (!/^\+[1-9]\d{6,14}$/.test(number)) {
        return { ok: false, why: 'the number has to be written with its country, as +447700900123' };
      }
      if (neverContact === null) {
        return { ok: false, why: 'who must never be contacted stands in the config; name it with --config FILE' };
      }
      if (neverContact.has(number)) return { ok: false, why: 'this number must never be contacted' };
      const began = clock.now();
      const ms = (): number => Math.round(clock.now() - began);
      const id = `test/${ms()}` as TextId;
      const sent = await modem.send({ id, to: number, body: words, validSeconds: TEST_VALID_SECONDS });
      if (sent.outcome !== 'accepted') {
        hop({ hop: 'taken', ok: sent.outcome === 'unknown' ? null : false, ms: ms(), why: sent.why });
        return { ok: false, why: sent.why };
      }
      hop({ hop: 'taken', ok: true, ms: ms(), why: null });
      const { ok, why } = await delivered(sent.sid);
      hop({ hop: 'delivered', ok, ms: ms(), why });
      return ok === false ? { ok: false, why: why ?? 'it was not delivered' } : { ok: true };
    },
  };
}

const plain = (state: ModemState): JsonObject => ({
  ...state,
  signal: state.signal === null ? null : { ...state.signal },
  stored: state.stored === null ? null : { ...state.stored },
});

/** One request of the control socket: `{"do":"modem"}` or `{"do":"modem-test","to":"+44…"}`. */
type Handler = (request: JsonObject, item: (item: JsonObject) => void) => Promise<{ readonly ok: true } | Refused>;

/** For a running hub, which holds the port, to answer `lantern modem` with. */
export function modemHandlers(shown: ModemShown): ReadonlyMap<string, Handler> {
  return new Map<string, Handler>([
    [
      'modem',
      async (_request, item) => {
        item(await shown.state());
        return { ok: true };
      },
    ],
    [
      'modem-test',
      async (request, item) => {
        const to = request['to'];
        if (typeof to !== 'string') return { ok: false, why: 'a test needs a number' };
        return shown.test(to, item);
      },
    ],
  ]);
}

/** Opens a modem that no hub holds, and waits until it is set up or cannot be. */
export async function openModemHere(
  config: ModemConfig,
  needs: { readonly clock: Clock; readonly log: Log; readonly kept: Kept; readonly openPort?: OpenPort },
): Promise<{ readonly ok: true; readonly modem: Modem } | Refused> {
  const settled = Promise.withResolvers<void>();
  const modem = createModem(config, {
    ...needs,
    changed({ conversation }) {
      if (conversation === 'up' || conversation === 'silent') settled.resolve();
    },
  });
  const cancel = needs.clock.alarm(SETTLE_MS, settled.resolve);
  modem.open();
  await settled.promise;
  cancel();
  const { conversation, trouble } = modem.state();
  if (conversation === 'up') return { ok: true, modem };
  await modem.close();
  return { ok: false, why: trouble ?? 'the modem does not answer' };
}
