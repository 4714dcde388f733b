import type { Json, JsonObject } from '../base/json.ts';

/**
 * A row in plain English. `{field}` is put in; what stands in brackets is left out where one of its fields is empty. A type
 * that is not here is told by its fields, so that nothing is missing from a timeline.
 */
const SENTENCES: Readonly<Record<string, string>> = {
  started: 'The hub started[; the panel was {phase}].',
  'database-set-aside': 'The database was damaged; it was set aside as {file} and a new one begun.',
  'clock-stepped': 'The clock was set by {byMs}.',
  'journal-rows-lost': '{rows} rows could not be kept while the disk refused them.',
  arming: 'Setting to {mode} began[, by {by}][; left out: {bypassed}].',
  armed: 'The panel was set to {mode}[, by {by}][; left out: {bypassed}].',
  'arming-undone': 'The setting could not be written down, and was taken back.',
  disarmed: 'The panel was unset[, by {by}][ from {source}].',
  'bypass-ended': '{zone} closed and is guarded again.',
  'exit-fault': 'At the end of the exit delay this stood open: {zones}.',
  'entry-started': 'The entry delay began[ with {zone}][, {delayMs}].',
  'entry-zone': '{zone} tripped within the entry delay.',
  'forced-entry': '{zone} opened after knocks on {tremor}: a forced entry.',
  'entry-without-mains': '{zone} opened a short while after the mains was lost.',
  'mains-lost': 'The mains was lost[ ({zone})].',
  'mains-back': 'The mains is back[ ({zone})].',
  'walk-began': 'A walk test began[, by {by}][, for {forMs}].',
  'walk-press': '{zone} was pressed in the walk test; nobody was called.',
  'walk-ended': 'The walk test ended[, by {by}].',
  notice: '{zone} noticed something.',
  'alarm-raised': 'ALARM {alarm}: {kind}[, at {zones}].',
  'alarm-zone': 'Alarm {alarm}: {zone} tripped as well.',
  'alarm-renewed': 'Alarm {alarm}: help was called for again.',
  'alarm-note': 'Alarm {alarm}: a note[ by {by}][: {note}].',
  'alarm-ended': 'Alarm {alarm} ({kind}) ended: {why}[, by {by}].',
  acknowledged: 'Alarm {alarm} was seen by {by}.',
  'siren-time-over': 'The siren time was over[; left out until closed: {bypassed}].',
  fault: 'Fault: {fault}.',
  'fault-cleared': 'No longer: {fault}.',
  'code-wrong': 'A wrong code[ from {source}].',
  'locked-out': 'Too many wrong codes[: {source} was locked out][ for {forMs}].',
  'signed-in': '{by} signed in[ from {source}].',
  'installer-opened': 'Installers were let in[ by {by}][, for {forMs}].',
  'installer-closed': 'Installers were let in no longer[, by {by}].',
  'telling-started': 'Alarm {alarm} ({kind}): people are being told.',
  'telling-stopped': 'Alarm {alarm} ({kind}): telling stopped[, {why}].',
  'text-queued': 'A text for {contact}[ about alarm {alarm}] was made ({text}).',
  'text-accepted': 'The text for {contact} was taken by the network ({text}).',
  'text-delivered': 'The text for {contact} was delivered ({text}).',
  'text-delayed': 'The text for {contact} could not be handed over yet ({text})[: {why}].',
  'text-unknown': 'Whether the text for {contact} was taken is not known ({text})[: {why}].',
  'text-refused': 'The text for {contact} was refused ({text})[: {why}].',
  'text-failed': 'The text for {contact} was not delivered ({text})[: {why}].',
  'text-expired': 'The text for {contact} was too late to be sent ({text}).',
  'text-cancelled': 'The text for {contact} was no longer needed ({text}).',
  'text-not-sent': 'No way to send is configured; the text for {contact} was only written down.',
  'text-answered': '{contact} answered[ about alarm {alarm}].',
  'telling-missed': 'Alarm {alarm} ({kind}): too late for {what}.',
  'last-resort': 'Alarm {alarm} ({kind}): nobody answered, everyone is told.',
  'text-held': 'The text for {contact} waits for the hours of that contact ({text})[, {forMs}].',
  'text-unconfirmed': 'The text for {contact} was taken, and nobody confirmed that it arrived ({text}).',
  'ring-queued': 'A ring of {contact}[ about alarm {alarm}] was made ({text}).',
  'ring-accepted': 'The telephone of {contact} was rung ({text}).',
  'ring-delayed': 'The telephone of {contact} could not be rung yet ({text})[: {why}].',
  'ring-unknown': 'Whether the telephone of {contact} rang is not known ({text})[: {why}].',
  'ring-refused': 'The ring of {contact} was refused ({text})[: {why}].',
  'ring-expired': 'The ring of {contact} was too late ({text}).',
  'ring-cancelled': 'The ring of {contact} was no longer needed ({text}).',
  'contact-asked': '{contact} was asked for a YES.',
  'contact-proven': '{contact} answered YES[ by {path}].',
  'contact-unproven': '{contact} did not answer when asked again, and counts as unproven.',
  'test-started': 'A test was sent[ to {contacts} contacts].',
  'test-answered': '{contact} answered the test.',
};

/** One line without its time. */
export function sentenceOf(type: string, data: JsonObject): string {
  const template = SENTENCES[type];
  if (template === undefined) return byFields(type, data);
  const filled = template
    .replace(/\[([^[\]]*)\]/g, (_, part: string) =>
      namesIn(part).every((name) => word(name, data) !== '') ? part : '',
    )
    .replace(/\{(\w+)\}/g, (_, name: string) => word(name, data) || '?');
  return oneLine(filled);
}

const namesIn = (part: string): readonly string[] => [...part.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '');

function word(name: string, data: JsonObject): string {
  const value = data[name];
  if (typeof value === 'number' && name.endsWith('Ms')) return lengthOf(value);
  return plain(value);
}

function plain(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(plain).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function byFields(type: string, data: JsonObject): string {
  const fields = Object.keys(data).flatMap((name) => (word(name, data) === '' ? [] : [`${name} ${word(name, data)}`]));
  return oneLine(`${type}${fields.length === 0 ? '' : `: ${fields.join('; ')}`}.`);
}

/** Milliseconds in words that a person reads: the largest unit that leaves no fraction worth telling. */
export function lengthOf(ms: number): string {
  const sign = ms < 0 ? '−' : '';
  const size = Math.abs(ms);
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ];
  const [unit, name] = units.find(([each]) => size >= 2 * each) ?? [1, 'ms'];
  return `${sign}${Math.round((size / unit) * 10) / 10} ${name}`;
}

/** A row may hold any text; a line of the timeline is one line. */
const oneLine = (text: string): string => text.replace(/\p{Cc}/gu, ' ');
