import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { wallTime } from '../base/time.ts';
import type { Log } from '../hub/ports.ts';
import { MAX_ANSWER_BYTES } from '../link/signed/messages.ts';
import { createHostGuard, isForeign } from '../web/guards.ts';
import type { DeskSetup } from './config.ts';
import type { Desk } from './desk.ts';
import { type Act, CALL_RESULTS, type CallResult, OUTCOMES, type Outcome } from './model.ts';
import type { Operators } from './operators.ts';
import { SCRIPT } from './page/script.ts';
import { STYLE } from './page/style.ts';
import * as views from './page/views.ts';
import type { Answered, Signed } from './receive.ts';
import type { SessionRow, Store } from './store.ts';
import { createStreams } from './streams.ts';

export interface DeskWebParts {
  readonly setup: DeskSetup;
  readonly desk: Desk;
  readonly store: Store;
  readonly operators: Operators;
  readonly receive: (message: Signed) => Promise<Answered>;
  readonly log: Log;
  readonly now: () => number;
}

export interface DeskWeb {
  readonly port: number;
  close(): Promise<void>;
}

/** Rows of the queue, the hubs and the closed cases on one page. */
const MOST_ROWS = 200;
const LONGEST_TEXT = 400;
const COOKIE = 'lantern-desk';

const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // With `no-referrer` a browser would not even tell us that a form is our own.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

type Form = URLSearchParams;

/** Opens the desk's one port: hubs at POST /hub, operators everywhere else. Rejects with one sentence when it cannot. */
export async function openDeskWeb(parts: DeskWebParts): Promise<DeskWeb> {
  const { setup, log } = parts;
  const app = newServer(setup);
  const streams = createStreams(parts.store, parts.now);
  guard(app, setup, log);
  serveHubs(app, parts);
  serveStatic(app);
  serveSignIn(app, parts);
  servePages(app, parts);
  serveActs(app, parts);
  app.get('/live', async (request, reply) => {
    const session = await parts.operators.session(tokenOf(request));
    if (session === null) return sayNo(reply, 401, 'Sign in first.');
    if (!streams.hasRoom()) return sayNo(reply, 503, 'Too many pages are open.');
    reply.hijack();
    reply.raw.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
    streams.open(reply.raw, async () => (await parts.operators.session(tokenOf(request))) !== null);
    return reply;
  });
  app.addHook('preClose', (done) => {
    streams.close();
    done();
  });
  try {
    await app.listen({ host: setup.web.host, port: setup.web.port });
  } catch (error) {
    await app.close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const why = code === 'EADDRINUSE' ? 'another program has it; give another --port' : code;
    throw new Error(`the desk cannot listen on ${setup.web.host}:${setup.web.port} (${why})`);
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : setup.web.port;
  return { port, close: () => app.close() };
}

function newServer({ web }: DeskSetup): FastifyInstance {
  const tls = web.tls === null ? null : { cert: readFileSync(web.tls.cert), key: readFileSync(web.tls.key) };
  const app = fastify({
    logger: false,
    bodyLimit: MAX_ANSWER_BYTES,
    requestTimeout: 10_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 100 },
    ...(tls === null ? {} : { https: { ...tls, minVersion: 'TLSv1.2' } as const }),
  }) as unknown as FastifyInstance;
  app.removeAllContentTypeParsers();
  // What is signed are the bytes as they came.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, new URLSearchParams(String(body))),
  );
  return app;
}

function guard(app: FastifyInstance, { web }: DeskSetup, log: Log): void {
  const isOurName = createHostGuard([web.host, hostname(), ...web.names]);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    if (!isOurName(request.headers.host))
      return sayNo(reply, 421, 'This desk does not go by that name; add it to web.names of its config.');
    if (request.method !== 'GET' && request.url !== '/hub' && isForeign(request.headers))
      return sayNo(reply, 403, 'This came from another page.');
  });
  app.setNotFoundHandler((_request, reply) => sayNo(reply, 404, 'There is no such page.'));
  app.setErrorHandler<{ statusCode?: number; message: string }>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500)
      log.error({ route: request.routeOptions.url ?? '', why: error.message }, 'a request failed in the desk itself');
    return sayNo(
      reply,
      status,
      status >= 500 ? 'The desk cannot answer at the moment. Try again.' : 'This cannot be read.',
    );
  });
}

const sayNo = (reply: FastifyReply, status: number, why: string): FastifyReply =>
  reply.code(status).headers(HEADERS).type('text/plain; charset=utf-8').send(why);
