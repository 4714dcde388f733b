import type { Socket } from 'node:net';
import { hostname } from 'node:os';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { z } from 'zod';
import type { Clock, Codes, History, Locks, Log, People, Window } from '../hub/ports.ts';
import { ENDPOINTS, type Endpoint, type Work } from './endpoints.ts';
import { type Allowance, createHostGuard, createRate, HEADERS, isForeign, isOnHub } from './guards.ts';
import { type Health, healthReply } from './health.ts';
import type { Fitting } from './install/fitting.ts';
import { whyNot } from './leave.ts';
import { METRICS_TYPE, metricsText } from './metrics.ts';
import { describeApi } from './openapi.ts';
import type { Demo } from './page/demo.ts';
import { refusedAsPage } from './page/refusing.ts';
import { type PageOptions, servePages } from './page/serve.ts';
import { createShownOnce } from './page/shown-once.ts';
import type { HouseNames, PageWork } from './page/visit.ts';
import { type RefusalName, type Reply, refuse } from './refusals.ts';
import type { Deed } from './roles.ts';
import { streamQuery } from './schemas.ts';
import { createSessions, type EndedSession, type Session } from './sessions.ts';
import { type Audience, createStreams } from './stream.ts';
import type { Language } from './words/catalogue.ts';

/** PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface WebOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Further names the hub goes by. */
  readonly names: readonly string[];
  /** Null: plain HTTP, for loopback alone. */
  readonly tls: Certificate | null;
  readonly version: string;
  readonly window: Window;
  readonly codes: Pick<Codes, 'person' | 'era'>;
  readonly people: People;
  readonly locks: Locks;
  readonly history: History;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: () => Health;
  /** What the house and its parts are called by its people. */
  readonly house: HouseNames;
  /** Languages that pages speak; the first stands in for one that is not known. */
  readonly languages: readonly Language[];
  /** An ordinary site, for whoever must not be seen on a page of this hub. */
  readonly leaveTo: string;
  /** Plays the devices of a house that is pretend; null: this one is real. */
  readonly demo: Demo | null;
  /** The installer's hour; null: it cannot be played here. */
  readonly fitting: Fitting | null;
}

/** The open web server. */
export interface WebServer {
  readonly port: number;
  /** Everybody who is signed in, for whoever is at the machine itself. */
  signedIn(): readonly Session[];
  /** Ends those sessions, and what is shown in them. */
  signOut(which: (session: EndedSession) => boolean): Promise<void>;
  close(): Promise<void>;
}

export type WebOpened =
  | { readonly ok: true; readonly server: WebServer }
  | { readonly ok: false; readonly why: string };

/** A body is a code, a list of zones or a short note. */
const LONGEST_BODY = 16 * 1024;
const LONGEST_HEADERS = 8 * 1024;
/** Connections that are answered, and that are accepted at all; those between are told so. */
const MOST_ANSWERED = 256;
const MOST_CONNECTIONS = 512;
const REQUESTS: Allowance = { burst: 100, aSecond: 25 };
/** A greeting in TLS costs more than the request after it. Nothing can be said before it, so who greets too often is hung up on. */
const GREETINGS: Allowance = { burst: 60, aSecond: 20 };
/** A silent connection is hung up on, but not while a code is compared with some two hundred others. */
const LONGEST_ANSWER_MS = 60_000;
/** Who asks too much is answered only after so long, so that asking again costs more than waiting. */
const COOL_DOWN_MS = 1000;

/**
 * The page's server: JSON under /api, `/healthz` and `/metrics`. It loads a web server library, so import this module once the panel is
 * live. A port that cannot be had, and a certificate that cannot be used, are results, not errors.
 */
