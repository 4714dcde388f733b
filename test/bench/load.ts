import { type Contender, pause, randomBetween, type Sample, trigger } from './contender.ts';
import { deviceCount, deviceTopic } from './hub.ts';
import { type Client, connectClient, publishPacket } from './mqtt.ts';

/** Gateways that carry the devices, ten each: no house has a connection per sensor. */
const gateways = 10;
/** Every so many messages of a device its door changes, which shows on its zone's topic; between them it repeats itself. */
const messagesPerChange = 50;

export interface LoadResult {
  readonly sent: number;
  /** Messages a second that the sockets took, over the whole time. */
  readonly perSecond: number;
  /** Changes of doors sent, and those that the contender has written down 10 s after the end. */
  readonly changes: number;
  readonly changesSeen: number;
  readonly sirens: readonly Sample[];
}

/**
 * A hundred devices send so many messages a second for so long, evenly, while break-ins happen at random times. Loss is seen by
 * counting doors: one message in fifty opens or shuts one, a connection keeps its order, and every change that passed the
 * door is one row of sensor traffic. (The zones' topics would not do: they may show only the last of several.)
 */
export async function sustain(contender: Contender, perSecond: number, forMs: number): Promise<LoadResult> {
  const { recorded } = contender;
  const clients = await Promise.all(
    Array.from({ length: gateways }, (_, i) => connectClient(contender.port, `gateway-${i}`)),
  );
  for (let device = 0; device < deviceCount; device += 1) {
    clients[device % gateways]?.write(devicePacket(device, 'shut', 0));
  }
  // Time for these to be written down, so that they are not counted.
  await pause(2000);
  const before = recorded?.() ?? 0;

  let over = false;
  const sirens = breakIns(contender, () => over);
  const load = await pour(clients, perSecond, forMs);
  over = true;
  const samples = await sirens;
  const changesSeen = (): number => (recorded === null ? load.changes : recorded() - before);
  await upTo(10_000, () => changesSeen() >= load.changes);
  for (const client of clients) client.close();
  return { ...load, changesSeen: changesSeen(), sirens: samples };
}

async function breakIns(contender: Contender, over: () => boolean): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  while (!over()) {
    await contender.prepare();
    await pause(randomBetween(20, 120));
    samples.push(await contender.fire());
  }
  return samples;
}

async function pour(
  clients: readonly Client[],
  perSecond: number,
  forMs: number,
): Promise<{ readonly sent: number; readonly perSecond: number; readonly changes: number }> {
  const packets = Array.from({ length: deviceCount }, (_, device) => ({
    shut: devicePacket(device, 'shut', 1),
    open: devicePacket(device, 'open', 2),
  }));
  const startedAt = performance.now();
  let sent = 0;
  let changes = 0;
  while (performance.now() - startedAt < forMs) {
    const owed =
      Math.min(Math.floor(((performance.now() - startedAt) / 1000) * perSecond), (perSecond * forMs) / 1000) - sent;
    const batches: Buffer[][] = clients.map(() => []);
    for (let i = 0; i < owed; i += 1) {
      const device = sent % deviceCount;
      const turn = Math.floor(sent / deviceCount);
      const opens = Math.floor(turn / messagesPerChange) % 2 === 1;
      if (turn > 0 && turn % messagesPerChange === 0) changes += 1;
      const packet = opens ? packets[device]?.open : packets[device]?.shut;
      if (packet !== undefined) batches[device % gateways]?.push(packet);
      sent += 1;
    }
    for (const [i, batch] of batches.entries()) if (batch.length > 0) clients[i]?.write(Buffer.concat(batch));
    await pause(2);
  }
  while (clients.some((client) => client.waiting() > 0)) await pause(2);
  return { sent, perSecond: (sent / (performance.now() - startedAt)) * 1000, changes };
}

function devicePacket(device: number, door: 'open' | 'shut', change: number): Buffer {
  const payload = { battery: 90, contact: door === 'shut', linkquality: 100 + change, voltage: 3000 };
  return publishPacket(deviceTopic(device), JSON.stringify(payload));
}

async function upTo(ms: number, isSo: () => boolean): Promise<void> {
  const until = performance.now() + ms;
  while (!isSo() && performance.now() < until) await pause(50);
}

/** Ten thousand messages in one write with the trigger in their middle, as after a gateway's return; nothing else changes. */
export function burst(): Buffer {
  const half = Array.from({ length: 5000 }, (_, i) => devicePacket(i % deviceCount, 'shut', i % 50));
  return Buffer.concat([...half, publishPacket(trigger.topic, trigger.payload), ...half.slice(1)]);
}

/** An ordinary house, for the soak: so many messages a second for so long, none of them a change. */
export async function murmur(contender: Contender, perSecond: number, forMs: number, look: () => void): Promise<void> {
  const client = await connectClient(contender.port, 'murmur');
  const until = performance.now() + forMs;
  for (let i = 0; performance.now() < until; i += 1) {
    client.write(devicePacket(i % deviceCount, 'shut', i % 50));
    if (i % perSecond === 0) look();
    await pause(1000 / perSecond);
  }
  client.close();
}
