import { unreachable } from '../../base/unreachable.ts';
import type { Clock, GatewayConfig, GatewayType, Log, Wires, WiresDoor } from '../../hub/ports.ts';
import type { Connect } from './channel.ts';
import type { Codec } from './codec.ts';
import { baseOf, type RunningGateway, runGateway } from './gateway.ts';
import { createMysensors } from './mysensors.ts';
import { connectPort } from './port.ts';
import { connectProgram } from './program.ts';
import { createRflink } from './rflink.ts';
import { createRtl433 } from './rtl-433.ts';

/** Orders that come before `open`, for all gateways together. */
const MOST_EARLY = 256;

interface GatewaysNeeds {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The radios of a house. What a device says comes as one JSON object on `#serial/ID/heard`; an order is one on a topic
 * below `#serial/ID/` that ends in `/set`, as the family's templates write it. Packages are loaded when they are needed.
 */
export function createGateways(configs: readonly GatewayConfig[], needs: GatewaysNeeds): Wires {
  const running = new Map<string, RunningGateway>();
  let early: { readonly id: string; readonly payload: string }[] = [];
  let isClosed = false;

  async function start(config: GatewayConfig, door: WiresDoor): Promise<void> {
    const parts = await Promise.all([codecOf(config.type), connectOf(config, needs.clock)]).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      door.gateway(
        baseOf(config.id),
        'down',
        `what ${config.type} needs cannot be loaded (${why}); install Lantern anew`,
      );
      return null;
    });
    if (isClosed || parts === null) return;
    const [codec, connect] = parts;
    const gateway = runGateway(config, { ...needs, door, codec, connect });
    running.set(config.id, gateway);
    for (const { id, payload } of early) if (id === config.id) gateway.command(payload);
    await gateway.tried;
  }

  return {
    async open(door) {
      await Promise.all(configs.map((config) => start(config, door)));
      early = [];
    },
    command(topic, payload) {
      const id = configs.find((config) => topic.startsWith(`${baseOf(config.id)}/`))?.id;
      if (id === undefined || !topic.endsWith('/set')) {
        needs.log.warn({ topic }, 'an order for no gateway');
        return;
      }
      const gateway = running.get(id);
      if (gateway !== undefined) gateway.command(payload);
      else early = [...early, { id, payload }].slice(-MOST_EARLY);
    },
    async close() {
      isClosed = true;
      await Promise.all([...running.values()].map((gateway) => gateway.stop()));
    },
  };
}

async function codecOf(type: GatewayType): Promise<Codec> {
  switch (type) {
    case 'rflink':
      return createRflink();
    case 'mysensors':
      return createMysensors();
    case 'rtl_433':
      return createRtl433();
    case 'rfxtrx': {
      const [{ createRfxtrx }, { default: rfxcom }] = await Promise.all([import('./rfxtrx.ts'), import('rfxcom')]);
      return createRfxtrx(rfxcom);
    }
    default:
      return unreachable(type);
  }
}

async function connectOf({ id, port, command, baud }: GatewayConfig, clock: Clock): Promise<Connect> {
  if (command !== null) return connectProgram(command, clock);
  const { SerialPort } = await import('serialport');
  return connectPort(SerialPort, port ?? id, baud);
}
