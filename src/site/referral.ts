import * as z from 'zod/mini';
import { dayNumber } from '../provision/days.ts';
import { AGREEMENTS, CONDITIONS, PROPERTIES, type Referral, RISKS, TENURES, URGENCIES } from '../provision/referral.ts';
import { readDocument } from './document.ts';
import type { Problem } from './house.ts';
import { quote } from './path.ts';
import { createReport, NO_PLACES, type Report, sorted } from './report.ts';
import { group, list, pattern, text, whole, word } from './schema.ts';
import { reportSlips } from './shape.ts';
import { readSource } from './source.ts';

/** A form is filled in by hand: what is longer is another file. */
const MOST_BYTES = 64 * 1024;
const MOST_LINES = 12;

const property = group('The home.', {
  kind: word('kind of property', PROPERTIES, 'What it is.'),
  tenure: word('tenure', TENURES, 'Whose it is.'),
  ownerAgrees: word('word for it', AGREEMENTS, 'Whether the owner agrees to what is screwed into the building.'),
  doors: z.optional(whole('Doors to the outside.', 1, 20)),
  windows: z.optional(whole('Windows that can be reached from the ground.', 0, 60)),
  locks: z.optional(whole('Locks to be changed.', 0, 40)),
});

const ReferralSchema = group('A referral.', {
  reference: text("The agency's own number for it.", 64),
  received: pattern(
    /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d)?$/,
    'a day',
    'write it as in 2026-11-21 or 2026-11-21T14:30',
    'When it came in.',
  ),
  risk: word('risk', RISKS, 'As it was assessed.'),
  urgency: word('urgency', URGENCIES, 'How soon.'),
  property,
  access: z.optional(list(text('One restriction.', 200), MOST_LINES, 'What stands in the way of coming.')),
  conditions: z.optional(list(word('kind of order', CONDITIONS, 'An order.'), CONDITIONS.length, 'Orders in force.')),
  escort: word('word for it', ['needed', 'not-needed'], 'Whether somebody has to come along.'),
  needs: z.optional(list(text('One need.', 200), MOST_LINES, 'Disability and other needs.')),
  language: z.optional(
    pattern(
      /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/,
      'a language',
      'write its short name, as in en or pl',
      'Her language.',
    ),
  ),
  children: z.optional(whole('Children who live there.', 0, 20)),
  referredBy: z.optional(
    group('Who refers. It is kept on the job alone.', {
      agency: text('The agency.', 100),
      worker: text('Who works there.', 100),
      phone: z.optional(text('Where they are reached.', 40)),
    }),
  ),
});

type Form = z.infer<typeof ReferralSchema>;

export type ReferralRead =
  | { readonly ok: true; readonly referral: Referral; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a referral from a YAML or JSON file. Every problem is told at once, with its place and a remedy. */
export function readReferral(file: string): ReferralRead {
  const source = readSource(file, MOST_BYTES);
  if (!source.ok)
    return { ok: false, problems: [{ severity: 'error', file, ...source.at, path: '(file)', message: source.why }] };
  const document = readDocument(file, source.text, () => ({ ok: false, why: 'a referral holds no secrets' }));
  const report = createReport(file, document.places, document.problems.map(emptyHere));
  return document.whole ? take(document.value, report, file) : { ok: false, problems: sorted(report.problems, file) };
}

/** A referral that was filled in as a form. `path` of each problem names the field. */
export function takeReferral(value: unknown): ReferralRead {
  const name = 'referral';
  return take(value, createReport(name, NO_PLACES, []), name);
}

/** A file with nothing in it is told of in the words for a config. */
const emptyHere = (problem: Problem): Problem =>
  problem.message.startsWith('the file is empty')
    ? { ...problem, message: 'the file is empty; lantern provision form prints one to fill in' }
    : problem;

function take(value: unknown, report: Report, file: string): ReferralRead {
  const read = ReferralSchema.safeParse(value, { reportInput: true });
  if (!read.success) reportSlips(read.error.issues, report);
  else if (dayNumber(read.data.received) === null)
    report.error(['received'], `${quote(read.data.received)} is no day of the calendar; look at month and day`);
  if (read.success) checkSense(read.data, report);
  const problems = sorted(report.problems, file);
  if (!read.success || problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };
  return { ok: true, referral: referralOf(read.data), warnings: problems };
}

/** What is right by itself and odd together. */
function checkSense({ risk, urgency, property: home, conditions }: Form, report: Report): void {
  if (risk === 'high' && urgency === '4-7 days')
    report.warning(['urgency'], 'a high risk is fitted within two working days, whatever stands here');
  if (home.tenure === 'owner' && (home.ownerAgrees === 'no' || home.ownerAgrees === 'asked'))
    report.warning(['property', 'ownerAgrees'], 'she owns it, so nobody else has to agree; write not-needed');
  if (home.tenure !== 'owner' && home.ownerAgrees === 'not-needed')
    report.warning(['property', 'ownerAgrees'], 'somebody else owns it; are you sure that nobody has to agree?');
  if (new Set(conditions).size !== (conditions?.length ?? 0)) report.warning(['conditions'], 'says one order twice');
}

function referralOf(form: Form): Referral {
  const { property: home, referredBy } = form;
  return {
    reference: form.reference,
    received: form.received,
    risk: form.risk,
    urgency: form.urgency,
    property: {
      kind: home.kind,
      tenure: home.tenure,
      ownerAgrees: home.ownerAgrees,
      doors: home.doors ?? null,
      windows: home.windows ?? null,
      locks: home.locks ?? null,
    },
    access: form.access ?? [],
    conditions: [...new Set(form.conditions)],
    escort: form.escort,
    needs: form.needs ?? [],
    language: form.language ?? 'en',
    children: form.children ?? 0,
    referredBy:
      referredBy === undefined
        ? null
        : { agency: referredBy.agency, worker: referredBy.worker, phone: referredBy.phone ?? null },
  };
}
