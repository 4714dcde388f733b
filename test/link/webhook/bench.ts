import { reportMessage } from '../../../src/act/report-bodies.ts';
import { REPORT_CODES } from '../../../src/act/report-codes.ts';
import type { Station, StationDoor } from '../../../src/hub/ports.ts';
import { createWebhook } from '../../../src/link/webhook/station.ts';
import { createFakeClock, type FakeClock } from '../../hub/fakes.ts';
import { startWebhookService, type WebhookService } from './service.ts';

export const SECRET = 'a secret of the desk and this hub';

export interface WebhookBench {
  readonly clock: FakeClock;
  readonly service: WebhookService;
  readonly station: Station;
  close(): Promise<void>;
}

export async function openWebhook(
  door: StationDoor,
  change: {
    readonly secret?: string;
    readonly timeoutMs?: number;
    readonly tls?: { readonly cert: string; readonly key: string };
    readonly card?: { readonly risk: string };
  } = {},
): Promise<WebhookBench> {
  const clock = createFakeClock();
  const service = await startWebhookService(SECRET, clock.wall, change.tls ?? null);
  const { secret = SECRET, timeoutMs = 10_000, card = null } = change;
  const config = { id: 'desk', url: new URL(service.url), secret, hub: 'h', everySeconds: 30, timeoutMs };
  const word = (report: Parameters<typeof reportMessage>[0]) =>
    reportMessage(report, { hub: 'h', codes: REPORT_CODES, card });
  const station = createWebhook({ config, clock, door, word });
  return {
    clock,
    service,
    station,
    async close() {
      await station.close();
      await service.close();
    },
  };
}
