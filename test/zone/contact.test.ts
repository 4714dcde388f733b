import { bare, device, table } from './table.ts';

const OPEN = { contact: 'open' } as const;
const CLOSED = { contact: 'closed' } as const;
const quick = device();
const bouncing = device({ debounceMs: 50 });
const watched = device({ supervisionMs: 1000 });

table('a contact', quick, [
  [0, 'tick', '', 'unknown'],
  [1, CLOSED, 'heard known:closed', 'closed'],
  [2, CLOSED, '', 'closed'],
  [3, OPEN, 'opened', 'open'],
  [4, OPEN, '', 'open'],
  [5, { ...OPEN, battery: 80 }, '', 'open'],
  [6, CLOSED, 'closed', 'closed'],
  [7, CLOSED, '', 'closed'],
]);

table('a first word that says open is an opening', quick, [[1, OPEN, 'heard opened', 'open']]);

table('a device that is alive and says nothing of its contact', quick, [
  [1, { battery: 90 }, 'heard', 'unknown'],
  [2, CLOSED, 'known:closed', 'closed'],
]);

table('an opening counts at its first edge, what bounces after it does not', bouncing, [
  [0, CLOSED, 'heard known:closed', 'closed'],
  [100, OPEN, 'opened', 'open'],
  [110, CLOSED, '', 'open'],
  [120, OPEN, '', 'open'],
  [130, CLOSED, '', 'open'],
  [140, OPEN, '', 'open'],
  [1000, 'tick', '', 'open'],
]);

table('a closing counts when it has held', bouncing, [
  [0, CLOSED, 'heard known:closed'],
  [100, OPEN, 'opened'],
  [200, CLOSED, '', 'open'],
  [249, 'tick', '', 'open'],
  [250, 'tick', 'closed', 'closed'],
  [251, OPEN, 'opened', 'open'],
]);

table('closed again and again is one closing, held from the first', bouncing, [
  [0, CLOSED, 'heard known:closed'],
  [100, OPEN, 'opened'],
  [200, CLOSED, ''],
  [230, CLOSED, ''],
  [250, 'tick', 'closed', 'closed'],
]);

table('a door that chatters and ends open opened once; one that ends closed closed once', bouncing, [
  [0, CLOSED, 'heard known:closed'],
  [100, OPEN, 'opened'],
  [105, CLOSED, ''],
  [110, OPEN, ''],
  [115, CLOSED, ''],
  [165, 'tick', 'closed', 'closed'],
]);

table('silence for its supervision time is a loss: open is unknown, never closed', watched, [
  [0, CLOSED, 'heard known:closed', 'closed'],
  [999, 'tick', '', 'closed'],
  [1000, 'tick', 'lost', 'unknown'],
  [5000, 'tick', '', 'unknown'],
  [6000, CLOSED, 'heard known:closed', 'closed'],
]);

table('any word of it is a sign of life', watched, [
  [0, CLOSED, 'heard known:closed'],
  [900, { battery: 50 }, ''],
  [1899, 'tick', '', 'closed'],
  [1900, 'tick', 'lost', 'unknown'],
]);

table('one never heard is lost too, counted from the start', watched, [
  [999, 'tick', '', 'unknown'],
  [1000, 'tick', 'lost', 'unknown'],
]);

table('lost while closed, then heard open: it opened', watched, [
  [0, CLOSED, 'heard known:closed'],
  [1000, 'tick', 'lost'],
  [2000, OPEN, 'heard opened', 'open'],
]);

table('lost while open, then heard open: known, and no opening', watched, [
  [0, OPEN, 'heard opened'],
  [1000, 'tick', 'lost', 'unknown'],
  [2000, OPEN, 'heard known:open', 'open'],
]);

table('lost while open, then heard closed: it closed', watched, [
  [0, OPEN, 'heard opened'],
  [1000, 'tick', 'lost', 'unknown'],
  [2000, CLOSED, 'heard closed', 'closed'],
]);

