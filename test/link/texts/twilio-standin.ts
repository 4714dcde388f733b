import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

// A stateful stand-in for the calls of Twilio's API that the hub uses, after test/facts/twilio_messages.openapi.json. The
// contract test holds every kind of its answers against that file. It describes texts alone: the call that rings a telephone
// is after Twilio's own client and page of it, and held against nothing.

/** What to do with the next request of a kind, instead of the ordinary thing. */
export type Act =
  /** 429, 503, 500 or whatever, with Twilio's error body; the text is not taken. */
  | { readonly do: 'refuse'; readonly status: number; readonly code: number; readonly retryAfter?: string }
  /** As above without Twilio's body, as a broken proxy would. */
  | { readonly do: 'break'; readonly status: number }
  /** Takes the text, then drops the connection without an answer. */
  | { readonly do: 'reset-after' }
  /** Drops the connection without taking the text. */
  | { readonly do: 'reset-before' }
  /** Takes the text and never answers. */
  | { readonly do: 'hang' }
  /** Takes the text and answers something that cannot be read. */
  | { readonly do: 'garbage'; readonly body: string }
  /** Takes the text; asked for, it goes through these statuses and stays at the last. Default: `queued`, then `delivered`. */
  | { readonly do: 'take'; readonly statuses: readonly string[]; readonly errorCode?: number };

type Operation = 'send' | 'list' | 'status' | 'ring';

interface SentText {
  readonly sid: string;
  readonly to: string;
  readonly body: string;
  readonly validitySeconds: number | null;
}

