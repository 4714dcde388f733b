import type { Refusal } from '../alarm/events.ts';
import type { JsonObject } from '../base/json.ts';

/** Every way an answer can say no: its status, and what to do about it. */
const REFUSALS = {
  bad_code: [401, 'That code is not right.'],
  locked_out: [429, 'Too many wrong codes. Wait a while, then try again.'],
  zones_open: [409, 'These zones are open or lost. Close them, or name them in `bypass`.'],
  not_allowed: [403, 'This is not allowed now, or not with your role.'],
  no_users: [409, 'Nobody has a code yet. Add one with `lantern users add`.'],
  bad_request: [400, 'The request cannot be understood.'],
  no_session: [401, 'Sign in first: POST /api/session with a code.'],
  code_needed: [403, 'This asks for the code again: POST /api/session with it.'],
  not_found: [404, 'There is nothing here. /api/openapi.json lists what there is.'],
  too_large: [413, 'The request is too large.'],
  wrong_type: [415, 'Send JSON, with content-type: application/json.'],
  wrong_host: [421, 'This hub does not go by that name. Use its address, or add the name to web.names.'],
  wrong_origin: [403, 'Another site has sent this request; it is not carried out.'],
  local_only: [403, 'This is answered on the hub itself only.'],
  too_many: [429, 'Too many requests. Wait a moment.'],
  too_many_streams: [503, 'Too many streams are open. Close one, or wait.'],
  busy: [503, 'Too much waits to be answered. Try again in a moment.'],
  unreadable: [503, 'The log cannot be read at the moment.'],
  failed: [500, 'Something went wrong inside the hub. Its log says more.'],
} as const satisfies Record<Refusal, readonly [number, string]> & Record<string, readonly [number, string]>;

export type RefusalName = keyof typeof REFUSALS;

/** What goes back: a status and one JSON object. */
export interface Reply {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

export const ok = (body: JsonObject, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status: 200,
  body,
  headers,
});

/** `message`: more than the usual words. */
export function refuse(error: RefusalName, more: JsonObject = {}, message: string = REFUSALS[error][1]): Reply {
  return { status: REFUSALS[error][0], body: { error, message, ...more } };
}
