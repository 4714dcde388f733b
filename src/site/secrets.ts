import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Lookup, readDocument } from './document.ts';
import type { Problem } from './house.ts';
import { readSource } from './source.ts';
import { nearest } from './suggest.ts';

/** Where `!secret NAME` is looked up, and what was wrong with `secrets.yaml` on the way. */
export interface Secrets {
  readonly lookup: Lookup;
  /** Problems of the secrets file itself; complete once every lookup was made. */
  readonly problems: () => readonly Problem[];
}

/** A name that is safe as a file name too: no slash, no leading dot. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;

/**
 * Secrets come from `credentialsDirectory` (systemd's `$CREDENTIALS_DIRECTORY`; one file each), and where that has none of the
 * name from `secrets.yaml`, which is opened only when needed. One line end at the end of a credential is not part of it.
 */
export function openSecrets(secretsFile: string, credentialsDirectory: string | null): Secrets {
  const problems: Problem[] = [];
  let stored: ReadonlyMap<string, string> | null = null;
  const fromFile = (): ReadonlyMap<string, string> => {
    stored ??= readSecretsFile(secretsFile, problems);
    return stored;
  };
  return {
    lookup: (name) => {
      if (!NAME.test(name)) return no('a secret is named with letters, digits, "_", "-" and "."; at most 64 of them');
      const credential = credentialsDirectory === null ? null : readCredential(join(credentialsDirectory, name));
      if (credential?.ok === false) return no(`the credential "${name}" cannot be used: ${credential.why}`);
      const value = credential?.text ?? fromFile().get(name);
      if (value === undefined && problems.some(({ severity }) => severity === 'error')) {
        return no(`the secret "${name}" cannot be looked up; mend the errors of secrets.yaml first`);
      }
      if (value === undefined) return no(missing(name, [...fromFile().keys()]));
      return value === '' ? no(`the secret "${name}" is empty; give it a value`) : { ok: true, value };
    },
    problems: () => problems,
  };
}

const no = (why: string) => ({ ok: false, why }) as const;

function missing(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const guess = near === null ? '' : `did you mean "${near}"? Else `;
  return `there is no secret "${name}"; ${guess}put "${name}: …" into secrets.yaml beside this file, or a file of that name into $CREDENTIALS_DIRECTORY`;
}

type Credential = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

function readCredential(file: string): Credential | null {
  const source = readSource(file);
  if (source.ok) return { ok: true, text: source.text.replace(/\r?\n$/, '') };
  return source.absent ? null : { ok: false, why: source.why };
}

function readSecretsFile(file: string, problems: Problem[]): ReadonlyMap<string, string> {
  const at = (severity: Problem['severity'], line: number, column: number, path: string, message: string) =>
    problems.push({ severity, file, line, column, path, message });
  const source = readSource(file);
  if (!source.ok) {
    if (!source.absent) at('error', source.at.line, source.at.column, '(file)', source.why);
    return new Map();
  }
  if (readableByOthers(file)) {
    at('warning', 1, 1, '(file)', 'other users of this machine can read the secrets; run chmod 600 on it');
  }
  const document = readDocument(file, source.text, () => no('a secret cannot be another secret; write its value'));
  problems.push(...document.problems);
  const values = new Map<string, string>();
  for (const [name, value] of entriesOf(document.value)) {
    const { line, column } = document.places.at([name], 'value');
    if (typeof value !== 'string') at('error', line, column, name, 'is not text; put the value in quotes');
    else if (!document.places.isUnknown([name])) values.set(name, value);
  }
  return values;
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function readableByOthers(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && (stat.mode & 0o077) !== 0;
}
