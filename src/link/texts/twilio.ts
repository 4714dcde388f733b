import type { Twilio } from 'twilio';
import type { MessageInstance, MessagePage } from 'twilio/lib/rest/api/v2010/account/message.js';
import { type WallTime, wallTime } from '../../base/time.ts';
import type {
  FetchResult,
  FindResult,
  IncomingText,
  OutgoingText,
  SendResult,
  StatusResult,
  TextPath,
  TextStatus,
} from '../../hub/ports.ts';
import { loadClient, type Trouble, type TwilioConfig, TwilioTrouble } from './twilio-client.ts';

export interface TwilioOptions {
  /** Deadline of one exchange, instead of 10 s for sending and 8 s for asking. */
  readonly timeoutMs?: number;
}

const SEND_MS = 10_000;
const ASK_MS = 8000;
const PAGE = 50;
/** A search or a fetch looks at 200 texts, the newest. */
const MAX_PAGES = 4;
/** Twilio's times are whole seconds of its own clock; a text is known by its words and its receiver, not by its second. */
const CLOCK_SLACK_MS = 60_000;
/** What Twilio accepts as a validity period, in seconds. */
const VALIDITY = { min: 1, max: 36_000 };

/**
 * Texts through Twilio. Nothing throws, nothing is repeated here, every exchange ends within its deadline. What an outcome
 * means for sending again: 4xx is `refused`; 429, and a 503 that says when to come back or is Twilio's own, are `later`;
 * other 5xx are `unknown`, because a server that breaks may break after taking the text; what ended before a connection
 * stood is `later`; everything after that is `unknown`. A `why` holds Twilio's number of the error and our own words for
 * it, never the far end's sentence: that one quotes phone numbers. A ring is a call that says one neutral line twice and
 * hangs up; whether somebody picked up is not asked, since a mailbox picks up too.
 */
export function createTwilio(config: TwilioConfig, options: TwilioOptions = {}): TextPath {
  const timeout = (method: string) => options.timeoutMs ?? (method === 'POST' ? SEND_MS : ASK_MS);
  let loading: Promise<Twilio> | null = null;
  /** A client that could not be loaded is tried anew the next time. */
  const client = (): Promise<Twilio> => {
    loading ??= loadClient(config, timeout).catch(() => {
      loading = null;
      throw new TwilioTrouble({ kind: 'unsent', why: 'the Twilio client could not be loaded' });
    });
    return loading;
  };
  return {
    id: 'twilio',
    send: async (text) => send(client, config, text),
    find: async (text, since) => find(client, config, text, since),
    status: async (sid) => status(client, sid),
    fetch: async (since) => fetchReplies(client, config, since),
    ring: async (to) => ring(client, config, to),
    watch: null,
  };
}

type Load = () => Promise<Twilio>;

async function send(load: Load, config: TwilioConfig, text: OutgoingText): Promise<SendResult> {
  try {
    const client = await load();
    const message = await client.messages.create({
      to: text.to,
      from: config.from,
      body: text.body,
      validityPeriod: Math.min(VALIDITY.max, Math.max(VALIDITY.min, Math.trunc(text.validSeconds))),
    });
    if (isSid(message.sid)) return { outcome: 'accepted', sid: message.sid };
    return { outcome: 'unknown', why: 'the answer names no text' };
  } catch (error) {
    return unsent(troubleOf(error));
  }
}

/** Nothing in it tells what it is about; twice, because the first words of a call are often missed. */
const SPOKEN = '<Response><Pause length="1"/><Say loop="2">Please look at your text messages.</Say></Response>';
/** So long it rings before it gives up; most mailboxes pick up sooner. */
const RING_SECONDS = 40;
const CALL_SECONDS = 60;

async function ring(load: Load, config: TwilioConfig, to: string): Promise<SendResult> {
  try {
    const client = await load();
    const call = await client.calls.create({
      to,
      from: config.from,
      twiml: SPOKEN,
      timeout: RING_SECONDS,
      timeLimit: CALL_SECONDS,
    });
    if (isSid(call.sid)) return { outcome: 'accepted', sid: call.sid };
    return { outcome: 'unknown', why: 'the answer names no call' };
  } catch (error) {
    return unsent(troubleOf(error));
  }
}

async function find(load: Load, config: TwilioConfig, text: OutgoingText, since: WallTime): Promise<FindResult> {
  const oldest = since - CLOCK_SLACK_MS;
  try {
    const client = await load();
    // No filter by date: the one there is looks at when a text was sent, and one that waits in a queue was not.
    const { messages, complete } = await newest(client, { to: text.to, from: config.from }, oldest);
    const match = messages.find(
      (one) => isSid(one.sid) && one.body === text.body && one.direction !== 'inbound' && createdAt(one) >= oldest,
    );
    if (match !== undefined) return { outcome: 'found', sid: match.sid, status: statusOf(match.status) };
    return complete ? { outcome: 'absent' } : { outcome: 'unknown', why: 'there are too many texts to look through' };
  } catch (error) {
    return { outcome: 'unknown', why: sentence(troubleOf(error)) };
  }
}

async function status(load: Load, sid: string): Promise<StatusResult> {
  try {
    const client = await load();
    const message = await client.messages(sid).fetch();
    if (typeof message.status !== 'string') return { outcome: 'unknown', why: 'the answer has no status' };
    const known = statusOf(message.status);
    return { outcome: 'known', status: known, why: known === 'failed' ? meaning(message.errorCode) : null };
  } catch (error) {
    return { outcome: 'unknown', why: sentence(troubleOf(error)) };
  }
}

