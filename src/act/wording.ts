import type { AlarmKind } from '../alarm/plan.ts';
import type { Wording } from '../escalate/plan.ts';
import type { TextPurpose } from '../escalate/state.ts';

/** What a text is about. Zone names are used by `plain` alone; nothing else of the house or its people ever is. */
export interface TextSubject {
  readonly kind: AlarmKind;
  readonly purpose: TextPurpose;
  readonly wording: Wording;
  /** What this contact is asked, in place of `Please ring me now.`; null: that. */
  readonly asks: string | null;
  /** Four digits to reply with; null: no reply is asked for. */
  readonly number: string | null;
  readonly zoneNames: readonly string[];
}

/** Septets of one segment of a text in the GSM 7-bit default alphabet (3GPP TS 23.038). */
const SEGMENT = 160;
/** That alphabet without line ends and the escape. */
const BASIC =
  '@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
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
    case 'prove':
      return 'This number may text you when I need you. Please reply YES so that I know it reaches you.';
    case 'expired':
      return level(subject, 'Nobody has closed my last message for a day.', ask);
    case 'seen':
      return level(subject, 'Someone has answered my last message. Please stay within reach.', ask);
    case 'stand-down':
      // A fact and no more: nobody can know who typed the code, or beside whom.
      return level(subject, 'My last message is settled. If in doubt, ring me.', ask);
    case 'path-down':
      return level(subject, 'One of the two ways I can reach you is out of order. Nothing else has happened.', ask);
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
function request({ kind, wording, asks }: TextSubject): string {
  // What the owner wrote may ask for a ring, which is the one thing that plain words of duress must not.
  if (asks !== null && !(wording === 'plain' && kind === 'duress')) return asks;
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

/** Own words are no longer than this, so that with a reference and a number they still are one segment. */
const LONGEST_ASKS = 80;

/** Letters that a text cannot carry in one septet each; the first few, for whoever has to change them. */
const notInAlphabet = (words: string): readonly string[] =>
  [...new Set([...words].filter((letter) => !BASIC.includes(letter)))].slice(0, 5);

/**
 * Words that would tell whoever looks at the phone what this is about, or what it is: by their beginnings. A list cannot
 * know every telling word; it stops the ones that people write first.
 */
const TELLING =
  /(?<![\p{L}\p{N}])(?:alarm|burgl|intrud|break-?in|robber|thief|thieves|police|999|112|911|emergenc|help|sos|rescue|danger|threat|attack|violen|abus|assault|stalk|refuge|shelter|safe ?house|panic|duress|hostage|fire|smoke|ambulance|hospital|court|injunction|restrain|ex-?(?:husband|wife|partner|boyfriend|girlfriend)|husband|boyfriend|lantern|sensor|siren|camera|security|house|home|door|window|garden|address|postcode)\p{L}*/iu;

/** A house number with its street, a postcode, coordinates, a link, or a run of digits that could be a telephone. */
const ADDRESS: readonly RegExp[] = [
  /(?<![\p{L}\p{N}])\d+\s*[a-z]?,?\s+(?:\p{L}+\s+){1,3}(?:street|st|road|rd|lane|ln|avenue|ave|close|drive|court|place|square|terrace|gardens|way|crescent|mews)(?![\p{L}\p{N}])/iu,
  /(?<![\p{L}\p{N}])(?:flat|apartment|apt|unit|room|floor)\s*\d/iu,
  /(?<![\p{L}\p{N}])\p{L}+(?:straße|strasse|weg|platz|gasse|straat)(?:\s*\d+)?(?![\p{L}\p{N}])/iu,
  /(?<![\p{L}\p{N}])(?:rue|via|calle|plaza|piazza)\s+\p{L}+/iu,
  /(?<![\p{L}\p{N}])[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}(?![\p{L}\p{N}])/iu,
  /-?\d{1,3}[.,]\d{2,}/u,
  /https?:|www\.|(?<=\p{L})\.(?:com|org|net|uk|de|eu)(?![\p{L}])/iu,
  /\d(?:[\s().-]?\d){4,}/u,
];

/** What is wrong with own words of a text, one sentence each with its remedy. */
export function lintAsks(words: string): readonly string[] {
  const faults: string[] = [];
  const letters = notInAlphabet(words);
  const telling = TELLING.exec(words)?.[0];
  const address = ADDRESS.map((shape) => shape.exec(words)?.[0]).find((found) => found !== undefined);
  if (words.length > LONGEST_ASKS)
    faults.push(`has ${words.length} characters; at most ${LONGEST_ASKS} fit into one text`);
  if (letters.length > 0)
    faults.push(`has letters that a text cannot carry (${letters.join(' ')}); write without them`);
  if (telling !== undefined)
    faults.push(`"${telling}" tells whoever reads the phone what this is; use words of any day`);
  if (address !== undefined)
    faults.push(`"${address}" reads like an address or a number; say it to the person instead`);
  if (/\bok\b/iu.test(words)) faults.push('"OK" is what is answered with; use another word');
  return faults;
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
