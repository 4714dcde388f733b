import type { ServerResponse } from 'node:http';
import type { History, LocalNews, LocalRow, LocalView, Window } from '../hub/ports.ts';

/** Streams in all, and of one session. */
const MOST = 32;
const MOST_OF_ONE = 4;
/** What one client may leave unread; then it is dropped. A large house fits in several times. */
const LONGEST_BACKLOG = 256 * 1024;
/** A page that has heard nothing for more than twice as long says that it knows nothing. */
const PING_MS = 5_000;
/** Rows of one page of a resumption, and pages at most: then the client is told to fetch the rest itself. */
const PAGE = 200;
const MOST_PAGES = 10;
/** Rows that may come while older ones are still being sent. */
const MOST_WAITING = 500;

/** What the holder of a stream may be sent at the moment. */
export type Sees = Readonly<Record<'state' | 'rows' | 'alarms' | 'walk', 'yes' | 'no'>>;

/** Null: nothing any more. */
export type Audience = () => Sees | null;

export interface Streams {
  /** Writes from now on, until the client goes or must go. `after`: the last row it has; null: it wants no older ones. */
  open(raw: ServerResponse, session: string, audience: Audience, after: number | null): void;
  /** False: there are too many, of this session or in all. */
  hasRoom(session: string): boolean;
  /** A session has ended, or what it may see has changed. */
  look(): void;
  close(): void;
}

export interface StreamsNeeds {
  readonly window: Pick<Window, 'view' | 'tellings' | 'watch'>;
  readonly history: History;
  readonly pingMs?: number;
}

interface Client {
  readonly raw: ServerResponse;
  readonly session: string;
  readonly audience: Audience;
  /** Rows that wait for older ones; null: none have to. */
  waiting: LocalRow[] | null;
  /** It had not read everything at the last ping. */
  behind: boolean;
}

/**
 * Server-sent events: first `state`, then `panel`, `zone`, `output` and `alarms` as they change, `walk` as a walk test goes
 * on, and `row` with the `seq` of the local view as id. Nothing waits for a client: who does not read is dropped, and takes up again with Last-Event-ID.
 */
export function createStreams({ window, history, pingMs = PING_MS }: StreamsNeeds): Streams {
  const clients = new Set<Client>();
  const unwatch = window.watch(onNews);
  const pinging = setInterval(ping, pingMs);
  pinging.unref();

  function drop(client: Client): void {
    clients.delete(client);
    client.raw.destroy();
  }

  function write(client: Client, text: string): void {
    if (!clients.has(client)) return;
    client.raw.write(text);
    if (client.raw.writableLength > LONGEST_BACKLOG) drop(client);
  }

  /** What it may see, looked at anew each time; a session that is over ends its streams. */
  function audienceOf(client: Client): Sees | null {
    const now = client.audience();
    if (now === null) {
      clients.delete(client);
      client.raw.end();
    }
    return now;
  }

  function onNews(news: LocalNews): void {
    if (clients.size === 0) return;
    if (news.type === 'row') {
      const text = rowText(news.row);
      for (const client of [...clients]) sendRow(client, news.row, text);
      return;
    }
    const text = newsText(news, window);
    const needs = NEEDED[news.type];
    for (const client of [...clients]) if (audienceOf(client)?.[needs] === 'yes') write(client, text);
  }

  function sendRow(client: Client, row: LocalRow, text: string): void {
    if (audienceOf(client)?.rows !== 'yes') return;
    if (client.waiting === null) write(client, text);
    else if (client.waiting.length < MOST_WAITING) client.waiting.push(row);
    else drop(client);
  }

  function ping(): void {
    for (const client of [...clients]) {
      if (audienceOf(client) === null) continue;
      const behind = client.raw.writableLength > 0;
      if (behind && client.behind) drop(client);
      client.behind = behind;
      // An event and no comment: a page cannot see comments, and has to notice when they stop.
      write(client, 'event: ping\ndata: {}\n\n');
    }
  }

  /** Sends what the client has missed, page by page as it reads, then what came meanwhile. */
  async function resume(client: Client, after: number): Promise<void> {
    let last = after;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const rows = await history.local(last, PAGE);
      if (!clients.has(client)) return;
      if (rows === null) break;
      write(client, rows.map(rowText).join(''));
      last = rows.at(-1)?.seq ?? last;
      if (rows.length < PAGE) {
        catchUp(client, last);
        return;
      }
      await drained(client.raw);
    }
    if (!clients.has(client)) return;
    write(client, eventText('gap', { after: last }));
    catchUp(client, last);
  }

  function catchUp(client: Client, last: number): void {
    const waiting = client.waiting ?? [];
    client.waiting = null;
    for (const row of waiting) if (row.seq > last) write(client, rowText(row));
  }

  return {
    hasRoom: (session) =>
      clients.size < MOST && [...clients].filter((one) => one.session === session).length < MOST_OF_ONE,
    open(raw, session, audience, after) {
      const client: Client = { raw, session, audience, waiting: null, behind: false };
      raw.on('close', () => clients.delete(client));
      raw.on('error', () => drop(client));
      clients.add(client);
      const may = audienceOf(client);
      write(client, 'retry: 3000\n\n');
      if (may?.state === 'yes') write(client, eventText('state', { ...publicState(window.view()) }));
      if (after === null || may?.rows !== 'yes') return;
      client.waiting = [];
      void resume(client, after);
    },
    look() {
      for (const client of [...clients]) audienceOf(client);
    },
    close() {
      unwatch();
      clearInterval(pinging);
      for (const client of [...clients]) drop(client);
    },
  };
}

