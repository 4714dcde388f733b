import { type CodeOverrides, codesWith } from '../act/report-codes.ts';
import type { CaseCard, Numbering } from '../act/station-report.ts';
import type { Duration } from '../base/time.ts';
import type { ReportClass, StationId, StationPlan, StationsPlan } from '../escalate/stations-plan.ts';
import { alarmsFor } from './check-people.ts';
import { parseDuration } from './durations.ts';
import type { MonitoringConfig } from './house.ts';
import { type Config, DEFAULTS, REPORTS, type ServiceEntry } from './schema.ts';

/** What each service is told, and how often it is asked whether it is there. */
export function compileStations(config: Config): StationsPlan {
  const plans = (config.monitoring ?? []).map((service) => compileStation(config, service));
  return { stations: new Map(plans.map((plan) => [plan.id, plan])) };
}

function compileStation(config: Config, service: ServiceEntry): StationPlan {
  const reports = new Set<ReportClass>(service.reports ?? REPORTS);
  const isStation = service.type === 'sia-dc09';
  const tells = service.preAlert ?? !isStation;
  return {
    id: service.id as StationId,
    reports,
    alarms: alarmsFor(service.id, (key) => config.escalation?.[key] ?? []),
    preAlert: tells ? 'told' : 'kept',
    supervision: lifeOf(service),
    test: reports.has('tests') ? testOf(service) : null,
  };
}

function testOf({ type, test }: ServiceEntry): Duration | null {
  if (test !== undefined) return parseDuration(test);
  return type === 'sia-dc09' ? DEFAULTS.stationTest : null;
}

const lifeOf = ({ type, supervision, heartbeat }: ServiceEntry): Duration =>
  type === 'sia-dc09'
    ? (parseDuration(supervision ?? '') ?? DEFAULTS.stationLife)
    : (parseDuration(heartbeat ?? '') ?? DEFAULTS.heartbeat);

/** A zone has the number that the config gives it; the others get, in order, those that are free. */
export function compileNumbering({ devices = [], outputs = [] }: Config): Numbering {
  const taken = new Set(devices.flatMap(({ zone }) => zone?.number ?? []));
  let next = 0;
  const free = (): number => {
    do next += 1;
    while (taken.has(next));
    return Math.min(next, 999);
  };
  return {
    zones: new Map([
      ...devices.map(({ id, name, zone }) => [id, { number: zone?.number ?? free(), name: name ?? id }] as const),
      ...outputs.map(({ id }) => [id, { number: free(), name: id }] as const),
    ]),
    users: new Map(),
  };
}

/** How each service is spoken to. The checks let no entry through that lacks what its type needs. */
export const compileMonitoring = (config: Config): readonly MonitoringConfig[] =>
  (config.monitoring ?? []).map(compileService);

function compileService(service: ServiceEntry): MonitoringConfig {
  const { id, type, url = '', secret = '' } = service;
  const common = { id, codes: codesWith((service.codes ?? {}) as CodeOverrides) };
  const everySeconds = Math.round(lifeOf(service) / 1000);
  const signed = { url, secret, everySeconds, card: service.card === undefined ? null : cardOf(service.card) };
  if (type === 'sia-dc09') return { ...common, type, ...compileDc09(service) };
  if (type === 'webhook') return { ...common, type, ...signed };
  const { prefix = 'lantern-up', username = null, password = null, ca = null, cert = null, key = null } = service;
  return { ...common, type, ...signed, prefix, username, password, ca, cert, key };
}

/** What the config leaves out is not there, rather than empty. */
const cardOf = (card: NonNullable<ServiceEntry['card']>): CaseCard =>
  Object.fromEntries(Object.entries(card).flatMap(([key, said]) => (said === undefined ? [] : [[key, said] as const])));

function compileDc09(service: ServiceEntry) {
  const { host = '', port = 0, transport = 'tcp', secondary, account = '', receiver = '0', line = '0' } = service;
  const { format = 'SIA-DCS', area = 1, texts = 'none', key = null, keyEncoding = 'hex', ackTime = 'fresh' } = service;
  const second = secondary === undefined ? [] : [{ ...secondary, transport: secondary.transport ?? ('tcp' as const) }];
  return {
    targets: [{ host, port, transport }, ...second] as const,
    account: account.toUpperCase(),
    receiver: `R${receiver.toUpperCase()}`,
    line: `L${line.toUpperCase()}`,
    format,
    area,
    texts,
    key: key === null ? null : { text: key, encoding: keyEncoding },
    ackTime,
  };
}
