import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Language } from '../words/catalogue.ts';
import { ICON_SVG, iconPng } from './icons.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** A file of the page, in every form it may be asked for. */
export interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly br: Buffer;
}

/** What `Accept-Encoding` may name. */
export type Coding = 'br' | 'gzip' | 'plain';

/** The best brotli takes a tenth of a second on a small board, and the panel guards meanwhile: threads of their own do it. */
async function made(type: string, content: string | Buffer): Promise<Asset> {
  const plain = Buffer.from(content);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  const [zipped, br] = await Promise.all([
    promisify(gzip)(plain, { level: 9 }),
    promisify(brotliCompress)(plain, quality),
  ]);
  return { type, plain, gzip: zipped, br };
}

/** Style and script have their hash in their name: a page always gets those it was written for. */
const named = (ending: string, content: string): string =>
  `/a/${createHash('sha256').update(content).digest('hex').slice(0, 12)}.${ending}`;

export const CSS_PATH = named('css', STYLE);
export const JS_PATH = named('js', SCRIPT);

/** Compressed once, when the page's server opens. */
export async function makeAssets(): Promise<ReadonlyMap<string, Asset>> {
  const files = [
    [CSS_PATH, 'text/css; charset=utf-8', STYLE],
    [JS_PATH, 'text/javascript; charset=utf-8', SCRIPT],
    ['/icon.svg', 'image/svg+xml', ICON_SVG],
    ['/icon.png', 'image/png', iconPng()],
  ] as const;
  return new Map(
    await Promise.all(files.map(async ([path, type, content]) => [path, await made(type, content)] as const)),
  );
}

/** For a home screen: a name and a picture that say nothing. */
export function manifestOf({ code, dir, words }: Language): string {
  const { title } = words.frame;
  return JSON.stringify({
    name: title,
    short_name: title,
    lang: code,
    dir,
    start_url: '/',
    scope: '/',
    display: 'standalone',
    background_color: '#f4f6f8',
    theme_color: '#3d6b8c',
    icons: [
      { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
      { src: '/icon.png', sizes: '192x192', type: 'image/png' },
    ],
  });
}

export function codingOf(accepted: string | string[] | undefined): Coding {
  const names = String(accepted ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => !/;\s*q=0(\.0*)?$/.test(one))
    .map((one) => one.replace(/;.*/, ''));
  if (names.includes('br')) return 'br';
  return names.includes('gzip') ? 'gzip' : 'plain';
}
