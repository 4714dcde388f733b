import { describe, expect, it } from 'vitest';
import { missing } from '../../src/provision/blockers.ts';
import { certificateOf, feedbackOf } from '../../src/provision/certificate.ts';
import { type FittedHouse, withLearnt } from '../../src/provision/house.ts';
import type { Job, JobEvent } from '../../src/provision/job.ts';
import { nextStep } from '../../src/provision/next.ts';
import { at, begun, done, HOUSE, idsOf, jobAfter, waivable, wholeHour, zoneOf } from './bench.ts';

const nothing: FittedHouse = {
  panel: 'disarmed',
  zones: [],
  contacts: [],
  paths: [],
  brokerUsers: [],
  residents: 0,
  restart: 'not needed',
};

it('nothing blocks where everything was done', () => {
  expect(idsOf(done())).toEqual([]);
});

it('an hour that has just begun says all that is to be done', () => {
  const job = begun();
  expect(idsOf(job, nothing)).toEqual([
    'check:not-living-there', 'check:she-wants-it', 'check:owner-agrees', 'check:risk-assessed', 'check:safe-contact',
    'check:safe-on-site', 'personal-alarm', 'contacts', 'paths', 'item:lock-change', 'item:door-chain',
    'item:door-viewer', 'item:london-bar', 'item:letterbox-cage', 'item:window-locks', 'item:door-wedge', 'residents',
  ]); // biome-ignore format: one list
});

describe('each thing left undone blocks by its name', () => {
  const job = begun();
  const events = wholeHour(job);
  const without = (leave: (event: JobEvent) => boolean): Job =>
    jobAfter(job, ...events.filter((event) => !leave(event)));
  const rows: readonly (readonly [what: string, leave: (event: JobEvent) => boolean, ids: readonly string[]])[] = [
    ['a check', (event) => event.type === 'check-answered' && event.check === 'she-wants-it', ['check:she-wants-it']],
    ['the secrets', (event) => event.type === 'secrets-renewed', ['secrets']],
    ['the rooms', (event) => event.type === 'room-named' || event.type === 'stood-in', ['rooms']],
    ['a press', (event) => event.type === 'walked' && event.zone === 'button', ['press:button:Bedroom']],
    ['a door', (event) => event.type === 'walked' && event.zone === 'door', ['zone:door']],
    ['a path', (event) => event.type === 'path-tested' && event.path === 'twilio to friend', ['path:twilio to friend']],
    ['a service', (event) => event.type === 'path-tested' && event.path === 'desk', ['path:desk']],
    [
      'every contact',
      (event) => event.type === 'path-tested' && event.path !== 'desk',
      ['paths', 'path:twilio to sister', 'path:twilio to friend'],
    ],
    ['an item', (event) => event.type === 'item-noted' && event.item === 'door-chain', ['item:door-chain']],
  ];
  for (const [what, leave, ids] of rows) {
    it(`without ${what}`, () => {
      expect(idsOf(without(leave))).toEqual(ids);
    });
  }
  it('a detector that was tested once', () => {
    const once = jobAfter(done(), { type: 'secrets-renewed' }, { type: 'walked', zone: 'hall', what: 'detected' });
    expect(missing(once, HOUSE).find(({ id }) => id === 'zone:hall')?.what).toBe(
      'The hall was tested once, and has to be twice',
    );
  });
  it('a check that was answered with no', () => {
    const job = jobAfter(done(), { type: 'check-answered', check: 'owner-agrees', answer: 'no', note: 'not yet' });
    expect(missing(job, HOUSE).map(({ what }) => what)).toEqual([
      expect.stringMatching(/^answered with no: The owner/),
    ]);
  });
  it('a button that was pressed in one room of two', () => {
    expect(idsOf(jobAfter(done(), { type: 'room-named', room: 'Kitchen' }))).toEqual(['press:button:Kitchen']);
  });
});

