import type { TwilioStandIn } from '../link/texts/twilio-standin.ts';

/** A config as the hub reads it; YAML takes JSON as it is. */
export type HouseConfig = Readonly<Record<string, unknown>>;

export const BASE = 'lantern/whole';
export const SISTER = '+447700900123';
export const FRIEND = '+447700900456';
export const NEVER = '+447700900999';
export const OURS = '+447700900001';

export const CODE = '482913';
export const DURESS = '739164';
/** Good digits, and nobody's. */
export const WRONG = '275961';
export const NAME = 'Annabel';

const sensor = (id: string, zone: object | null): object => ({
  id,
  name: `The ${id}`,
  profile: 'zigbee2mqtt',
  topic: `zigbee2mqtt/${id}`,
  ...(zone === null ? {} : { zone }),
});

const every = ['away', 'home', 'night'];

export const DEVICES: readonly object[] = [
  sensor('front-door', { type: 'entry', modes: every }),
  sensor('back-window', { type: 'perimeter', modes: every }),
  sensor('side-window', { type: 'perimeter', modes: every }),
  sensor('hall', { type: 'interior', modes: ['away'] }),
  sensor('frame', { type: 'tremor', modes: every, hits: 2, within: '10s', guards: 'front-door' }),
  sensor('panic', { type: 'panic' }),
  sensor('loud-panic', { type: 'panic', silent: false }),
  sensor('smoke', { type: 'fire' }),
  sensor('leak', { type: 'technical' }),
  sensor('gate', { type: 'notice' }),
  { ...sensor('keypad', null), model: 'KEYZB-110' },
];

/** Long delays stand still while a story is told; short ones end within it. */
export const LONG = '60s';
export const SHORT = '1s';

/** One small house. Away goes slowly, home at once, and night ends its delays within a second. */
export function houseConfig(ports: { readonly mqtt: number; readonly web: number }): HouseConfig {
  return {
    site: { id: 'whole', timezone: 'Europe/London' },
    panel: {
      modes: {
        away: { exitDelay: LONG, entryDelay: LONG },
        home: { exitDelay: '0s', entryDelay: LONG },
        night: { exitDelay: SHORT, entryDelay: SHORT },
      },
      siren: { duration: '10m', trips: 3 },
    },
    devices: DEVICES,
    outputs: [
      { id: 'siren', role: 'siren', profile: 'zigbee2mqtt', topic: 'zigbee2mqtt/siren' },
      { id: 'porch', role: 'light', profile: 'zigbee2mqtt', topic: 'zigbee2mqtt/porch' },
    ],
    contacts: [
      { id: 'sister', name: 'Sisterly', phone: SISTER, alarms: ['personal', 'duress', 'intruder', 'tamper', 'fire'] },
      { id: 'friend', name: 'Friendly', phone: FRIEND, alarms: ['personal', 'duress'] },
    ],
    neverContact: [NEVER],
    escalation: {
      personal: [{ after: '0s', notify: ['friend'] }],
      duress: [{ after: '0s', notify: ['friend'] }],
      default: [{ after: '0s', notify: ['sister'] }],
      lastResort: '1h',
    },
    mqtt: { listen: { host: '127.0.0.1', port: ports.mqtt } },
    web: { host: '127.0.0.1', port: ports.web },
  };
}

/** The `sms` part that leads to a stand-in, or to anything else that listens on loopback. */
export function smsTo(far: Pick<TwilioStandIn, 'accountSid' | 'authToken' | 'url'>): object {
  const { accountSid, authToken, url } = far;
  return { paths: ['twilio'], twilio: { accountSid, authToken, from: OURS, apiBase: url } };
}
