import type { ContactId } from '../base/brand.ts';
import { between, seconds } from '../base/time.ts';
import type { Hub } from './hub.ts';
import type { Clock } from './ports.ts';

/** What became of one contact's test text. */
export interface TestResult {
  /** `twilio to sister`. */
  readonly path: string;
  readonly ok: boolean;
  /** `accepted`: the far end took it; that it arrived, only a reply proves. */
  readonly result: string;
  readonly ms: number;
  readonly why: string;
}

/** A test text that nobody has taken by then has failed. */
const PATIENCE = seconds(45);
/** Rows that end a test text's way to its far end. */
const ENDS: Readonly<Record<string, 'taken' | 'failed'>> = {
  'text-accepted': 'taken',
  'text-not-sent': 'failed',
  'text-refused': 'failed',
  'text-expired': 'failed',
  'text-shed': 'failed',
};

/** Sends a marked test to every contact and tells of each how far it got; resolves when all are told of. */
export async function testAlert(
  hub: Hub,
  clock: Clock,
  asked: { readonly path: string; readonly contacts: Iterable<ContactId>; readonly gone: AbortSignal },
  tell: (result: TestResult) => void,
): Promise<void> {
  const began = clock.now();
  const waiting = new Set<string>(asked.contacts);
  const over = Promise.withResolvers<void>();
  const told = (contact: string, ok: boolean, result: string, why: string): void => {
    if (!waiting.delete(contact)) return;
    tell({ path: `${asked.path} to ${contact}`, ok, result, ms: Math.round(between(began, clock.now())), why });
    if (waiting.size === 0) over.resolve();
  };
  const cancel = clock.alarm(PATIENCE, () => {
    for (const contact of waiting) told(contact, false, 'no answer', `nothing within ${PATIENCE / 1000} s`);
  });
  asked.gone.addEventListener('abort', () => over.resolve());
  // Rows may come within this very call.
  const stop = hub.testAlert(({ row, data }) => {
    const ended = ENDS[row];
    if (data['kind'] !== 'test' || ended === undefined) return;
    const why = row === 'text-not-sent' ? 'no way to send is configured' : String(data['why'] ?? '');
    told(String(data['contact']), ended === 'taken', row.replace('text-', ''), why);
  });
  if (waiting.size === 0) over.resolve();
  await over.promise;
  cancel();
  stop();
}