describe('what is wrong with the house blocks by its name', () => {
  const button = zoneOf('button', 'panic');
  const rows: readonly (readonly [what: string, over: Partial<FittedHouse>, ids: readonly string[]])[] = [
    ['no button', { zones: HOUSE.zones.slice(1) }, ['personal-alarm']],
    ['a detector that fell silent', { zones: [button, zoneOf('door', 'entry', { lost: true })] }, ['lost:door']],
    ['a low battery', { zones: [button, zoneOf('door', 'entry', { batteryLow: true })] }, ['battery:door']],
    ['one heard weakly', { zones: [button, zoneOf('door', 'entry', { signal: 'weak' })] }, ['signal:door']],
    ['one heard badly', { zones: [button, zoneOf('door', 'entry', { signal: 'bad' })] }, ['signal:door']],
    ['one that does not say', { zones: [button, zoneOf('door', 'entry', { signal: null, battery: null })] }, []],
    ['a config that does not count yet', { restart: 'needed' }, ['restart']],
    ['nobody who lives there', { residents: 0 }, ['residents']],
    ['an armed house', { panel: 'set' }, ['panel']],
    ['no contact', { contacts: [] }, ['contacts']],
    [
      'one contact of two unproven',
      {
        contacts: [
          { id: 'sister', proven: true, asked: false },
          { id: 'friend', proven: false, asked: true },
        ],
      },
      ['contact:friend'],
    ],
    ['none proven', { contacts: [{ id: 'sister', proven: false, asked: false }] }, ['contacts', 'contact:sister']],
    ['a second button', { zones: [...HOUSE.zones, zoneOf('pendant', 'panic')] }, ['press:pendant:Bedroom']],
    ['a new detector', { zones: [...HOUSE.zones, zoneOf('shed', 'perimeter')] }, ['zone:shed']],
    [
      'a service that is told of no tests',
      { paths: [...HOUSE.paths, { name: 'arc', contact: null, tested: 'never' }] },
      ['path:arc'],
    ],
    ['a broker without passwords', { brokerUsers: [] }, []],
  ];
  for (const [what, over, ids] of rows) {
    it(what, () => {
      expect(idsOf(done(), { ...HOUSE, ...over })).toEqual(ids);
    });
  }
});

describe('a waiver', () => {
  const all: FittedHouse = {
    ...HOUSE,
    zones: [
      zoneOf('button', 'panic'),
      zoneOf('door', 'entry', { lost: true, batteryLow: true, signal: 'weak' }),
      zoneOf('smoke', 'fire'),
    ],
    contacts: [
      { id: 'sister', proven: true, asked: false },
      { id: 'friend', proven: false, asked: false },
    ],
    residents: 0,
    restart: 'needed',
    panel: 'set',
  };
  const bare = jobAfter(begun(), { type: 'room-named', room: 'Bedroom' });

  it('is there for what may have a reason, and for nothing else', () => {
    expect(waivable(bare, all)).toEqual([
      'battery:door', 'signal:door', 'contact:friend', 'zone:door', 'zone:smoke', 'path:twilio to sister',
      'path:twilio to friend', 'path:desk',
    ]); // biome-ignore format: one list
  });
  it('takes nothing away that may not be waived', () => {
    const ids = missing(bare, all).map(({ id }) => id);
    const waived = jobAfter(
      bare,
      ...ids.map((what): JobEvent => ({ type: 'waived', what, reason: 'Because I say so' })),
    );
    const left = idsOf(waived, all);
    expect(left).toEqual(ids.filter((id) => !waivable(bare, all).includes(id)));
    for (const id of ['press:button:Bedroom', 'paths', 'secrets', 'residents', 'lost:door', 'restart', 'panel'])
      expect(left).toContain(id);
  });
  it('never stands in for a proven contact, or for a personal alarm', () => {
    const house = { ...HOUSE, zones: [], contacts: [{ id: 'sister', proven: false, asked: false }] };
    const job = jobAfter(
      done(),
      ...['contacts', 'personal-alarm', 'contact:sister', 'rooms'].map(
        (what): JobEvent => ({ type: 'waived', what, reason: 'She has no phone' }),
      ),
    );
    expect(idsOf(job, house)).toEqual(['personal-alarm', 'contacts']);
  });
  it('shows with its reason, there and on the certificate', () => {
    const house = { ...HOUSE, zones: [...HOUSE.zones, zoneOf('shed', 'perimeter')] };
    const job = jobAfter(done(), { type: 'waived', what: 'zone:shed', reason: 'The key is with the council' });
    expect(idsOf(job, house)).toEqual([]);
    expect(missing(job, house)).toMatchObject([{ id: 'zone:shed', waived: 'The key is with the council' }]);
    expect(certificateOf(job, house, FACTS).checks.at(-1)).toEqual({
      what: 'The shed was tested not at all, and has to be twice',
      ok: false,
      note: 'The key is with the council',
    });
  });
});

