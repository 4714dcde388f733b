import type { JsonObject } from '../../base/json.ts';
import type { Clock, GatewayConfig, Log, WiresDoor, WireTopic } from '../../hub/ports.ts';
import type { Channel, ChannelEvents, Connect } from './channel.ts';
import type { Codec, Frame, Heard } from './codec.ts';
import { createNoiseMeter } from './noise.ts';
import { createOutbox } from './outbox.ts';
import { createTrains } from './trains.ts';

/** Waits between two tries, doubling from the first to the last; so a replugged gateway is tried within five seconds. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;
/** One that was up for so long is tried at once again; one that comes and goes is not. */
const STEADY_MS = 30_000;
/** A program that runs for so long has found its receiver. */
const RUNS_MS = 2000;
/** So many unreadable pieces, with no readable one between them, are a wrong baud rate or a wrong device. */
const MOST_UNREADABLE = 20;
/** A gap in the stream counts once for each so many bytes of it. */
const BYTES_A_PIECE = 64;
/** Frames read in one turn of the loop; half a millisecond's work, whatever the flood. */
const FRAMES_A_TURN = 32;
/** Frames that wait for their turn. No real gateway fills it: 115200 baud are some 400 short lines a second. */
const MOST_WAITING = 2000;
const SHED_TOLD_MS = 1000;

export interface GatewayNeeds {
  readonly clock: Clock;
  readonly log: Log;
  readonly door: WiresDoor;
  readonly connect: Connect;
  readonly codec: Codec;
}

/** A gateway that is kept going: opened, asked, closed and opened again, for as long as it is not stopped. */
export interface RunningGateway {
  /** Resolves when it was tried once. */
  readonly tried: Promise<void>;
  command(order: string): void;
  stop(): Promise<void>;
}

export const baseOf = (id: string): WireTopic => `#serial/${id}`;

/**
 * Runs one gateway. It is told `up` at its first readable word, and `down` at once when its port or program goes, within
 * `silenceMs` when it says nothing although asked, and after twenty unreadable pieces in a row.
 */
