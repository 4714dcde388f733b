import type { Twilio } from 'twilio';
import type { RequestOptions } from 'twilio/lib/base/RequestClient.js';
import { ask } from './http.ts';

/** The account texts go through, and where Twilio is. */
export interface TwilioConfig {
  readonly accountSid: string;
  readonly authToken: string;
  /** Our own number, E.164. */
  readonly from: string;
  /** https, or http on loopback. */
  readonly apiBase: string;
}

/** Why an exchange with Twilio brought no result. */
export type Trouble =
  | { readonly kind: 'unsent'; readonly why: string }
  | { readonly kind: 'unclear'; readonly why: string }
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Twilio's own error number; null: the answer is not Twilio's. */
      readonly code: number | null;
      readonly retryAfterMs: number | null;
    };

/** Carries a trouble out through Twilio's own client, which knows exceptions only. */
export class TwilioTrouble extends Error {
  readonly trouble: Trouble;
  constructor(trouble: Trouble) {
    super(trouble.kind);
    this.trouble = trouble;
  }
}

/**
 * Twilio's client, pointed at `apiBase`. Its package takes a quarter of a second to load and thirty megabytes to hold, so
 * this is called when the first exchange needs it.
 */
export async function loadClient(config: TwilioConfig, timeoutMs: (method: string) => number): Promise<Twilio> {
  const { default: twilio } = await import('twilio');

  /** The client can be pointed elsewhere in no other way; and its own way of asking has no deadline for the whole. */
  class Door extends twilio.RequestClient {
    override async request<T>(options: RequestOptions<T>) {
      const method = options.method.toUpperCase();
      const outcome = await ask({
        method,
        url: addressed(options.uri, options.params, config.apiBase),
        headers: { ...textHeaders(options.headers), Authorization: basic(config) },
        body: fieldsOf(options.data),
        timeoutMs: timeoutMs(method),
      });
      if (outcome.kind !== 'answer') throw new TwilioTrouble(outcome);
      if (outcome.status < 200 || outcome.status >= 300) throw new TwilioTrouble(refusal(outcome));
      // The body stays text: the client parses it, and text is what its own request client may return too.
      return {
        statusCode: outcome.status,
        body: outcome.body as T,
        headers: outcome.headers,
        toString: () => 'answer',
      };
    }
  }

  const httpClient = new Door({ autoRetry: false });
  return twilio(config.accountSid, config.authToken, { httpClient, autoRetry: false, edge: '', region: '' });
}

/** Everything goes to `apiBase`, also what an answer names as its next page: the token is for nobody else. */
function addressed(uri: string, params: object | undefined, apiBase: string): URL {
  const asked = new URL(uri);
  const url = new URL(apiBase);
  url.pathname = `${url.pathname.replace(/\/$/, '')}${asked.pathname}`;
  url.search = asked.search;
  if (params !== undefined) for (const [key, value] of form(params)) url.searchParams.append(key, value);
  return url;
}

function fieldsOf(data: unknown): string | null {
  return typeof data === 'object' && data !== null ? form(data).toString() : null;
}

function form(data: object): URLSearchParams {
  const fields = Object.entries(data).filter(([, value]) => value !== undefined && value !== null);
  return new URLSearchParams(fields.map(([key, value]): [string, string] => [key, String(value)]));
}

const textHeaders = (headers: object | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([key, value]) => [key, String(value)]));

const basic = ({ accountSid, authToken }: TwilioConfig): string =>
  `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;

function refusal(answer: {
  readonly status: number;
  readonly headers: { readonly 'retry-after'?: string | undefined };
  readonly body: string;
}): Trouble {
  const retryAfterMs = retryAfter(answer.headers['retry-after']);
  return { kind: 'answer', status: answer.status, code: errorCode(answer.body), retryAfterMs };
}

/** RFC 9110 10.2.3: seconds, or a date. */
function retryAfter(header: string | undefined): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

function errorCode(body: string): number | null {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || !('code' in parsed)) return null;
    return typeof parsed.code === 'number' && Number.isInteger(parsed.code) ? parsed.code : null;
  } catch {
    return null;
  }
}