table('lost, then heard of something else: still unknown', watched, [
  [0, CLOSED, 'heard known:closed'],
  [1000, 'tick', 'lost', 'unknown'],
  [2000, { battery: 80 }, 'heard', 'unknown'],
  [2001, CLOSED, 'known:closed', 'closed'],
]);

table('said to be offline', quick, [
  [0, CLOSED, 'heard known:closed'],
  [10, { online: false }, 'lost', 'unknown'],
  [20, { online: false }, '', 'unknown'],
  [30, { online: true }, 'heard', 'unknown'],
  [40, CLOSED, 'heard known:closed', 'closed'],
]);

table('"online" alone is the word of a gateway, not of a sensor', watched, [
  [0, { online: true }, '', 'unknown'],
  [10, CLOSED, 'heard known:closed', 'closed'],
]);

table('a restart: unknown until it speaks, its last state kept for edges', quick, [
  [0, CLOSED, 'heard known:closed'],
  [10, 'restart', '', 'unknown'],
  [20, OPEN, 'heard opened', 'open'],
  [30, 'restart', '', 'unknown'],
  [40, OPEN, 'heard known:open', 'open'],
  [50, 'restart', '', 'unknown'],
  [60, CLOSED, 'heard closed', 'closed'],
  [70, 'restart', '', 'unknown'],
  [80, CLOSED, 'heard known:closed', 'closed'],
]);

table('the silence runs on through a restart', watched, [
  [0, CLOSED, 'heard known:closed'],
  [500, 'restart', '', 'unknown'],
  [999, 'tick', '', 'unknown'],
  [1000, 'tick', 'lost', 'unknown'],
]);

table('what was lost before a restart is lost after it', watched, [
  [0, CLOSED, 'heard known:closed'],
  [1000, 'tick', 'lost'],
  [1100, 'restart', '', 'unknown'],
  [9000, 'tick', '', 'unknown'],
  [9100, OPEN, 'heard opened', 'open'],
]);

table('a closing that was held goes on through a restart', bouncing, [
  [0, OPEN, 'heard opened'],
  [100, CLOSED, ''],
  [110, 'restart', '', 'unknown'],
  [150, 'tick', 'closed', 'unknown'],
]);

table('from a broker’s store a contact is a state to start from', watched, [
  [0, { stored: CLOSED }, 'heard known:closed', 'closed'],
  [10, OPEN, 'opened', 'open'],
]);

table('but no sign of life', watched, [
  [0, CLOSED, 'heard known:closed'],
  [900, { stored: CLOSED }, ''],
  [1000, 'tick', 'lost', 'unknown'],
  [1100, { stored: CLOSED }, '', 'unknown'],
  [1200, { stored: { battery: 90 } }, '', 'unknown'],
]);

table('open in the store, closed before: it opened while nobody listened', watched, [
  [0, CLOSED, 'heard known:closed'],
  [500, 'restart', ''],
  [600, { stored: OPEN }, 'heard opened', 'open'],
]);

table('a lost door that the store says open is not swallowed, and stays lost', watched, [
  [0, CLOSED, 'heard known:closed'],
  [1000, 'tick', 'lost', 'unknown'],
  [1100, { stored: OPEN }, 'opened', 'unknown'],
  [1200, { stored: OPEN }, '', 'unknown'],
  [1300, CLOSED, 'heard closed', 'closed'],
]);

table('stored availability', quick, [
  [0, CLOSED, 'heard known:closed'],
  [10, { stored: { online: false } }, 'lost', 'unknown'],
  [20, { stored: { online: true } }, '', 'unknown'],
]);

table('a device without a zone has faults and silence too', bare({ supervisionMs: 1000 }), [
  [0, { battery: 90 }, 'heard'],
  [10, { tamper: true }, 'tamper-on'],
  [20, { contact: 'open', motion: true, button: 'press' }, ''],
  [1020, 'tick', 'lost'],
]);

table('a contact is no trip of a zone that listens to something else', device({ trips: ['motion'] }), [
  [0, { contact: 'open' }, 'heard', 'closed'],
]);
