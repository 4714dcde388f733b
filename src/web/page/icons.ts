import { crc32, deflateSync } from 'node:zlib';
import { type Html, html } from '../../base/html.ts';

// Drawn here, so that nothing is fetched and nothing has a telling name.

const drawn = (shape: Html): Html =>
  html`<svg class="sign" viewBox="0 0 48 48" width="72" height="72" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round">${shape}</svg>`;

/** One for each state; each differs in shape, not in colour alone. */
export const SIGNS = {
  disarmed: drawn(html`<circle cx="24" cy="24" r="17"/><path d="M15 24h18"/>`),
  arming: drawn(html`<circle cx="24" cy="24" r="17"/><path d="M24 14v10l7 5"/>`),
  armed: drawn(html`<circle cx="24" cy="24" r="17"/><path d="M16 25l6 6 11-13"/>`),
  pending: drawn(html`<path d="M24 6l19 34H5z"/><path d="M24 19v9M24 34v.5"/>`),
  triggered: drawn(html`<path d="M12 34V21a12 12 0 0 1 24 0v13l4 3H8zM20 42h8M24 9V5"/>`),
  unknown: drawn(
    html`<circle cx="24" cy="24" r="17" stroke-dasharray="6 6"/><path d="M19 19a5 5 0 1 1 7 5c-2 1-2 2-2 4M24 33v.5"/>`,
  ),
} as const;

/** Says nothing: a disc on a plain ground. */
export const ICON_SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="#3d6b8c"/><circle cx="32" cy="32" r="14" fill="#fff"/></svg>';

const SIZE = 192;

/** The same for home screens that want dots: 192 by 192, RGB. */
export function iconPng(): Buffer {
  const half = SIZE / 2;
  const rows = Buffer.alloc(SIZE * (1 + SIZE * 3));
  for (let y = 0; y < SIZE; y += 1) {
    for (let x = 0; x < SIZE; x += 1) {
      const isDisc = (x - half) ** 2 + (y - half) ** 2 < (SIZE * 0.22) ** 2;
      rows.set(isDisc ? [255, 255, 255] : [0x3d, 0x6b, 0x8c], y * (1 + SIZE * 3) + 1 + x * 3);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(SIZE, 0);
  head.writeUInt32BE(SIZE, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, part('IHDR', head), part('IDAT', deflateSync(rows)), part('IEND', Buffer.alloc(0))]);
}

/** One chunk of a PNG (ISO/IEC 15948): length, type, data, CRC over type and data. */
function part(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
