import { createHmac, timingSafeEqual } from 'node:crypto';

// HMAC-SHA-256 over a time and a body, with a label in front so that no signature of one use passes for another.

const hmac = (secret: string, label: string, ...parts: readonly string[]): string =>
  `v1=${createHmac('sha256', secret)
    .update([label, ...parts].join('\n'))
    .digest('hex')}`;

/** What the hub says. `time` is ISO 8601 with milliseconds, in UTC. */
export const signRequest = (secret: string, time: string, body: string): string =>
  hmac(secret, 'lantern-request-v1', time, body);

/** An answer is bound to the signature of what it answers, so that it cannot be played again to another question. */
export const signAnswer = (secret: string, time: string, requestSignature: string, body: string): string =>
  hmac(secret, 'lantern-answer-v1', time, requestSignature, body);

/** What a service says without being asked. */
export const signCommands = (secret: string, time: string, body: string): string =>
  hmac(secret, 'lantern-commands-v1', time, body);

/** Takes as long whatever is wrong. */
export function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