async function fetchReplies(load: Load, config: TwilioConfig, since: WallTime): Promise<FetchResult> {
  const oldest = since - CLOCK_SLACK_MS;
  try {
    const client = await load();
    const day = new Date(oldest);
    day.setUTCHours(0, 0, 0, 0);
    const { messages } = await newest(client, { to: config.from, dateSentAfter: day }, oldest);
    const texts = messages.filter((one) => one.direction === 'inbound' && createdAt(one) >= oldest);
    return { outcome: 'fetched', texts: texts.flatMap(incoming) };
  } catch (error) {
    return { outcome: 'unknown', why: sentence(troubleOf(error)) };
  }
}

interface Found {
  readonly messages: readonly MessageInstance[];
  /** Everything back to the oldest time asked for was seen. */
  readonly complete: boolean;
}

/** What following a page leads to; the first one is a little more. */
type Page = Pick<MessagePage, 'instances' | 'nextPageUrl' | 'nextPage'>;

type Which = { readonly to: string; readonly from?: string; readonly dateSentAfter?: Date };

/** Pages from the newest back. What the first pages hold is worth more than nothing when a later one fails. */
async function newest(client: Twilio, which: Which, oldest: number): Promise<Found> {
  const messages: MessageInstance[] = [];
  let page: Page = await client.messages.page({ ...which, pageSize: PAGE });
  for (let seen = 1; ; seen += 1) {
    messages.push(...page.instances);
    const last = page.instances.at(-1);
    if (page.nextPageUrl === undefined || last === undefined || createdAt(last) < oldest) {
      return { messages, complete: true };
    }
    if (seen === MAX_PAGES) return { messages, complete: false };
    const next = await page.nextPage()?.catch(() => undefined);
    if (next === undefined) return { messages, complete: false };
    page = next;
  }
}

function incoming(message: MessageInstance): readonly IncomingText[] {
  if (!isSid(message.sid) || typeof message.from !== 'string') return [];
  const body = typeof message.body === 'string' ? message.body : '';
  return [{ sid: message.sid, from: message.from, body, at: wallTime(createdAt(message)) }];
}

/** A text whose time cannot be read counts as new: it was among the newest. */
function createdAt(message: MessageInstance): number {
  const time = [message.dateCreated, message.dateSent].find(
    (date) => date instanceof Date && !Number.isNaN(date.getTime()),
  );
  return time?.getTime() ?? Date.now();
}

const isSid = (sid: unknown): sid is string => typeof sid === 'string' && /^[A-Za-z0-9]{2,64}$/.test(sid);

/** `queued`, `sending` and `sent` are not delivery; a canceled text was never sent. */
function statusOf(status: string): TextStatus {
  switch (status) {
    case 'delivered':
    case 'read':
      return 'delivered';
    case 'failed':
    case 'undelivered':
    case 'canceled':
      return 'failed';
    default:
      return 'accepted';
  }
}

/** An error that is not ours comes from reading an answer: something came back, but not what was asked for. */
function troubleOf(error: unknown): Trouble {
  if (error instanceof TwilioTrouble) return error.trouble;
  return { kind: 'unclear', why: 'the answer could not be read' };
}

function unsent(trouble: Trouble): SendResult {
  const why = sentence(trouble);
  if (trouble.kind === 'unsent') return { outcome: 'later', why, retryAfterMs: null };
  if (trouble.kind === 'unclear') return { outcome: 'unknown', why };
  const { status: http, code, retryAfterMs } = trouble;
  if (http === 429) return { outcome: 'later', why, retryAfterMs };
  if (http === 503 && (retryAfterMs !== null || code !== null)) return { outcome: 'later', why, retryAfterMs };
  // Not Twilio's own voice: a login page of some network on the way, which took no text.
  if (http >= 300 && http < 400) return { outcome: 'later', why, retryAfterMs };
  return http >= 400 && http < 500 && http !== 408 ? { outcome: 'refused', why } : { outcome: 'unknown', why };
}

function sentence(trouble: Trouble): string {
  if (trouble.kind !== 'answer') return trouble.why;
  return `HTTP ${trouble.status}, ${meaning(trouble.code)}`;
}

/** Own words for what a house meets most; https://www.twilio.com/docs/api/errors has the others. */
const MEANINGS: ReadonlyMap<number, string> = new Map([
  [20003, 'the account SID or the token is wrong'],
  [20404, 'there is no such account or text'],
  [20429, 'too many requests'],
  [20503, 'the service is not available'],
  [21211, 'the number of the contact is not valid'],
  [21212, 'the number it is sent from is not valid'],
  [21408, 'this account may not send to that country'],
  [21606, 'the number it is sent from does not belong to this account'],
  [21608, 'a trial account may send to verified numbers only'],
  [21610, 'the contact has replied STOP and must send START'],
  [21614, 'the number of the contact cannot get texts'],
  [21617, 'the text is too long'],
  [30003, 'the phone is switched off or out of reach'],
  [30005, 'the number is unknown'],
  [30006, 'the number is a landline or its network cannot be reached'],
  [30007, 'the network took it for spam'],
  [30008, 'no reason is known'],
  [30036, 'it was not sent in time'],
]);

function meaning(code: number | null | undefined): string {
  if (typeof code !== 'number') return 'no error number was given';
  const words = MEANINGS.get(code);
  return words === undefined ? `error ${code}` : `error ${code}: ${words}`;
}