const showPage = (reply: FastifyReply, text: string): FastifyReply => reply.type('text/html; charset=utf-8').send(text);

// ---- hubs ------------------------------------------------------------------------------------------------------------

function serveHubs(app: FastifyInstance, { receive, store, now }: DeskWebParts): void {
  app.post('/hub', async (request, reply) => {
    const header = (name: string): string => {
      const value = request.headers[name];
      return typeof value === 'string' ? value : '';
    };
    const { status, time, signature, body } = await receive({
      hub: header('lantern-hub'),
      time: header('lantern-time'),
      signature: header('lantern-signature'),
      body: typeof request.body === 'string' ? request.body : '',
    });
    reply.code(status).header('lantern-time', time).type('application/json');
    if (signature !== null) reply.header('lantern-signature', signature);
    return reply.send(body);
  });
  app.get('/healthz', async (_request, reply) => {
    await store.listening(wallTime(now()));
    return reply.type('application/json').send('{"status":"ready"}');
  });
}

function serveStatic(app: FastifyInstance): void {
  app.get('/desk.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(STYLE));
  app.get('/desk.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(SCRIPT));
}

// ---- who -------------------------------------------------------------------------------------------------------------

function tokenOf({ headers }: FastifyRequest): string | null {
  const found = new RegExp(`(?:^|;\\s*)${COOKIE}=([A-Za-z0-9_-]{1,64})`).exec(headers.cookie ?? '');
  return found?.[1] ?? null;
}

function serveSignIn(app: FastifyInstance, { setup, operators }: DeskWebParts): void {
  const cookie = (value: string, seconds: number): string =>
    `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${setup.web.tls === null ? '' : '; Secure'}`;
  app.get('/sign-in', (_request, reply) => showPage(reply, views.signInPage(setup.name, null)));
  app.post('/sign-in', async (request, reply) => {
    const form = formOf(request);
    const name = (form.get('name') ?? '').slice(0, 64);
    const done = await operators.signIn(name, form.get('password') ?? '');
    if (!done.ok) return showPage(reply.code(401), views.signInPage(setup.name, done.why));
    return reply.header('set-cookie', cookie(done.token, 12 * 3600)).redirect('/', 303);
  });
  app.post('/sign-out', async (request, reply) => {
    const session = await operators.session(tokenOf(request));
    if (session !== null && isTheirs(session, formOf(request))) await operators.signOut(tokenOf(request));
    return reply.header('set-cookie', cookie('', 0)).redirect('/sign-in', 303);
  });
}

const formOf = ({ body }: FastifyRequest): Form => (body instanceof URLSearchParams ? body : new URLSearchParams());

/** The form was made for this very session. */
function isTheirs({ csrf }: SessionRow, form: Form): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(csrf), digest(form.get('csrf') ?? ''));
}

// ---- what they see -----------------------------------------------------------------------------------------------------