export async function openWeb(options: WebOptions): Promise<WebOpened> {
  let app: FastifyInstance;
  try {
    app = newServer(options.tls);
  } catch (error) {
    return {
      ok: false,
      why: `the certificate and its key cannot be used (${messageOf(error)}); give PEM files that belong together`,
    };
  }
  const { window, codes, clock, history, people, locks } = options;
  const sessions = createSessions({ window, codes, clock, transport: options.tls === null ? 'plain' : 'tls' });
  const streams = createStreams({ window, history });
  const { house, demo, fitting, languages, leaveTo } = options;
  const shownOnce = createShownOnce(clock);
  const work: PageWork = {
    window,
    history,
    sessions,
    streams,
    clock,
    house,
    demo,
    fitting,
    people,
    locks,
    shownOnce,
  };
  const pages: PageOptions = { work, languages, leaveTo };
  guard(app, options, pages);
  for (const endpoint of ENDPOINTS) serve(app, endpoint, work);
  serveStream(app, work);
  serveOthers(app, options);
  await servePages(app, pages);
  app.addHook('preClose', (done) => {
    streams.close();
    done();
  });
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await app.close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const why = code === 'EADDRINUSE' ? 'another program has it' : code;
    return { ok: false, why: `the web page cannot listen on ${options.host}:${options.port} (${why})` };
  }
  const signOut = async (which: (session: EndedSession) => boolean): Promise<void> => {
    await sessions.endOthers(null, which);
    streams.look();
  };
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return { ok: true, server: { port, signedIn: sessions.list, signOut, close: () => app.close() } };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function newServer(tls: Certificate | null): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: LONGEST_BODY,
    connectionTimeout: 10_000,
    requestTimeout: 5_000,
    keepAliveTimeout: 5_000,
    maxRequestsPerSocket: 1000,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 64 },
    http: { maxHeaderSize: LONGEST_HEADERS, headersTimeout: 5_000 },
    frameworkErrors: (_error, _request, reply: FastifyReply) => send(reply, refuse('bad_request')),
    clientErrorHandler: onClientError,
    ...(tls === null ? {} : { https: { ...tls, minVersion: 'TLSv1.2', handshakeTimeout: 5_000 } as const }),
  }) as unknown as FastifyInstance;
  app.server.maxConnections = MOST_CONNECTIONS;
  app.removeContentTypeParser('text/plain');
  return app;
}

