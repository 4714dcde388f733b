import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';

export interface HttpQuestion {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as it is; null: none. */
  readonly body: string | null;
  /** The whole exchange, from looking up the name to the last byte. */
  readonly timeoutMs: number;
}

export type HttpOutcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: IncomingMessage['headers'];
      readonly body: string;
    }
  /** No byte of the question left: name not found, connection refused, certificate not valid, no connection in time. */
  | { readonly kind: 'unsent'; readonly why: string }
  /** The question, or part of it, may have arrived. */
  | { readonly kind: 'unclear'; readonly why: string };

/** Far more than a page of fifty texts. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Asks once: no redirect, no retry, no proxy, no connection kept for later (a kept one can be dead without knowing, and
 * would turn the first text of an alarm into one that may have been taken). Certificates are verified whatever the
 * environment says. Never rejects.
 */
export function ask(question: HttpQuestion): Promise<HttpOutcome> {
  return new Promise((resolve) => {
    let connected = false;
    const fail = (why: string) => resolve(connected ? { kind: 'unclear', why } : { kind: 'unsent', why });
    const secure = question.url.protocol === 'https:';
    const request = open(question, secure, fail);
    if (request === null) return;
    const timer = setTimeout(() => {
      fail(connected ? 'no answer in time' : 'no connection in time');
      request.destroy();
    }, question.timeoutMs);
    // With TLS nothing is sent before the certificate was accepted.
    request.on('socket', (socket) => socket.once(secure ? 'secureConnect' : 'connect', () => (connected = true)));
    request.on('error', (error) => fail(reason(error)));
    request.on('close', () => {
      clearTimeout(timer);
      fail('the connection ended early');
    });
    request.on('response', (response) => collect(response, resolve, fail));
    request.end(question.body ?? undefined);
  });
}

function open(question: HttpQuestion, secure: boolean, fail: (why: string) => void): ClientRequest | null {
  const { method, url, headers, body } = question;
  const length = body === null ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  const options = { method, headers: { ...headers, ...length, Connection: 'close' }, agent: false };
  try {
    return secure ? tlsRequest(url, { ...options, rejectUnauthorized: true }) : plainRequest(url, options);
  } catch (error) {
    // An address or header Node refuses to build: nothing was sent, and its message may quote a secret.
    fail(error instanceof Error && 'code' in error ? String(error.code) : 'the question could not be built');
    return null;
  }
}

function collect(
  response: IncomingMessage,
  resolve: (outcome: HttpOutcome) => void,
  fail: (why: string) => void,
): void {
  const parts: Buffer[] = [];
  let size = 0;
  response.on('data', (part: Buffer) => {
    size += part.length;
    if (size > MAX_ANSWER_BYTES) {
      fail('the answer is too long');
      response.destroy();
    } else {
      parts.push(part);
    }
  });
  response.on('error', (error) => fail(reason(error)));
  response.on('end', () => {
    // A body shorter than announced ends in 'aborted' and 'close', not here.
    const body = Buffer.concat(parts).toString('utf8');
    resolve({ kind: 'answer', status: response.statusCode ?? 0, headers: response.headers, body });
  });
}

/** The system's own short word; never the message, which can quote addresses. */
function reason(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'the connection failed';
}
