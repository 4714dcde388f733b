import type { Duration } from '../base/time.ts';
import type {
  BoardConfig,
  BoardInput,
  BoardOutput,
  GatewayConfig,
  GpioConfig,
  GpioInput,
  GpioOutput,
} from '../hub/ports.ts';
import { parseDuration } from './durations.ts';
import {
  type Config,
  DEFAULTS,
  type DeviceEntry,
  type GatewayEntry,
  type GatewayWord,
  type OutputEntry,
} from './schema.ts';
import { driverOf, electricsOf, lineTopic, loopBands, pinTopic, placeOfLine, pulledUp, typesSaid } from './wires.ts';

type SerialType = Exclude<GatewayWord, 'firmata'>;

/** Speeds that the firmware of each is built with. */
const BAUDS: Readonly<Record<GatewayWord, number>> = {
  rflink: 57_600,
  mysensors: 115_200,
  rfxtrx: 38_400,
  rtl_433: 0,
  firmata: 57_600,
};

/** One JSON object a line; `level` brings the strength of a signal, `noise` a word every ten seconds. */
const RTL_433 = ['rtl_433', '-F', 'json', '-M', 'level', '-M', 'noise:10'] as const;

/** What is too short to be a change of a device, or of its contact. Undefined for what is on no wire. */
export function wireDebounce(device: DeviceEntry): Duration | undefined {
  const driver = driverOf(device);
  return driver === 'gpio' || driver === 'firmata' ? DEFAULTS.wireDebounce : undefined;
}

export function compileGpio({ devices = [], outputs = [] }: Config): GpioConfig {
  return { inputs: devices.flatMap(gpioInput), outputs: outputs.flatMap(gpioOutput) };
}

function gpioInput(device: DeviceEntry): readonly GpioInput[] {
  if (driverOf(device) !== 'gpio' || device.line === undefined) return [];
  const place = placeOfLine(device.line);
  const said = device.debounce === undefined ? null : parseDuration(device.debounce);
  const filterMs = Math.min(said ?? DEFAULTS.wireDebounce, DEFAULTS.longestFilter);
  return [{ ...place, topic: lineTopic(place), ...electricsOf(device), filterMs }];
}

function gpioOutput(output: OutputEntry): readonly GpioOutput[] {
  if (driverOf(output) !== 'gpio' || output.line === undefined) return [];
  const place = placeOfLine(output.line);
  return [{ ...place, topic: lineTopic(place), activeLow: output.activeLow ?? false, onStop: output.onStop ?? 'off' }];
}

/** Gateways whose type is known, with their devices or without: what is not learnt yet is heard through them. */
export function compileGateways(config: Config): readonly GatewayConfig[] {
  return namesAndTypes(config).flatMap(([id, entry, type]) =>
    type === 'firmata' ? [] : [serialGateway(id, entry, type)],
  );
}

function serialGateway(id: string, entry: GatewayEntry, type: SerialType): GatewayConfig {
  const [program, ...rest] = entry.command ?? RTL_433;
  return {
    id,
    type,
    port: entry.port ?? null,
    baud: entry.baud ?? BAUDS[type],
    command: type === 'rtl_433' && program !== undefined ? [program, ...rest] : null,
    silenceMs: (entry.silence === undefined ? null : parseDuration(entry.silence)) ?? DEFAULTS.silence,
  };
}

export function compileBoards(config: Config): readonly BoardConfig[] {
  return namesAndTypes(config).flatMap(([id, entry, type]) => {
    if (type !== 'firmata' || entry.port === undefined) return [];
    return [
      {
        id,
        port: entry.port,
        baud: entry.baud ?? BAUDS.firmata,
        inputs: (config.devices ?? []).flatMap((device) => boardInput(id, device)),
        outputs: (config.outputs ?? []).flatMap((output) => boardOutput(id, output)),
      },
    ];
  });
}

function boardInput(board: string, device: DeviceEntry): readonly BoardInput[] {
  const { gateway, pin } = device;
  if (driverOf(device) !== 'firmata' || gateway !== board || pin === undefined) return [];
  const reads = readsOf(device);
  return [
    {
      topic: pinTopic(board, pin),
      pin: String(pin),
      activeLow: device.activeLow ?? false,
      pullUp: reads === null && (device.pullUp ?? pulledUp(device)),
      reads,
    },
  ];
}

function readsOf({ above, hysteresis, loop }: DeviceEntry): BoardInput['reads'] {
  if (loop !== undefined) return { loop: loopBands(loop) };
  return above === undefined ? null : { above, hysteresis: hysteresis ?? DEFAULTS.hysteresis };
}

function boardOutput(board: string, output: OutputEntry): readonly BoardOutput[] {
  const { gateway, pin } = output;
  if (driverOf(output) !== 'firmata' || gateway !== board || pin === undefined) return [];
  return [
    {
      topic: pinTopic(board, pin),
      pin: String(pin),
      activeLow: output.activeLow ?? false,
      onStop: output.onStop ?? 'off',
    },
  ];
}

/** The check lets no gateway through whose type is not known. */
function namesAndTypes(config: Config): readonly (readonly [string, GatewayEntry, GatewayWord])[] {
  const users = [...(config.devices ?? []), ...(config.outputs ?? [])];
  return Object.entries(config.gateways ?? {}).flatMap(([name, entry]) => {
    const type = entry.type ?? typesSaid(name, users)[0];
    return type === undefined ? [] : [[name, entry, type] as const];
  });
}