/** One exchange, for the contract test. `body` is what was answered; null: nothing. */
export interface Exchange {
  readonly operation: Operation | 'other';
  readonly status: number;
  readonly body: string | null;
  readonly form: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

export interface TwilioStandIn {
  /** For `apiBase`. */
  readonly url: string;
  readonly accountSid: string;
  readonly authToken: string;
  /** Every call it took, in order. */
  readonly rung: readonly { readonly sid: string; readonly to: string; readonly twiml: string }[];
  /** Every text it took, in order. */
  readonly sent: readonly SentText[];
  readonly exchanges: readonly Exchange[];
  /** A text comes in from this number. Gives its sid. */
  receive(from: string, body: string): string;
  /** The next requests of a kind go like this, one after another. */
  script(operation: Operation, ...acts: readonly Act[]): void;
  /** Resolves when the condition holds after some request. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export interface StandInOptions {
  readonly accountSid?: string;
  readonly authToken?: string;
  /** Our number. */
  readonly from?: string;
}

interface Message {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly body: string;
  readonly direction: 'inbound' | 'outbound-api';
  readonly created: Date;
  readonly statuses: readonly string[];
  readonly errorCode: number | null;
  asked: number;
}

const RING_FIELDS = new Set(['To', 'From', 'Twiml', 'Timeout', 'TimeLimit']);
const FORM_FIELDS = new Set(['To', 'From', 'Body', 'ValidityPeriod']);

/** Starts it on a free port of loopback. */
export async function startTwilioStandIn(options: StandInOptions = {}): Promise<TwilioStandIn> {
  const accountSid = options.accountSid ?? `AC${'0'.repeat(32)}`;
  const authToken = options.authToken ?? 'stand-in-token';
  const ours = options.from ?? '+447700900001';
  const messages: Message[] = [];
  const sent: SentText[] = [];
  const rung: { readonly sid: string; readonly to: string; readonly twiml: string }[] = [];
  const exchanges: Exchange[] = [];
  const scripts: Record<Operation, Act[]> = { send: [], list: [], status: [], ring: [] };
  const watchers = new Set<() => void>();
  const root = `/2010-04-01/Accounts/${accountSid}/Messages`;
  let number = 0;

  const newSid = (): string => {
    number += 1;
    return `SM${number.toString(16).padStart(32, '0')}`;
  };

  function take(form: URLSearchParams, act: Act | undefined): Message {
    const scripted = act?.do === 'take' ? act : null;
    const message: Message = {
      sid: newSid(),
      to: form.get('To') ?? '',
      from: form.get('From') ?? '',
      body: form.get('Body') ?? '',
      direction: 'outbound-api',
      created: new Date(),
      statuses: scripted?.statuses ?? ['queued', 'delivered'],
      errorCode: scripted?.errorCode ?? null,
      asked: 0,
    };
    messages.push(message);
    const validity = form.get('ValidityPeriod');
    sent.push({
      sid: message.sid,
      to: message.to,
      body: message.body,
      validitySeconds: validity === null ? null : Number(validity),
    });
    return message;
  }

  function shown(message: Message): object {
    const status = message.statuses[Math.min(message.asked, message.statuses.length - 1)] ?? 'queued';
    const time = message.created.toUTCString().replace('GMT', '+0000');
    const waiting = status === 'queued' || status === 'accepted';
    const failed = status === 'failed' || status === 'undelivered';
    return {
      account_sid: accountSid,
      api_version: '2010-04-01',
      body: message.body,
      date_created: time,
      date_sent: waiting ? null : time,
      date_updated: time,
      direction: message.direction,
      error_code: failed ? message.errorCode : null,
      error_message: null,
      from: message.from,
      messaging_service_sid: null,
      num_media: '0',
      num_segments: '1',
      price: null,
      price_unit: 'GBP',
      sid: message.sid,
      status,
      subresource_uris: { media: `${root}/${message.sid}/Media.json` },
      to: message.to,
      uri: `${root}/${message.sid}.json`,
    };
  }

  function list(query: URLSearchParams): object {
    const since = Date.parse(query.get('DateSent>') ?? '');
    const size = Math.min(1000, Number(query.get('PageSize') ?? 50));
    const page = Number(query.get('Page') ?? 0);
    const all = messages.filter((one) => matches(one, query, since, shown(one))).toReversed();
    const rest = new URLSearchParams(query);
    const at = (index: number) => {
      rest.set('Page', String(index));
      return `${root}.json?${rest}`;
    };
    const part = all.slice(page * size, (page + 1) * size);
    return {
      first_page_uri: at(0),
      next_page_uri: (page + 1) * size < all.length ? at(page + 1) : null,
      previous_page_uri: page === 0 ? null : at(page - 1),
      uri: at(page),
      page,
      page_size: size,
      start: page * size,
      end: page * size + Math.max(0, part.length - 1),
      messages: part.map(shown),
    };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const form = new URLSearchParams(await textOf(request));
    const operation = operationOf(request.method ?? '', url.pathname, root);
    const act = operation === 'other' ? undefined : scripts[operation].shift();
    const [status, body] = reply(operation, act, url, form, request);
    exchanges.push({
      operation,
      status,
      body,
      form: Object.fromEntries(form),
      query: Object.fromEntries(url.searchParams),
    });
    if (body === null) {
      if (act?.do !== 'hang') request.socket.destroy();
    } else {
      const retry = act?.do === 'refuse' && act.retryAfter !== undefined ? { 'Retry-After': act.retryAfter } : {};
      response.writeHead(status, { 'Content-Type': 'application/json', ...retry });
      response.end(body);
    }
    for (const watcher of [...watchers]) watcher();
  }

  /** Status and body; null: no answer. */
  function reply(
    operation: Operation | 'other',
    act: Act | undefined,
    url: URL,
    form: URLSearchParams,
    request: IncomingMessage,
  ): [number, string | null] {
    const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
    if (request.headers.authorization !== expected) return trouble(401, 20003, 'Authenticate');
    if (act?.do === 'refuse') return trouble(act.status, act.code, `Number ${form.get('To') ?? ''} is of no use`);
    if (act?.do === 'break') return [act.status, '<html>broken</html>'];
    if (act?.do === 'reset-before') return [0, null];
    if (operation === 'other') return trouble(404, 20404, 'The requested resource was not found');
    const body =
      operation === 'ring' ? called(form) : operation === 'send' ? created(form, request, act) : read(operation, url);
    if (act?.do === 'reset-after' || act?.do === 'hang') return [0, null];
    return act?.do === 'garbage' ? [body[0], act.body] : body;
  }

  function called(form: URLSearchParams): [number, string] {
    const unknown = [...form.keys()].find((key) => !RING_FIELDS.has(key));
    if (unknown !== undefined) return trouble(400, 20001, 'Bad form');
    if (form.get('From') !== ours) return trouble(400, 21210, "The 'From' number is not yours");
    if (!form.get('Twiml')?.startsWith('<Response>')) return trouble(400, 21205, 'No instructions');
    const call = { sid: newSid().replace('SM', 'CA'), to: form.get('To') ?? '', twiml: form.get('Twiml') ?? '' };
    rung.push(call);
    return [201, JSON.stringify({ account_sid: accountSid, sid: call.sid, status: 'queued', to: call.to, from: ours })];
  }

  function created(form: URLSearchParams, request: IncomingMessage, act: Act | undefined): [number, string] {
    const unknown = [...form.keys()].find((key) => !FORM_FIELDS.has(key));
    const validity = Number(form.get('ValidityPeriod') ?? 36_000);
    const urlencoded = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
    if (!urlencoded || unknown !== undefined) return trouble(400, 20001, 'Bad form');
    if (!/^\+[1-9]\d{6,14}$/.test(form.get('To') ?? '')) return trouble(400, 21211, "Invalid 'To' Phone Number");
    if (form.get('From') !== ours) return trouble(400, 21606, "The 'From' number is not yours");
    if (!Number.isInteger(validity) || validity < 1 || validity > 36_000) return trouble(400, 20001, 'Bad validity');
    return [201, JSON.stringify(shown(take(form, act)))];
  }

  function read(operation: 'list' | 'status', url: URL): [number, string] {
    if (operation === 'list') return [200, JSON.stringify(list(url.searchParams))];
    const sid = url.pathname.slice(root.length + 1).replace(/\.json$/, '');
    const message = messages.find((one) => one.sid === sid);
    if (message === undefined) return trouble(404, 20404, 'The requested resource was not found');
    message.asked += 1;
    return [200, JSON.stringify(shown(message))];
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    accountSid,
    authToken,
    rung,
    sent,
    exchanges,
    receive(from, body) {
      const sid = newSid();
      const created = new Date();
      messages.push({
        sid,
        to: ours,
        from,
        body,
        direction: 'inbound',
        created,
        statuses: ['received'],
        errorCode: null,
        asked: 0,
      });
      return sid;
    },
    script(operation, ...acts) {
      scripts[operation].push(...acts);
    },
    until(condition) {
      if (condition()) return Promise.resolve();
      return new Promise((resolve) => {
        const watcher = () => {
          if (!condition()) return;
          watchers.delete(watcher);
          resolve();
        };
        watchers.add(watcher);
      });
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function trouble(status: number, code: number, message: string): [number, string] {
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  return [status, JSON.stringify({ code, message, more_info, status })];
}

function operationOf(method: string, path: string, root: string): Operation | 'other' {
  if (path === root.replace(/Messages$/, 'Calls.json') && method === 'POST') return 'ring';
  if (path === `${root}.json` && method === 'POST') return 'send';
  if (path === `${root}.json` && method === 'GET') return 'list';
  return path.startsWith(`${root}/`) && method === 'GET' ? 'status' : 'other';
}

/** As the real one: a filter by date passes over what was not sent yet. */
function matches(message: Message, query: URLSearchParams, since: number, view: object): boolean {
  const { to, from } = { to: query.get('To') ?? message.to, from: query.get('From') ?? message.from };
  if (message.to !== to || message.from !== from) return false;
  if (Number.isNaN(since)) return true;
  return 'date_sent' in view && view.date_sent !== null && message.created.getTime() >= since;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}
