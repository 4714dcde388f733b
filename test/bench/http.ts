import { connect } from 'node:net';
import { pause, randomBetween, type Sample } from './contender.ts';
import { code, type Hub, setTopic, startHub, stateTopic } from './hub.ts';
import { type Client, connectWhenUp } from './mqtt.ts';
import { busyTriggers } from './triggers.ts';

/** Arming by HTTP beside arming by MQTT, and triggers with the page quiet beside triggers with it under fire; all in milliseconds. */
export interface HttpFigures {
  readonly armByHttp: readonly number[];
  readonly armByMqtt: readonly number[];
  readonly quiet: readonly (number | null)[];
  readonly underFire: readonly (number | null)[];
  /** Requests answered while triggers were measured under fire. */
  readonly answered: number;
}

const ARMINGS = 40;
const ROUNDS = 6;
const PER_ROUND = 40;
const HAMMERS = 8;

export async function measureHttp(): Promise<HttpFigures> {
  const hub = await startHub('hub with a page');
  try {
    const cookie = await signIn(hub.webPort);
    const armings = await measureArming(hub, cookie);
    return { ...armings, ...(await measureTriggers(hub, cookie)) };
  } finally {
    await hub.close();
  }
}

const at = (port: number, path: string): string => `http://127.0.0.1:${port}${path}`;

async function signIn(port: number): Promise<string> {
  const answer = await fetch(at(port, '/api/session'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  const cookie = answer.headers.get('set-cookie')?.split(';', 1)[0];
  if (cookie === undefined) throw new Error(`the page does not let anyone in: ${answer.status} ${await answer.text()}`);
  return cookie;
}

async function measureArming(hub: Hub, cookie: string): Promise<Pick<HttpFigures, 'armByHttp' | 'armByMqtt'>> {
  const seen = { state: '', changed: () => {} };
  const observer = await connectWhenUp(hub.port, 'page-observer', 1000, (_topic, payload) => {
    seen.state = payload.toString();
    seen.changed();
  });
  await observer.subscribe(stateTopic);
  const until = (state: string): Promise<number> =>
    new Promise((resolve) => {
      seen.changed = () => {
        if (seen.state === state) resolve(performance.now());
      };
      seen.changed();
    });
  const byHttp = async (): Promise<void> => {
    const answer = await fetch(at(hub.webPort, '/api/arm'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify({ mode: 'home' }),
    });
    if (!answer.ok) throw new Error(`arming was refused: ${await answer.text()}`);
  };
  const byMqtt = async (client: Client): Promise<void> => client.publish(setTopic, '{"action":"ARM_HOME"}');
  const figures = { armByHttp: [] as number[], armByMqtt: [] as number[] };
  for (let turn = 0; turn < ARMINGS * 2; turn += 1) {
    observer.publish(setTopic, JSON.stringify({ action: 'DISARM', code }));
    await until('disarmed');
    // Slower than one address may ask, or the page would make us wait.
    await pause(randomBetween(60, 100));
    const began = performance.now();
    const asked = turn % 2 === 0 ? byHttp() : byMqtt(observer);
    figures[turn % 2 === 0 ? 'armByHttp' : 'armByMqtt'].push((await until('armed_home')) - began);
    await asked;
  }
  observer.publish(setTopic, JSON.stringify({ action: 'DISARM', code }));
  await until('disarmed');
  observer.close();
  return figures;
}

async function measureTriggers(
  hub: Hub,
  cookie: string,
): Promise<Pick<HttpFigures, 'quiet' | 'underFire' | 'answered'>> {
  const quiet: Sample[] = [];
  const underFire: Sample[] = [];
  let answered = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    quiet.push(...((await busyTriggers([hub], 1, PER_ROUND)).get(hub) ?? []));
    const fire = openFire(hub.webPort, cookie);
    underFire.push(...((await busyTriggers([hub], 1, PER_ROUND)).get(hub) ?? []));
    answered += await fire.cease();
  }
  return { quiet: quiet.map(({ siren }) => siren), underFire: underFire.map(({ siren }) => siren), answered };
}

/** Clients that ask again as soon as they are answered, and one that listens to events and never reads them. */
function openFire(port: number, cookie: string): { cease(): Promise<number> } {
  let firing = true;
  let answered = 0;
  const stalled = connect(port, '127.0.0.1', () => {
    stalled.write(`GET /api/stream HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncookie: ${cookie}\r\n\r\n`);
  });
  stalled.pause();
  stalled.on('error', () => {});
  const hammer = async (): Promise<void> => {
    while (firing) {
      try {
        await (await fetch(at(port, '/api/state'), { headers: { cookie } })).arrayBuffer();
        answered += 1;
      } catch {
        await pause(10); // hung up on
      }
    }
  };
  const hammers = Array.from({ length: HAMMERS }, hammer);
  return {
    async cease() {
      firing = false;
      await Promise.all(hammers);
      stalled.destroy();
      return answered;
    },
  };
}