export function runGateway(config: GatewayConfig, needs: GatewayNeeds): RunningGateway {
  const { clock, log, door, connect, codec } = needs;
  const base = baseOf(config.id);
  const heardTopic: WireTopic = `${base}/heard`;
  const meter = createNoiseMeter();
  const trains = createTrains();
  const alarms = createAlarms(clock);

  let channel: Channel | null = null;
  /** Counts connections: what an old one still says belongs to nobody. */
  let turn = 0;
  let stopped = false;
  let told: 'up' | 'down' | null = null;
  let lastWhy = '';
  let waitMs = FIRST_WAIT_MS;
  /** Null: nothing needs to be heard yet. */
  let heardAt: number | null = null;
  let upAt = 0;
  let unreadable = 0;
  let waiting: Uint8Array[] = [];
  let reading: NodeJS.Immediate | null = null;
  let shed = 0;
  /** The connection before, on its way out. */
  let closing: Promise<void> = Promise.resolve();

  let markTried = (): void => {};
  const tried = new Promise<void>((done) => {
    markTried = done;
  });

  const outbox = createOutbox({
    codec,
    clock,
    write: (bytes) => channel?.write(bytes),
    refused: (why) => door.refused(base, why),
  });

  // ---- coming and going

  function tell(is: 'up' | 'down', why: string): void {
    if (told === is && lastWhy === why) return;
    if (told !== is) door.gateway(base, is, why);
    told = is;
    lastWhy = why;
    log[is === 'up' ? 'info' : 'warn']({ gateway: config.id, why }, `gateway ${is}`);
  }

  function open(): void {
    if (stopped) return;
    turn += 1;
    codec.forget();
    unreadable = 0;
    heardAt = null;
    channel = connect(eventsOf(turn));
  }

  function eventsOf(mine: number): ChannelEvents {
    const isMine = (): boolean => mine === turn && !stopped;
    return {
      opened: () => {
        if (isMine()) onOpened();
        markTried();
      },
      bytes: (bytes) => {
        if (isMine()) onBytes(bytes);
      },
      aside: (line) => {
        if (isMine()) for (const heard of codec.aside(line)) onHeard(heard);
      },
      closed: (why) => {
        if (isMine()) giveUp(why);
        markTried();
      },
    };
  }

  function onOpened(): void {
    if (codec.question === null) {
      alarms.set('runs', RUNS_MS, () => isHere(`${codec.name} runs`));
      return;
    }
    greet(0);
  }

  function greet(step: number): void {
    const next = codec.greeting[step];
    if (next === undefined) {
      heardAt = clock.now();
      ask();
      listen();
      return;
    }
    alarms.set('greet', next.afterMs, () => {
      channel?.write(next.bytes);
      greet(step + 1);
    });
  }

  /** Asks three times within the silence it may keep. */
  function ask(): void {
    const { question } = codec;
    if (question === null) return;
    alarms.set('ask', config.silenceMs / 3, () => {
      channel?.write(question);
      ask();
    });
  }

  function listen(): void {
    const left = config.silenceMs - (clock.now() - (heardAt ?? clock.now()));
    if (left <= 0) giveUp(silenceOf(config, codec));
    else alarms.set('silence', left, listen);
  }

  function isHere(why: string): void {
    if (told === 'up') return;
    upAt = clock.now();
    tell('up', why);
    outbox.open();
  }

  function giveUp(why: string): void {
    turn += 1;
    alarms.clear();
    outbox.shut();
    waiting = [];
    const old = channel;
    channel = null;
    if (old !== null) closing = old.close();
    if (told === 'up' && clock.now() - upAt >= STEADY_MS) waitMs = FIRST_WAIT_MS;
    tell('down', why);
    // The port must be free before it is opened anew.
    void closing.then(() => {
      if (stopped) return;
      alarms.set('open', waitMs, open);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    });
  }

  // ---- listening

  function onBytes(bytes: Uint8Array): void {
    const mine = turn;
    for (const frame of codec.split(bytes, clock.now())) {
      takeIn(frame);
      if (mine !== turn) return;
    }
    if (waiting.length > 0 && reading === null) readSome();
  }

  function takeIn(frame: Frame): void {
    if ('dropped' in frame)
      notUnderstood(Math.max(1, Math.floor(frame.dropped / BYTES_A_PIECE)), 'bytes that are no message');
    else if (waiting.length < MOST_WAITING) waiting.push(frame.frame);
    else {
      shed += 1;
      if (!alarms.isSet('shed')) alarms.set('shed', SHED_TOLD_MS, tellShed);
    }
  }

  /** Some frames now, and the rest after whatever else the loop has to do. */
  function readSome(): void {
    reading = null;
    const some = waiting.slice(0, FRAMES_A_TURN);
    waiting = waiting.slice(FRAMES_A_TURN);
    const mine = turn;
    for (const frame of some) {
      for (const heard of codec.read(frame)) onHeard(heard);
      if (mine !== turn) return;
    }
    if (waiting.length > 0) reading = setImmediate(readSome);
  }

  function tellShed(): void {
    door.refused(base, `${shed} messages in a flood were dropped; ${codec.name} says more than any radio can`);
    shed = 0;
  }

  function onHeard(heard: Heard): void {
    if (heard.type === 'unreadable') {
      notUnderstood(1, heard.why);
      return;
    }
    if (heard.type !== 'said' || codec.deviceProves) understood(heard.type);
    switch (heard.type) {
      case 'said':
        if (codec.deviceProves) isHere(`${codec.name} speaks`);
        said(heard.message);
        return;
      case 'reports':
        isHere(`${codec.name} reports`);
        if (!alarms.isSet('silence')) listen();
        return;
      case 'noise':
        onNoise(heard.level, heard.busy);
        return;
      case 'alive':
        if (heard.restarted) log.info({ gateway: config.id }, 'gateway restarted');
        isHere(`${codec.name} answers`);
        return;
      case 'sent':
      case 'unsent':
        isHere(`${codec.name} answers`);
        if (heard.type === 'unsent') door.refused(base, heard.why);
        outbox.done();
    }
  }

  /** What never reports and cannot be asked is not expected to be heard. */
  function understood(by: Heard['type']): void {
    unreadable = 0;
    if (heardAt !== null || codec.question !== null || by === 'reports') heardAt = clock.now();
  }

  function said(message: JsonObject): void {
    const train = codec.trainOf(message);
    const isHeld = train !== null && trains.isHeld(train, clock.now());
    const text = JSON.stringify(isHeld ? { ...message, held: true } : message);
    door.message(heardTopic, Buffer.from(text), false);
  }

  function onNoise(level: number, busy: boolean): void {
    const change = meter.report(level, busy, clock.now());
    if (change === null) return;
    log.warn({ gateway: config.id, level }, change === 'up' ? 'the band is jammed' : 'the band is clear again');
    door.noise(base, change);
  }

  function notUnderstood(pieces: number, why: string): void {
    unreadable += pieces;
    door.refused(base, why);
    if (unreadable >= MOST_UNREADABLE) giveUp(garbageOf(config, codec));
  }

  open();
  return {
    tried,
    command: outbox.take,
    async stop() {
      stopped = true;
      turn += 1;
      alarms.clear();
      outbox.shut();
      waiting = [];
      if (reading !== null) clearImmediate(reading);
      const old = channel;
      channel = null;
      await Promise.all([closing, old?.close()]);
      markTried();
    },
  };
}

function silenceOf({ port, command, silenceMs }: GatewayConfig, { name }: Codec): string {
  const where = port ?? command?.[0] ?? name;
  return `${name} on ${where} has said nothing for ${Math.round(silenceMs / 1000)} s although asked; it is opened anew`;
}

function garbageOf({ id, port, baud }: GatewayConfig, { name, usualBaud }: Codec): string {
  if (usualBaud === null) return `what ${name} prints cannot be read; run it with -F json`;
  const usual = usualBaud === baud ? 'check that it is one' : `${name} comes with ${usualBaud}`;
  return `what ${port} says cannot be read as ${name} at ${baud} baud; correct gateways.${id}.baud (${usual})`;
}

/** Named deadlines of one gateway; setting one again moves it. */
function createAlarms(clock: Pick<Clock, 'alarm'>) {
  const set = new Map<string, () => void>();
  return {
    set(name: string, afterMs: number, ring: () => void): void {
      set.get(name)?.();
      const cancel = clock.alarm(afterMs, () => {
        set.delete(name);
        ring();
      });
      set.set(name, cancel);
    },
    isSet: (name: string): boolean => set.has(name),
    clear(): void {
      for (const cancel of set.values()) cancel();
      set.clear();
    },
  };
}
