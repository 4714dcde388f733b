import type { AlarmKind } from '../alarm/plan.ts';
import type { Wording } from '../escalate/plan.ts';
import type { TextPurpose } from '../escalate/state.ts';

/** What a text is about. Zone names are used by `plain` alone; nothing else of the house or its people ever is. */
export interface TextSubject {
  readonly kind: AlarmKind;
  readonly purpose: TextPurpose;
  readonly wording: Wording;
  /** Four digits to reply with; null: no reply is asked for. */
  readonly number: string | null;
  readonly zoneNames: readonly string[];
}

/** Septets of one segment of a text in the GSM 7-bit default alphabet (3GPP TS 23.038). */
const SEGMENT = 160;
/** That alphabet without line ends and the escape. */
const BASIC =
  '@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑܧ¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** A name takes no more room than this; the whole list no more than what is left. */
const NAME_LENGTH = 30;

/**
 * The words of a text: one GSM 7-bit segment, without address or person. `neutral` tells nothing of what happened,
 * `coded` adds a reference that only the contact can read (README lists them), `plain` says it.
 */
export function compose(subject: TextSubject): string {
  const ask = subject.number === null ? '' : ` Reply OK ${subject.number} when seen.`;
  switch (subject.purpose) {
    case 'answer':
      return 'Nobody reads messages to this number. To confirm one you got, reply OK and its four digits.';
    case 'test':
      return `TEST only, nothing has happened.${ask}`;
    case 'expired':
      return level(subject, 'Nobody has closed my last message for a day.', ask);
    default:
      return level(subject, request(subject), ask);
  }
}

/** Tells the contact what happened and nobody else; whoever is told `Ref 2` must know not to ring, whatever the words say. */
const REFERENCES: Readonly<Record<AlarmKind, string>> = {
  personal: 'Ref 1. ',
  duress: 'Ref 2. ',
  intruder: 'Ref 3. ',
  fire: 'Ref 4. ',
  tamper: 'Ref 5. ',
  fault: 'Ref 6. ',
  test: '',
};

const PLAIN: Readonly<Record<AlarmKind, string>> = {
  personal: 'Personal alarm',
  duress: 'Alarm under duress',
  intruder: 'Intruder alarm',
  fire: 'Fire alarm',
  tamper: 'Tamper alarm',
  fault: 'Fault of the alarm system',
  test: 'Test',
};

/** Someone who was forced to switch the alarm off must not be rung: whoever forced her may stand beside the phone. */
function request({ kind, wording }: TextSubject): string {
  if (wording !== 'plain') return 'Please ring me now.';
  if (kind === 'duress') return 'Do not ring me, get help.';
  return kind === 'personal' ? 'Please get help, then ring me.' : 'Please ring me now.';
}

function level(subject: TextSubject, words: string, ask: string): string {
  if (subject.wording === 'neutral') return `${words}${ask}`;
  if (subject.wording === 'coded') return `${REFERENCES[subject.kind]}${words}${ask}`;
  const kind = PLAIN[subject.kind];
  const room = SEGMENT - `${kind}: . ${words}${ask}`.length;
  const names = list(
    subject.zoneNames.map(plainName).filter((name) => name !== ''),
    room,
  );
  return `${kind}${names === '' ? '' : `: ${names}`}. ${words}${ask}`;
}

/** As many names as there is room for; those left out are counted. */
function list(names: readonly string[], room: number): string {
  const wholes = names.map((_, index) => {
    const left = index;
    const shown = names.slice(0, names.length - left).join(', ');
    return left === 0 ? shown : `${shown} +${left}`;
  });
  return wholes.find((text) => text.length <= room) ?? '';
}

/** A zone's name in the alphabet of a text, one septet a letter: accents are dropped where it has none. */
function plainName(name: string): string {
  const letters = [...name.normalize('NFC')].map((letter) => {
    if (BASIC.includes(letter)) return letter;
    const bare = letter.normalize('NFD').charAt(0);
    return BASIC.includes(bare) ? bare : ' ';
  });
  const text = letters.join('').replace(/\s+/g, ' ').trim();
  return text.length <= NAME_LENGTH ? text : `${text.slice(0, NAME_LENGTH - 2).trim()}..`;
}
