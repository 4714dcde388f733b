import { reportMessage } from '../../../src/act/report-bodies.ts';
import { REPORT_CODES } from '../../../src/act/report-codes.ts';
import type { Log, Station, StationDoor } from '../../../src/hub/ports.ts';
import { createUplink, type UplinkConfig } from '../../../src/link/uplink/station.ts';
import { createFakeClock, type FakeClock } from '../../hub/fakes.ts';
import { type Mosquitto, startMosquitto } from '../mqtt/mosquitto.ts';
import { connectClient, quietLog } from '../mqtt/support.ts';
import { createService, type Service } from '../signed/service.ts';
import { restful } from '../station-contract.ts';

const SECRET = 'a secret of the desk and this hub';

export interface UplinkService extends Service {
  /** Sends this to the hub as it is. */
  say(payload: string): Promise<void>;
  leave(): Promise<void>;
}

/** The service as a client of the same broker; its own session lasts too. */
export async function joinService(port: number, wall: () => number, options: object = {}): Promise<UplinkService> {
  const service = createService(SECRET, wall);
  const listener = await connectClient(port, { clientId: 'service', clean: false, ...options });
  const say = (payload: string) => listener.publish('watch/h/down', payload, { qos: 1 });
  listener.client.on('message', (topic, payload) => {
    if (topic !== 'watch/h/up') return;
    const { time, signature, body } = JSON.parse(payload.toString());
    const said = service.answer(time, signature, body);
    if (said === null || said === 'hang-up') return;
    const { how, ...envelope } = said;
    const { time: at, signature: by, ...bare } = envelope;
    const out = JSON.stringify(
      at === null ? { ...bare, time: '', signature: '' } : { ...bare, time: at, signature: by },
    );
    void say(how === 'half' ? out.slice(0, 20) : out);
  });
  await listener.subscribe('watch/h/up', 1);
  return { ...service, say, leave: () => listener.end() };
}

export interface UplinkBench {
  readonly clock: FakeClock;
  readonly mosquitto: Mosquitto;
  readonly service: UplinkService;
  readonly station: Station;
  close(): Promise<void>;
}

export function uplinkConfig(port: number, change: Partial<UplinkConfig> = {}): UplinkConfig {
  return {
    id: 'desk',
    url: `mqtt://127.0.0.1:${port}`,
    username: null,
    password: null,
    ca: null,
    cert: null,
    key: null,
    hub: 'h',
    prefix: 'watch',
    secret: SECRET,
    everySeconds: 30,
    timeoutMs: 10_000,
    ...change,
  };
}

export async function openStation(
  door: StationDoor,
  clock: FakeClock,
  config: UplinkConfig,
  log: Log = quietLog,
): Promise<Station> {
  const word = (report: Parameters<typeof reportMessage>[0]) =>
    reportMessage(report, { hub: 'h', codes: REPORT_CODES, card: null });
  return createUplink({ config, clock, door, log, word });
}

/** Asks until the way is open. */
export async function whenConnected(station: Station): Promise<void> {
  for (;;) {
    const life = await station.supervise(restful);
    if (life.outcome !== 'silent' || !life.why.startsWith('no connection')) return;
    await new Promise((done) => setTimeout(done, 5));
  }
}

export async function openUplink(door: StationDoor, change: Partial<UplinkConfig> = {}): Promise<UplinkBench> {
  const clock = createFakeClock();
  const mosquitto = await startMosquitto();
  const service = await joinService(mosquitto.port, clock.wall);
  const station = await openStation(door, clock, uplinkConfig(mosquitto.port, change));
  await whenConnected(station);
  return {
    clock,
    mosquitto,
    service,
    station,
    async close() {
      await station.close();
      await service.leave();
      await mosquitto.remove();
    },
  };
}
