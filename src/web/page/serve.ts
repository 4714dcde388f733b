import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HEADERS } from '../guards.ts';
import { whyNot } from '../leave.ts';
import { orderOf } from '../order.ts';
import type { Session } from '../sessions.ts';
import type { Language } from '../words/catalogue.ts';
import { CSS_PATH, codingOf, JS_PATH, makeAssets, manifestOf } from './assets.ts';
import { againBody, enterBody, saidBody } from './enter.ts';
import { type Frame, framed, type PageParts } from './frame.ts';
import { ENTRIES, PAGES } from './pages.ts';
import { saidIn, saidPath } from './said.ts';
import { goTo, type PageRoute, type PageWork, type Visit, type Went } from './visit.ts';

export interface PageOptions {
  readonly work: PageWork;
  readonly languages: readonly Language[];
  readonly leaveTo: string;
}

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  ...HEADERS,
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  // With `no-referrer` a browser would not even tell us that a form is our own. Other sites are told nothing all the same.
  'referrer-policy': 'same-origin',
  vary: 'accept-encoding, cookie',
};

const squeeze = promisify(gzip);

/** Registers every page, and what belongs to it. In a scope of its own: only here are forms understood. */
export async function servePages(app: FastifyInstance, options: PageOptions): Promise<void> {
  await app.register(async (scope) => {
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
      done(null, new URLSearchParams(String(body))),
    );
    await serveAssets(scope, options);
    const asking = createAsking(options);
    for (const route of PAGES) {
      scope.route({
        method: route.method,
        url: route.url,
        handler: async (request, reply) => finish(request, reply, await asking.visit(route, request)),
      });
    }
    for (const [url, act] of asking.own) {
      scope.post(url, async (request, reply) => finish(request, reply, await act(request)));
    }
  });
}

async function finish(request: FastifyRequest, reply: FastifyReply, went: Went): Promise<FastifyReply> {
  reply.headers(PAGE_HEADERS);
  if (went.is === 'elsewhere') return reply.headers(went.headers ?? {}).redirect(went.to, 303);
  if (went.is === 'file') {
    reply.headers(went.headers ?? {}).header('content-disposition', `attachment; filename="${went.name}"`);
    return reply.type(went.type).send(Buffer.from(went.bytes));
  }
  reply
    .headers(went.headers ?? {})
    .code(went.status)
    .type('text/html; charset=utf-8');
  if (codingOf(request.headers['accept-encoding']) === 'plain') return reply.send(went.html);
  return reply.header('content-encoding', 'gzip').send(await squeeze(went.html));
}

async function serveAssets(app: FastifyInstance, { languages, work }: PageOptions): Promise<void> {
  for (const [path, asset] of await makeAssets()) {
    app.get(path, (request, reply) => {
      const coding = codingOf(request.headers['accept-encoding']);
      if (coding !== 'plain') reply.header('content-encoding', coding);
      return reply.headers(PAGE_HEADERS).type(asset.type).send(asset[coding]);
    });
  }
  app.get('/home.webmanifest', (request, reply) =>
    reply
      .headers(PAGE_HEADERS)
      .type('application/manifest+json')
      .send(manifestOf(languageOf(request, languages, work.house.language))),
  );
}

/** Chosen on the page, else the house's. */
export function languageOf(request: FastifyRequest, languages: readonly Language[], usual: string): Language {
  const chosen = /(?:^|;)\s*lang=([A-Za-z-]{2,12})\s*(?:;|$)/.exec(request.headers.cookie ?? '')?.[1];
  const found = [chosen, usual]
    .map((code) => languages.find((one) => one.code === code))
    .find((one) => one !== undefined);
  const [first] = languages;
  if (found !== undefined) return found;
  if (first === undefined) throw new Error('pages speak no language');
  return first;
}

interface Asking {
  visit(route: PageRoute, request: FastifyRequest): Promise<Went>;
  /** Forms that anybody may send: signing in, signing out, choosing a language. */
  readonly own: readonly (readonly [url: string, (request: FastifyRequest) => Promise<Went>])[];
}

