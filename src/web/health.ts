import type { JsonObject } from '../base/json.ts';

/** Whether the hub guards. `missing` names what is not there yet or no more, in words without meaning to a stranger. */
export type Health =
  | { readonly status: 'ready' }
  | { readonly status: 'starting' | 'failing' | 'stopping'; readonly missing: readonly string[] };

/** `GET /healthz`: 200 when ready, else 503 with what is missing. */
export function healthReply(health: Health): { readonly status: number; readonly body: JsonObject } {
  return { status: health.status === 'ready' ? 200 : 503, body: { ...health } };
}