function servePages(app: FastifyInstance, { setup, store, operators, now }: DeskWebParts): void {
  const frame = (session: SessionRow): views.Frame => ({
    desk: setup.name,
    operator: session.name,
    csrf: session.csrf,
    now: wallTime(now()),
  });
  const accounts = (hub: string): string => setup.hubs.get(hub)?.account ?? hub;
  type Shows = (session: SessionRow, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;
  const shown = (url: string, shows: Shows): void => {
    app.get(url, async (request, reply) => {
      const session = await operators.session(tokenOf(request));
      if (session !== null) return shows(session, request, reply);
      return isPart(request) ? sayNo(reply, 401, 'Sign in first.') : reply.redirect('/sign-in', 303);
    });
  };
  const isPart = ({ query }: FastifyRequest): boolean => typeof query === 'object' && query !== null && 'part' in query;
  const idOf = ({ params }: FastifyRequest): string => (params as { readonly id: string }).id;

  shown('/', async (session, request, reply) => {
    const queue = { ...(await store.queue(MOST_ROWS)), accounts };
    if (isPart(request)) return showPage(reply, views.queuePart(queue, wallTime(now())).html);
    return showPage(reply, views.queuePage(frame(session), queue, null));
  });
  shown('/cases/:id', async (session, request, reply) => {
    const file = await store.caseFile(idOf(request));
    if (file === null) return sayNo(reply, 404, 'There is no such case.');
    const account = accounts(file.found.hub);
    if (isPart(request)) return showPage(reply, views.casePart(file, account, wallTime(now())).html);
    return showPage(reply, views.casePage(frame(session), file, account, null, null));
  });
  shown('/hubs', async (session, _request, reply) =>
    showPage(reply, views.hubsPage(frame(session), await store.hubs(MOST_ROWS), accounts)),
  );
  shown('/hubs/:id', async (session, request, reply) => {
    const id = idOf(request);
    if (!setup.hubs.has(id)) return sayNo(reply, 404, 'There is no such hub.');
    return showPage(reply, views.hubPage(frame(session), id, accounts(id), await store.lines(id, MOST_ROWS)));
  });
  shown('/closed', async (session, _request, reply) =>
    showPage(reply, views.closedPage(frame(session), await store.closedCases(MOST_ROWS), accounts)),
  );
}

// ---- what they do ------------------------------------------------------------------------------------------------------

type Wanted = { readonly ok: true; readonly act: Act } | { readonly ok: false; readonly why: string };

const textIn = (form: Form, name: string): string =>
  (form.get(name) ?? '').replace(/\r\n/g, '\n').trim().slice(0, LONGEST_TEXT).toWellFormed();

/** What a form asks for. */
function readAct(what: string, form: Form): Wanted {
  const text = textIn(form, 'text');
  switch (what) {
    case 'acknowledge':
      return { ok: true, act: { is: 'acknowledge' } };
    case 'card':
      return { ok: true, act: { is: 'view-card' } };
    case 'note':
      return { ok: true, act: { is: 'note', text } };
    case 'stand-down':
      return { ok: true, act: { is: 'stand-down', text } };
    case 'call': {
      const result = form.get('result') ?? '';
      if (!Object.hasOwn(CALL_RESULTS, result)) return { ok: false, why: 'Say how the call went.' };
      return {
        ok: true,
        act: { is: 'call', who: textIn(form, 'who').slice(0, 80), result: result as CallResult, text },
      };
    }
    case 'close': {
      const outcome = form.get('outcome') ?? '';
      if (!Object.hasOwn(OUTCOMES, outcome)) return { ok: false, why: 'A case is closed with an outcome; choose one.' };
      return { ok: true, act: { is: 'close', outcome: outcome as Outcome, text } };
    }
    default:
      return { ok: false, why: 'There is no such thing to do.' };
  }
}

const DONE: Readonly<Record<Act['is'], string>> = {
  acknowledge: 'Acknowledged.',
  note: 'Note kept.',
  call: 'Call kept.',
  'stand-down': 'Asked for.',
  'view-card': '',
  close: 'Closed.',
};

function serveActs(app: FastifyInstance, { setup, desk, store, operators, now }: DeskWebParts): void {
  app.post('/cases/:id/:what', async (request, reply) => {
    const session = await operators.session(tokenOf(request));
    const stays = request.headers['x-part'] === 'said';
    if (session === null) return stays ? sayNo(reply, 401, 'Sign in first.') : reply.redirect('/sign-in', 303);
    const form = formOf(request);
    if (!isTheirs(session, form)) return sayNo(reply, 403, 'This form is not of this session; load the page again.');
    const { id, what } = request.params as { readonly id: string; readonly what: string };
    const wanted = readAct(what, form);
    const why = wanted.ok
      ? await desk.act(
          id,
          session.name,
          wanted.act,
          `${session.name}/${(form.get('once') ?? randomUUID()).slice(0, 64)}`,
        )
      : wanted.why;
    if (stays) return sayNo(reply, why === null ? 200 : 409, why ?? (wanted.ok ? DONE[wanted.act.is] : ''));
    if (why === null && what !== 'card')
      return reply.redirect(what === 'close' || what === 'acknowledge' ? '/' : `/cases/${encodeURIComponent(id)}`, 303);
    return showCase(reply, session, id, why);
  });

  /** With the person when that was asked for and written down; else with why not. */
  async function showCase(
    reply: FastifyReply,
    session: SessionRow,
    id: string,
    why: string | null,
  ): Promise<FastifyReply> {
    const frame = { desk: setup.name, operator: session.name, csrf: session.csrf, now: wallTime(now()) };
    const file = await store.caseFile(id);
    const hub = file === null ? undefined : setup.hubs.get(file.found.hub);
    if (file === null || hub === undefined)
      return showPage(reply.code(404), views.saidPage(frame, 'No such case', why ?? ''));
    const person = why === null && file.closedAt === null ? { hub, sent: file.found.card } : null;
    return showPage(reply.code(why === null ? 200 : 409), views.casePage(frame, file, hub.account, person, why));
  }
}
