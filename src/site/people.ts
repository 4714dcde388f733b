import type { GivenCode, PeopleChange, Vouched } from '../alarm/events.ts';
import type { PersonId, SourceId } from '../base/brand.ts';
import type { Asker, People, PeopleRefused, Window } from '../hub/ports.ts';
import { addPerson, changeCode, listPeople, removeOther, setDuress, type Under } from './users.ts';
import { badCode, codeWrong, refused, type UsersField, type UsersOptions } from './users-change.ts';

export interface PeoplePlace {
  readonly dir: string;
  readonly credentialsDirectory: string | null;
  readonly window: Pick<Window, 'order'>;
  readonly options?: UsersOptions;
}

export const underOf = (by: Pick<Vouched, 'duress'> | null): Under => (by?.duress === true ? 'threat' : 'no threat');

/** Codes that one person may choose, for anybody, within an hour. */
const MOST_CHOSEN = 10;
const HOUR_MS = 3_600_000;

/**
 * Says when somebody chooses too many codes. That a code is taken already tells that it is somebody's: without a bound anyone with a code of
 * their own could look for everybody else's, and no wrong code would ever be counted.
 */
function createChoosing(now: () => number): (id: PersonId) => PeopleRefused | null {
  const chosen = new Map<PersonId, readonly number[]>();
  return (id) => {
    const at = now();
    // What lies ahead was chosen before the clock was set back.
    const lately = (chosen.get(id) ?? []).filter((one) => Math.abs(at - one) < HOUR_MS);
    if (lately.length >= MOST_CHOSEN)
      return {
        ok: false,
        is: 'locked-out',
        field: null,
        why: 'too many codes were chosen; wait an hour, then try again',
      };
    chosen.set(id, [...lately, at]);
    return null;
  };
}

/** Those of DIR/users.json. The hub looks at the file before every answer, so each change counts at once. */
export function createPeople({ dir, credentialsDirectory, window, options = {} }: PeoplePlace): People {
  const choosing = createChoosing(options.now ?? Date.now);
  return {
    list: (by) => listPeople(dir, underOf(by)),

    async add(by, { code, ...who }) {
      const under = underOf(by);
      const tooMany = choosing(by.person.id);
      if (tooMany !== null) return tooMany;
      const added = await addPerson(dir, who, code, credentialsDirectory, { ...options, under });
      if (added.ok) await writeDown(window, by, { type: 'person-added', role: who.role });
      return added;
    },

    async remove(by, id) {
      const removed = await removeOther(dir, id, { id: by.person.id, under: underOf(by) });
      if (!removed.ok) return removed;
      await writeDown(window, by, { type: 'person-removed', role: removed.role });
      return { ok: true };
    },

    async changeCode(asker, codes) {
      const known = badCode(codes.newCode, 'newCode') ?? (await identified(window, asker, codes.code));
      if (!known.ok) return known;
      const { given } = known;
      const tooMany = choosing(given.person.id);
      if (tooMany !== null) return { ...tooMany, given };
      const done = await changeCode(dir, given.person.id, codes, credentialsDirectory, options);
      if (done.ok) await writeDown(window, given, { type: 'code-changed' });
      return { ...done, given };
    },

    /** Nothing is written down: it would show who has a duress code. */
    async setDuress(asker, codes) {
      const known = badCode(codes.newDuress, 'newDuress') ?? (await identified(window, asker, codes.code));
      if (!known.ok) return known;
      const { given } = known;
      const tooMany = choosing(given.person.id);
      if (tooMany !== null) return { ...tooMany, given };
      return { ...(await setDuress(dir, given.person.id, codes, credentialsDirectory, options)), given };
    },
  };
}

/** For orders that nobody gives a code with. */
const WITHIN = 'session:people' as SourceId;

export async function writeDown(window: Pick<Window, 'order'>, by: GivenCode, what: PeopleChange): Promise<void> {
  const { person, duress } = by;
  const vouched: Vouched = { person, duress, code: 'fresh' };
  await window.order({ source: WITHIN, ask: { action: 'people-changed', what }, code: null, vouched, id: null });
}

const FIELD: UsersField = 'code';

/**
 * Whose code this is, on the path that every code takes: a wrong one counts, a lockout holds, and a duress code calls for help.
 * With somebody behind it, it has to be their own.
 */
export async function identified(
  window: Pick<Window, 'order'>,
  { by, source }: Asker,
  code: string,
): Promise<{ readonly ok: true; readonly given: GivenCode } | PeopleRefused> {
  const asked = window.order({ source, ask: { action: 'identify' }, code, vouched: null, id: null });
  if (asked === null) return { ok: false, is: 'busy', field: null, why: 'too much waits to be answered; try again' };
  const answer = await asked;
  const { given } = answer;
  const known = given === undefined ? {} : { given };
  if (!answer.ok && answer.error === 'locked_out') {
    const why = 'too many wrong codes; wait a while, then try again';
    return { ok: false, is: 'locked-out', field: FIELD, why, ...known };
  }
  if (!answer.ok || given === undefined) return codeWrong;
  if (by !== null && by.person.id !== given.person.id)
    return { ...refused('code-wrong', FIELD, 'this is the code of somebody else; give your own'), ...known };
  return { ok: true, given };
}