function createAsking({ work, languages, leaveTo }: PageOptions): Asking {
  const { sessions, window, streams, house } = work;
  const speak = (request: FastifyRequest): Language => languageOf(request, languages, house.language);

  function frameFor(lang: Language, by: Session | null): Frame {
    const links = ENTRIES.filter(({ leave, when }) => {
      if (when?.(work) === false) return false;
      const why = whyNot(leave, by, window);
      return why === null || why === 'code_needed';
    }).map(({ to, text }) => ({ to, text: text(lang) }));
    const who = by === null ? null : { name: by.person.name, links };
    return { lang, languages, leaveTo, assets: { css: CSS_PATH, js: JS_PATH }, who };
  }

  const shown = (lang: Language, by: Session | null, parts: PageParts, status = 200): Went => ({
    is: 'shown',
    html: framed(frameFor(lang, by), parts),
    status,
  });

  async function visit(route: PageRoute, request: FastifyRequest): Promise<Went> {
    const by = sessions.of(request.headers.cookie);
    const lang = speak(request);
    const query = new URLSearchParams(request.url.split('?')[1] ?? '');
    const why = whyNot(route.leave, by, window);
    if (by === null || why === 'no_session') {
      // A page has one address for those who are in and those who are not, so that it tells nothing and nothing is lost.
      if (route.url === '/now') return goTo(saidPath('/', 'call', { error: 'not_called' }));
      if (route.method === 'POST' || route.url !== '/') return goTo('/');
      return shown(lang, null, { here: '/', body: enterBody(lang, saidIn(query)) });
    }
    if (why === 'code_needed') {
      const back = route.method === 'GET' ? (request.url.split('?')[0] ?? '/') : '/';
      return shown(lang, by, { here: back, body: againBody(lang, back, saidIn(query)) });
    }
    if (why !== null)
      return shown(lang, by, { here: route.url, body: saidBody(lang, lang.words.frame.notAllowed) }, 403);
    const made: Visit = {
      by,
      lang,
      query,
      form: formOf(request),
      path: (request.params ?? {}) as Readonly<Record<string, string>>,
      show: (parts, status) => shown(lang, by, parts, status),
    };
    return route.run(work, made);
  }

  async function identify(by: Session | null, form: URLSearchParams, device: string | null) {
    const code = (form.get('code') ?? '').trim().slice(0, 64);
    if (code === '') return { ok: false, why: { error: 'no_code' } } as const;
    const answer = await orderOf(work, by, { action: 'identify' }, code);
    if (answer === null) return { ok: false, why: { error: 'busy' } } as const;
    if (!answer.ok) return { ok: false, why: answer } as const;
    if (answer.given === undefined) return { ok: false, why: { error: 'other' } } as const;
    const signed = await sessions.signIn(answer.given, by, device);
    streams.look();
    return { ok: true, code, ...signed } as const;
  }

  async function onEnter(request: FastifyRequest): Promise<Went> {
    const form = formOf(request);
    const name = (form.get('phone') ?? '').trim().slice(0, 40);
    const device = form.get('keep') === 'yes' ? name || speak(request).words.enter.myPhone : null;
    const done = await identify(sessions.of(request.headers.cookie), form, device);
    if (!done.ok) return goTo(saidPath('/', 'enter', done.why));
    const headers = { 'set-cookie': done.cookie };
    if (form.get('off') !== 'yes') return goTo('/', headers);
    const answer = await orderOf(work, done.session, { action: 'disarm' }, done.code);
    return goTo(answer?.ok === true ? '/' : saidPath('/', 'off', answer ?? { error: 'busy' }), headers);
  }

  async function onAgain(request: FastifyRequest): Promise<Went> {
    const form = formOf(request);
    const back = backIn(form);
    const by = sessions.of(request.headers.cookie);
    if (by === null) return goTo('/');
    const done = await identify(by, form, null);
    if (done.ok) return goTo(back, { 'set-cookie': done.cookie });
    return goTo(saidPath(back, form.get('at') === 'past' ? 'past' : 'again', done.why));
  }

  async function onOut(request: FastifyRequest): Promise<Went> {
    const by = sessions.of(request.headers.cookie);
    if (by !== null) await sessions.end(by.id);
    streams.look();
    return goTo('/', { 'set-cookie': sessions.noCookie });
  }

  async function onLang(request: FastifyRequest): Promise<Went> {
    const form = formOf(request);
    const chosen = languages.find(({ code }) => code === form.get('lang'));
    const cookie = `lang=${chosen?.code ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000`;
    return goTo(backIn(form), chosen === undefined ? {} : { 'set-cookie': cookie });
  }

  return {
    visit,
    own: [
      ['/enter', onEnter],
      ['/again', onAgain],
      ['/out', onOut],
      ['/lang', onLang],
    ],
  };
}

const formOf = ({ body }: FastifyRequest): URLSearchParams =>
  body instanceof URLSearchParams ? body : new URLSearchParams();

/** A path of our own, and nothing that leads elsewhere. */
function backIn(form: URLSearchParams): string {
  const back = form.get('back') ?? '/';
  return /^\/(?:[a-z0-9-]+(?:\/[a-z0-9-]+)*)?$/.test(back) ? back : '/';
}