/** What is no HTTP at all is told so in as few words, and hung up on. */
function onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const { body } = refuse(error.code === 'HPE_HEADER_OVERFLOW' ? 'too_large' : 'bad_request');
  const text = JSON.stringify(body);
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const head = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${text.length}`;
  socket.end(`${head}\r\n\r\n${text}`, () => socket.destroy());
}

function send(reply: FastifyReply, { status, body, headers = {} }: Reply): FastifyReply {
  return reply.code(status).headers(HEADERS).headers(headers).send(body);
}

/** What every request has to get past, in this order. */
function guard(app: FastifyInstance, { host, names, tls, clock, log }: WebOptions, pages: PageOptions): void {
  const sayNo = (request: FastifyRequest, reply: FastifyReply, refusal: RefusalName): FastifyReply =>
    refusedAsPage(pages, request, reply, refusal) === 'sent' ? reply : send(reply, refuse(refusal));
  const own = hostname();
  const isOurName = createHostGuard([host, own, `${own}.local`, ...names]);
  const rate = createRate(REQUESTS, () => clock.monotonicMs());
  const greetings = createRate(GREETINGS, () => clock.monotonicMs());
  let connections = 0;
  app.server.on('connection', (socket: Socket) => {
    if (tls !== null && greetings(socket.remoteAddress ?? '') === 'too much') socket.destroy();
    connections += 1;
    socket.on('close', () => {
      connections -= 1;
    });
  });

  // One request a turn of the event loop: what the sensors say comes in between, however many ask at once.
  let turn: Promise<unknown> = Promise.resolve();
  const itsTurn = (): Promise<unknown> => {
    turn = turn.then(() => setImmediate());
    return turn;
  };

  app.addHook('onRequest', async (request, reply) => {
    const refusal = await turnedAway(request);
    if (refusal === null) {
      await itsTurn();
      return;
    }
    reply.header('connection', 'close');
    return sayNo(request, reply, refusal);
  });

  app.addHook('preHandler', (request, _reply, done) => {
    request.socket.setTimeout(LONGEST_ANSWER_MS);
    done();
  });

  async function turnedAway({ method, url, headers, socket }: FastifyRequest): Promise<RefusalName | null> {
    // A call for help is counted apart, so that it is not held up by whatever else comes from the same address.
    const help = url === '/api/panic' || url === '/now';
    if (connections > MOST_ANSWERED && !help) return 'busy';
    if (rate(`${help ? 'help' : 'any'} ${socket.remoteAddress ?? ''}`) === 'too much') {
      await setTimeout(COOL_DOWN_MS, null, { ref: false });
      return 'too_many';
    }
    return changesFromElsewhere(method, headers);
  }

  function changesFromElsewhere(method: string, headers: FastifyRequest['headers']): RefusalName | null {
    if (!isOurName(headers.host)) return 'wrong_host';
    return method !== 'GET' && isForeign(headers) ? 'wrong_origin' : null;
  }

  app.setNotFoundHandler((request, reply) => sayNo(request, reply, 'not_found'));
  app.setErrorHandler<{ statusCode?: number; code?: string }>((error, request, reply) => {
    const refusal = refusalOf(error);
    // Neither words nor stack: what went wrong may carry what somebody sent.
    if (refusal === 'failed')
      log.error({ route: request.routeOptions.url ?? '' }, 'a request failed in the hub itself');
    sayNo(request, reply, refusal);
  });
}

function refusalOf({ statusCode }: { readonly statusCode?: number }): RefusalName {
  switch (statusCode) {
    case 413:
      return 'too_large';
    case 415:
      return 'wrong_type';
    case undefined:
      return 'failed';
    default:
      return statusCode < 500 ? 'bad_request' : 'failed';
  }
}

function serve(app: FastifyInstance, endpoint: Endpoint, work: Work): void {
  app.route({
    method: endpoint.method,
    url: endpoint.url,
    async handler(request, reply) {
      const by = work.sessions.of(request.headers.cookie);
      return send(reply, mayNot(endpoint.leave, by, work) ?? (await answer(endpoint, by, request, work)));
    },
  });
}

/** Null: they may. */
function mayNot(leave: Endpoint['leave'], by: Session | null, { window }: Work): Reply | null {
  const why = whyNot(leave, by, window);
  return why === null ? null : refuse(why);
}

async function answer(endpoint: Endpoint, by: Session | null, request: FastifyRequest, work: Work): Promise<Reply> {
  const body = endpoint.body.safeParse(request.body ?? {});
  const query = endpoint.query.safeParse(request.query ?? {});
  const path = endpoint.path.safeParse(request.params ?? {});
  for (const part of [body, query, path]) if (!part.success) return misunderstood(part.error);
  return endpoint.run(work, by, { body: body.data, query: query.data, path: path.data });
}

/** Where it is wrong and how, in one line. What was sent is not repeated: it may be a code. */
function misunderstood({ issues }: z.ZodError): Reply {
  const [first] = issues;
  if (first === undefined) return refuse('bad_request');
  const where = first.path.length === 0 ? '' : `${first.path.join('.')}: `;
  const [key] = first.code === 'unrecognized_keys' ? first.keys : [first.path[0]];
  return refuse('bad_request', key === undefined ? {} : { field: String(key) }, `${where}${first.message}`);
}

function serveStream(app: FastifyInstance, work: Work): void {
  app.get('/api/stream', async (request, reply) => {
    const by = work.sessions.of(request.headers.cookie);
    if (by === null) return send(reply, refuse('no_session'));
    const refused = mayNot('see-state', by, work);
    if (refused !== null) return send(reply, refused);
    const query = streamQuery.safeParse(request.query ?? {});
    if (!query.success) return send(reply, misunderstood(query.error));
    if (!work.streams.hasRoom(by.id)) return send(reply, refuse('too_many_streams'));
    reply.hijack();
    const { raw } = reply;
    raw.socket?.setTimeout(0);
    raw.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream; charset=utf-8', connection: 'close' });
    work.streams.open(raw, by.id, audienceOf(work, by.id), lastSeen(request) ?? query.data.after ?? null);
    return reply;
  });
}

/** What this session may see, each time as it is then. */
function audienceOf(work: Work, id: string): Audience {
  return () => {
    const now = work.sessions.byId(id);
    if (now === null) return null;
    const may = (deed: Deed) => (mayNot(deed, now, work) === null ? 'yes' : 'no');
    return {
      state: may('see-state'),
      rows: may('see-history'),
      alarms: may('see-alarms'),
      walk: may('walk-test'),
    };
  };
}

function lastSeen(request: FastifyRequest): number | null {
  const said = request.headers['last-event-id'];
  return typeof said === 'string' && /^\d{1,15}$/.test(said) ? Number(said) : null;
}

function serveOthers(app: FastifyInstance, { version, window, health }: WebOptions): void {
  const description = describeApi(ENDPOINTS, version);
  app.get('/api/openapi.json', (_request, reply) => send(reply, { status: 200, body: description }));
  app.get('/healthz', (_request, reply) => send(reply, healthReply(health())));
  app.get('/metrics', (request, reply) => {
    if (!isOnHub(request.socket.remoteAddress, request.headers)) return send(reply, refuse('local_only'));
    const text = metricsText(window.view(), { version, ready: health().status === 'ready' });
    return reply.headers(HEADERS).type(METRICS_TYPE).send(text);
  });
}
