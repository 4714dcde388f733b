import type { FastifyReply, FastifyRequest } from 'fastify';
import { type RefusalName, refuse } from '../refusals.ts';
import type { Words } from '../words/catalogue.ts';
import { CSS_PATH, JS_PATH } from './assets.ts';
import { saidBody } from './enter.ts';
import { framed } from './frame.ts';
import { languageOf, PAGE_HEADERS, type PageOptions } from './serve.ts';

/** What a browser is shown where a program gets JSON. Every one of these pages says what to use instead. */
const WORDS: Readonly<Partial<Record<RefusalName, keyof Words['frame']>>> = {
  not_found: 'notFound',
  too_many: 'slow',
  busy: 'slow',
  wrong_host: 'wrongName',
};

/** True: sent as a page. A program, which asks for no HTML, is answered elsewhere. */
export function refusedAsPage(
  { languages, leaveTo, work }: PageOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: RefusalName,
): 'sent' | 'not a page' {
  const wantsPage = request.headers.accept?.includes('text/html') === true && !request.url.startsWith('/api');
  if (!wantsPage) return 'not a page';
  const lang = languageOf(request, languages, work.house.language);
  const text = lang.words.frame[WORDS[refusal] ?? 'broken'];
  const frame = { lang, languages, leaveTo, assets: { css: CSS_PATH, js: JS_PATH }, who: null };
  reply.headers(PAGE_HEADERS).code(refuse(refusal).status).type('text/html; charset=utf-8');
  reply.send(framed(frame, { here: '/', body: saidBody(lang, text) }));
  return 'sent';
}
