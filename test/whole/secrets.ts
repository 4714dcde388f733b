import type { House } from './house.ts';
import { CODE, DURESS, FRIEND, NAME, NEVER, SISTER, WRONG } from './house-config.ts';
import type { Running } from './program.ts';

/** Where a word may stand: names belong to the people's file, and numbers to the config that was accepted. */
const SECRETS: readonly (readonly [string, string, readonly string[]])[] = [
  ...[SISTER, FRIEND, NEVER].map((phone) => ['a phone number', phone.slice(3), ['accepted.json']] as const),
  ...[CODE, DURESS, WRONG].map((code) => ['a code', code, []] as const),
  ['a person’s name', NAME, ['users.json']],
  ...['Sisterly', 'Friendly'].map((name) => ['a contact’s name', name, ['accepted.json']] as const),
];

/** Every secret found where it may not be, as `a code in lantern.db`. Random bytes do not spell these by chance. */
export function leaks(house: House, ...programs: readonly Running[]): readonly string[] {
  const texts = [
    ...house.files(),
    ...programs.map((run) => ['the program’s log', run.stdout() + run.stderr()] as const),
  ];
  return SECRETS.flatMap(([what, word, places]) =>
    texts.filter(([name, text]) => !places.includes(name) && text.includes(word)).map(([name]) => `${what} in ${name}`),
  );
}
