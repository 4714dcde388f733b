import { type Html, html } from '../../base/html.ts';

const drawn = (shape: Html): Html =>
  html`<svg viewBox="0 0 48 48" width="48" height="48" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round">${shape}</svg>`;

/** What a device looks at, and the type of zone that it then is. */
export interface Choice {
  /** Value of the form; several pictures can mean one type. */
  readonly id: string;
  /** A zone type of the config; null: it carries no zone. */
  readonly type: string | null;
  readonly name: string;
  readonly means: string;
  readonly picture: Html;
}

/** In the order in which a home is walked. */
export const CHOICES: readonly Choice[] = [
  {
    id: 'door',
    type: 'entry',
    name: 'Front door',
    means: 'The door she comes in by. It leaves her time.',
    picture: drawn(html`<path d="M12 43V5h24v38M7 43h34M30 24v2"/>`),
  },
  {
    id: 'gate',
    type: 'perimeter',
    name: 'Other door',
    means: 'Back door or patio. An alarm at once.',
    picture: drawn(html`<path d="M6 43V5h17v38M25 43V5h17v38M4 43h40M19 24v2M29 24v2"/>`),
  },
  {
    id: 'window',
    type: 'perimeter',
    name: 'Window',
    means: 'A window in reach. An alarm at once.',
    picture: drawn(html`<path d="M8 6h32v34H8zM24 6v34M8 23h32M4 43h40"/>`),
  },
  {
    id: 'motion',
    type: 'interior',
    name: 'Motion inside',
    means: 'Hall or stairs. Off while she is at home.',
    picture: drawn(
      html`<circle cx="20" cy="9" r="4"/><path d="M20 16l-2 12 7 6 2 9M18 28l-6 15M20 19l8 5M20 19l-8 6M36 12a14 14 0 0 1 0 20M41 8a20 20 0 0 1 0 28"/>`,
    ),
  },
  {
    id: 'vibration',
    type: 'tremor',
    name: 'Vibration',
    means: 'The frame of a door. It hears kicks.',
    picture: drawn(html`<path d="M17 8h14v32H17zM10 14l-4 5 4 5-4 5 4 5M38 14l4 5-4 5 4 5-4 5"/>`),
  },
  {
    id: 'button',
    type: 'panic',
    name: 'Personal alarm',
    means: 'A button that calls for help in silence.',
    picture: drawn(
      html`<rect x="9" y="9" width="30" height="30" rx="8"/><circle cx="24" cy="24" r="8" fill="currentColor"/>`,
    ),
  },
  {
    id: 'smoke',
    type: 'fire',
    name: 'Smoke',
    means: 'Fire. It is never off.',
    picture: drawn(html`<path d="M8 12h32l-4 10H12zM16 29c-3 4 3 6 0 11M24 29c-3 4 3 6 0 11M32 29c-3 4 3 6 0 11"/>`),
  },
  {
    id: 'water',
    type: 'technical',
    name: 'Water',
    means: 'A leak. It is told, and no siren sounds.',
    picture: drawn(html`<path d="M24 5c9 12 13 18 13 25a13 13 0 0 1-26 0c0-7 4-13 13-25zM18 31a6 6 0 0 0 6 6"/>`),
  },
  {
    id: 'mains',
    type: 'mains',
    name: 'Current at the hub',
    means: 'It opens when the current is gone. While she is set it is told at once.',
    picture: drawn(html`<path d="M18 5v11M30 5v11M12 16h24v8a12 12 0 0 1-24 0zM24 36v8"/>`),
  },
  {
    id: 'hub-battery',
    type: 'hub_battery',
    name: 'Battery of the hub',
    means: 'The contact of its battery supply. It opens when that runs low.',
    picture: drawn(html`<path d="M5 14h33v20H5zM38 20h5v8h-5M12 20v8"/>`),
  },
  {
    id: 'path',
    type: 'notice',
    name: 'Garden or path',
    means: 'It is noted and lights up. Never an alarm.',
    picture: drawn(html`<path d="M4 20h40M4 31h40M9 41V14l4-5 4 5v27M20 41V14l4-5 4 5v27M31 41V14l4-5 4 5v27"/>`),
  },
  {
    id: 'none',
    type: null,
    name: 'No zone',
    means: 'A keypad, siren or light.',
    picture: drawn(
      html`<rect x="11" y="5" width="26" height="38" rx="4"/><path d="M18 13h12M18 22h.1M24 22h.1M30 22h.1M18 29h.1M24 29h.1M30 29h.1M18 36h.1M24 36h.1M30 36h.1"/>`,
    ),
  },
];

/** The picture that is chosen for a device which looks made for a zone of this type. */
export const choiceFor = (type: string | null): Choice | null =>
  type === null ? null : (CHOICES.find((choice) => choice.type === type) ?? null);
