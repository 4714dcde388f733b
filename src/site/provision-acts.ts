import * as z from 'zod/mini';
import type { ProvisionAct } from '../hub/ports.ts';
import type { CheckId } from '../provision/checks.ts';
import type { Installer } from '../provision/job.ts';

// What comes over the control socket is what any program of the hub's user may say, and is looked at like anything else.

const line = (most: number) => z.string().check(z.maxLength(most), z.regex(/^[^\p{Cc}]*$/u));
const name = line(64).check(z.minLength(1));
const note = line(1000);
const act = <N extends string, S extends z.core.$ZodLooseShape>(word: N, shape: S) =>
  z.strictObject({ act: z.literal(word), ...shape });

const ActSchema = z.discriminatedUnion('act', [
  act('check', { check: name, answer: z.enum(['yes', 'no']), note }),
  act('name-room', { room: name }),
  act('drop-room', { room: name }),
  act('learn', {
    device: z.strictObject({
      topic: line(256),
      address: z.nullable(line(128)),
      id: name,
      name,
      zone: z.nullable(name),
      modes: z.nullable(z.array(name).check(z.maxLength(3))),
    }),
  }),
  act('add-contact', { id: name, phone: name, alarms: z.nullable(z.array(name).check(z.maxLength(8))) }),
  act('prove', { contact: name }),
  act('restart', {}),
  act('renew-secrets', {}),
  act('begin-walk', {}),
  act('end-walk', {}),
  act('stand-in', { room: z.nullable(name) }),
  act('test-paths', {}),
  act('item', { item: name, where: note, is: z.enum(['fitted', 'not-fitted']), note }),
  act('waive', { what: line(200), reason: note }),
  act('withdraw-waiver', { what: line(200) }),
  act('make-papers', {}),
  act('finish', {}),
]);

const InstallerSchema = z.strictObject({
  person: z.nullable(z.string().check(z.regex(/^p[0-9a-f]{1,16}$/))),
  name,
  scheme: name,
});

/** One act as it was asked for; null: it is none. */
export function takeAct(value: unknown): ProvisionAct | null {
  const read = ActSchema.safeParse(value);
  if (!read.success) return null;
  const { data } = read;
  // Whether this job has such a check, the job says.
  return data.act === 'check' ? { ...data, check: data.check as CheckId } : data;
}

/** Who begins a job; null: it does not say. */
export function takeInstaller(value: unknown): Installer | null {
  const read = InstallerSchema.safeParse(value);
  return read.success ? { ...read.data, person: read.data.person as Installer['person'] } : null;
}
