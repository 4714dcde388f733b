import { dirname, join } from 'node:path';
import { isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';
import { freshPassword } from './first-config.ts';
import { readSource } from './source.ts';
import { replaceSynced } from './synced.ts';

/** A client of the broker with the password it has from now on; shown once, where it is to be typed. */
export interface RenewedPassword {
  readonly name: string;
  readonly password: string;
}

export type Renewed =
  | { readonly ok: true; readonly renewed: readonly RenewedPassword[] }
  /** Nothing was changed. */
  | { readonly ok: false; readonly why: string };

const refused = (why: string): Renewed => ({ ok: false, why });

/**
 * Makes the passwords of the broker's clients new in `secrets.yaml` beside the config; all of them or none. They count
 * after a restart. `credentials`: names of secrets that do not come from that file.
 */
export function renewBrokerPasswords(config: string, isCredential: (name: string) => boolean): Renewed {
  const source = readSource(config);
  if (!source.ok) return refused(`${config}: ${source.why}`);
  const users = brokerUsers(source.text);
  const literal = users.filter(({ secret }) => secret === null).map(({ name }) => name);
  if (literal.length > 0)
    return refused(
      `the password of ${literal.join(', ')} stands in ${config} itself; put it into secrets.yaml as "password: !secret NAME"`,
    );
  const elsewhere = users.filter(({ secret }) => secret !== null && isCredential(secret)).map(({ name }) => name);
  if (elsewhere.length > 0)
    return refused(
      `the password of ${elsewhere.join(', ')} is a credential of the service; make it new where that is kept`,
    );
  return replace(join(dirname(config), 'secrets.yaml'), users);
}

interface BrokerUser {
  readonly name: string;
  /** Null: the password stands in the config. */
  readonly secret: string | null;
}

function brokerUsers(text: string): readonly BrokerUser[] {
  const document = parseDocument(text, { customTags: [{ tag: '!secret', resolve: (name: string) => name }] });
  const users = document.getIn(['mqtt', 'users'], true);
  if (!isSeq(users)) return [];
  return users.items.flatMap((item) => {
    if (!isMap(item)) return [];
    const password = item.get('password', true);
    const secret = isScalar(password) && password.tag === '!secret' ? String(password.value) : null;
    return [{ name: String(item.get('name')), secret }];
  });
}

function replace(file: string, users: readonly BrokerUser[]): Renewed {
  if (users.length === 0) return { ok: true, renewed: [] };
  const source = readSource(file);
  if (!source.ok) return refused(`${file}: ${source.why}`);
  const document = parseDocument(source.text);
  if (document.errors.length > 0) return refused(`${file} is not valid YAML; mend it first`);
  const fresh = new Map(users.map(({ secret }) => [secret ?? '', freshPassword()]));
  const found = new Set<string>();
  visit(document, {
    Pair(_key, { key, value }) {
      const name = isScalar(key) ? String(key.value) : '';
      const password = fresh.get(name);
      if (password === undefined || !isScalar(value)) return;
      value.value = password;
      found.add(name);
    },
  });
  const absent = [...fresh.keys()].filter((name) => !found.has(name));
  if (absent.length > 0) return refused(`${file} has no ${absent.join(', ')}; add it, and try again`);
  try {
    replaceSynced(file, document.toString({ lineWidth: 0 }));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return refused(`${file} cannot be written (${code}); the old passwords are in force`);
  }
  const renewed = users.map(({ name, secret }) => ({ name, password: fresh.get(secret ?? '') ?? '' }));
  return { ok: true, renewed };
}
