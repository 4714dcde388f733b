import type { StationReport } from '../../act/station-report.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Clock, Station, StationDoor } from '../../hub/ports.ts';
import { createTalk } from '../signed/talk.ts';
import { ask } from '../texts/http.ts';

export interface WebhookConfig {
  readonly id: string;
  readonly url: URL;
  readonly secret: string;
  /** The site's id. */
  readonly hub: string;
  readonly everySeconds: number;
  /** For one question and its answer. */
  readonly timeoutMs: number;
}

export interface WebhookParts {
  readonly config: WebhookConfig;
  readonly clock: Clock;
  readonly door: StationDoor;
  /** The report in the words of this service; its time is added here. */
  readonly word: (report: StationReport) => JsonObject;
}

export type UrlResult = { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly why: string };

/** The address of a service: https, or http on this machine. */
export function readWebhookUrl(text: string): UrlResult {
  if (!URL.canParse(text)) return { ok: false, why: 'it is no address; write https://HOST/PATH' };
  const url = new URL(text);
  const isLoopback = /^(?:127(?:\.\d+){3}|\[::1\]|localhost)$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
    return { ok: false, why: 'it must be https, or http on this machine: alarms do not travel in the clear' };
  }
  if (url.username !== '' || url.password !== '') return { ok: false, why: 'it holds a password; use `secret`' };
  return { ok: true, url };
}

/**
 * A monitoring service that takes signed messages by HTTP. Each is a question of its own, so the hub needs no open port;
 * the way back is the answer to a heartbeat.
 */
export function createWebhook({ config, clock, door, word }: WebhookParts): Station {
  const { id, url, secret, hub, everySeconds, timeoutMs } = config;
  const path = url.protocol.replace(':', '');
  const talk = createTalk({
    id,
    hub,
    secret,
    everySeconds,
    path,
    clock,
    door,
    async carry(envelope) {
      const headers = {
        'content-type': 'application/json',
        'lantern-hub': hub,
        'lantern-time': envelope.time,
        'lantern-signature': envelope.signature,
        'idempotency-key': `${hub}/${envelope.id}`,
      };
      const outcome = await ask({ method: 'POST', url, headers, body: envelope.body, timeoutMs });
      if (outcome.kind !== 'answer') return { outcome: 'unanswered', why: outcome.why };
      const { status, body } = outcome;
      const header = (name: string): string | null => {
        const value = outcome.headers[name];
        return typeof value === 'string' ? value : null;
      };
      const answer = {
        time: header('lantern-time'),
        signature: header('lantern-signature'),
        body,
        remark: `HTTP ${status}`,
      };
      return { outcome: 'answered', answer };
    },
  });

  return {
    id,
    send: (report) => talk.report(report, word(report)),
    supervise: (life) => talk.life(life),
    async close() {
      talk.close();
    },
  };
}