const FACTS = {
  hub: 'hub-1',
  version: '1.2.3',
  log: { seq: 9, hash: 'ab' },
  reviews: ['2027-02-21', '2027-05-21'],
  now: at(3_000),
  iso: (ms: number) => new Date(ms).toISOString(),
};

describe('the papers', () => {
  it('say what was tested when, and where each press came from', () => {
    const { zones, paths, fitted, property, fitter } = certificateOf(done(), HOUSE, FACTS);
    expect(zones.find(({ id }) => id === 'button')?.tests).toMatchObject([{ what: 'pressed: Bedroom' }]);
    expect(zones.find(({ id }) => id === 'door')?.tests.map(({ what }) => what)).toEqual(['opened', 'opened']);
    expect(paths.map(({ name, answeredAfterSeconds }) => [name, answeredAfterSeconds])).toEqual([
      ['twilio to sister', 4.2],
      ['twilio to friend', 4.2],
      ['desk', 4.2],
    ]);
    expect(fitted.map(({ item }) => item)).toContain('London bar');
    expect([property, fitter]).toEqual(['terraced house', 'Robin']);
  });
  it('keep notes on checks for the coordinator', () => {
    const job = jobAfter(done(), {
      type: 'check-answered',
      check: 'safe-contact',
      answer: 'yes',
      note: 'By her sister only.',
    });
    expect(JSON.stringify(certificateOf(job, HOUSE, FACTS))).not.toContain('By her sister');
    expect(feedbackOf(job, HOUSE, FACTS).concerns).toEqual([expect.stringMatching(/By her sister only\.$/)]);
  });
  it('tell the coordinator what is outstanding, and how long it took', () => {
    const job = jobAfter(done(), {
      type: 'item-noted',
      item: 'window-locks',
      where: '',
      is: 'not-fitted',
      note: 'keys missing',
    });
    expect(feedbackOf(job, HOUSE, FACTS)).toMatchObject({
      reference: 'REF-1',
      scheme: 'Safer Homes',
      deadline: '2026-11-21',
      hours: 1,
      outstanding: ['not fitted: window locks: keys missing'],
    });
  });
  it('hold nothing of who refers', () => {
    const job = done({ referredBy: { agency: 'Northgate', worker: 'Odile', phone: '01632 960111' } });
    expect(JSON.stringify(certificateOf(job, HOUSE, FACTS))).not.toMatch(/Northgate|Odile|960111|REF-1/);
  });
});

it('a silent button is heard as it was when it was learnt', () => {
  const device = { id: 'button', name: 'Button', type: 'panic', signal: 'weak', battery: 40 } as const;
  const job = jobAfter(begun(), { type: 'device-learnt', device });
  const house = {
    ...HOUSE,
    zones: [zoneOf('button', 'panic', { signal: null, battery: null }), zoneOf('door', 'entry')],
  };
  expect(withLearnt(house, job).zones.map(({ signal, battery }) => [signal, battery])).toEqual([
    ['weak', 40],
    ['good', 90],
  ]);
});

describe('what comes next', () => {
  const step = (job: Job, house: FittedHouse): string =>
    nextStep(missing(job, house).filter(({ waived }) => waived === null));
  it('goes through the hour in its order', () => {
    const job = begun();
    const seen = [step(job, nothing)];
    let now = job;
    for (const event of wholeHour(job)) {
      now = jobAfter(now, event);
      const next = step(now, { ...HOUSE, residents: now.secretsAt === null ? 0 : 1 });
      if (seen.at(-1) !== next) seen.push(next);
    }
    expect(seen).toEqual(['checks', 'items', 'residents', 'walk', 'paths', 'handover']);
  });
});