/** What `GET /api/state` shows: alarms beyond the most urgent one have a page of their own. */
export function publicState({ state, attributes, zones, outputs, installerUntil, walkUntil }: LocalView) {
  return { state, attributes, zones, outputs, installerUntil, walkUntil };
}

/** What `GET /api/alarms` shows: all that may be seen on site, each with who is told of it. */
export function publicAlarms({ view, tellings }: Pick<Window, 'view' | 'tellings'>) {
  const told = new Map(tellings().map(({ alarm, contacts }) => [alarm, contacts]));
  return { alarms: view().alarms.map((alarm) => ({ ...alarm, told: told.get(alarm.id) ?? [] })) };
}

type ShortNews = Exclude<LocalNews, { type: 'row' }>;

/** What one has to be allowed to see for each kind of news. */
const NEEDED: Readonly<Record<ShortNews['type'], keyof Sees>> = {
  panel: 'state',
  zone: 'state',
  output: 'state',
  telling: 'alarms',
  walk: 'walk',
};

const eventText = (event: string, data: unknown): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

const rowText = (row: LocalRow): string => `id: ${row.seq}\n${eventText('row', row)}`;

function newsText(news: ShortNews, window: Pick<Window, 'view' | 'tellings'>): string {
  const view = window.view();
  switch (news.type) {
    case 'panel': {
      const { state, attributes, installerUntil, walkUntil } = view;
      return eventText('panel', { state, attributes, installerUntil, walkUntil });
    }
    case 'telling':
      return eventText('alarms', publicAlarms(window));
    case 'walk':
      return eventText('walk', { zone: news.zone, what: news.what, at: news.at });
    case 'zone':
      return eventText('zone', { id: news.zone, ...view.zones[news.zone] });
    case 'output':
      return eventText('output', { id: news.output, state: view.outputs[news.output] });
  }
}

/** Resolves when there is room again, or the client is gone. */
function drained(raw: ServerResponse): Promise<void> {
  if (raw.destroyed || !raw.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      raw.off('drain', done);
      raw.off('close', done);
      resolve();
    };
    raw.on('drain', done);
    raw.on('close', done);
  });
}
