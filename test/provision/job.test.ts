import { describe, expect, it } from 'vitest';
import { type JobEvent, MOST_ITEMS, MOST_ROOMS, MOST_TESTS, MOST_WAIVERS } from '../../src/provision/job.ts';
import { reduce } from '../../src/provision/reduce.ts';
import { at, begun, done, jobAfter, refusalOf } from './bench.ts';

const walked = (zone: string, what: 'opened' | 'closed' | 'detected' | 'hit' | 'pressed'): JobEvent => ({
  type: 'walked',
  zone,
  what,
});
const room = (name: string): JobEvent => ({ type: 'room-named', room: name });
const stand = (name: string | null): JobEvent => ({ type: 'stood-in', room: name });

describe('a walk', () => {
  it('counts openings, not closings', () => {
    const job = jobAfter(begun(), walked('door', 'opened'), walked('door', 'closed'), walked('door', 'opened'));
    expect(job.tests['door']).toEqual([
      { at: at(1), what: 'opened' },
      { at: at(3), what: 'opened' },
    ]);
  });
  it('takes two hits of one bump for one', () => {
    const job = jobAfter(
      begun(),
      walked('frame', 'hit'),
      walked('frame', 'hit'),
      walked('x', 'opened'),
      walked('frame', 'hit'),
    );
    expect(job.tests['frame']?.map((test) => test.at)).toEqual([at(1), at(4)]);
  });
  it(`keeps ${MOST_TESTS} of each zone`, () => {
    const job = jobAfter(begun(), ...Array.from({ length: MOST_TESTS + 3 }, () => walked('hall', 'detected')));
    expect(job.tests['hall']).toHaveLength(MOST_TESTS);
  });
  it('counts a press for the room that was said', () => {
    const job = jobAfter(begun(), room('Bedroom'), room('Kitchen'), stand('kitchen'), walked('button', 'pressed'));
    expect(job.presses).toEqual([{ zone: 'button', room: 'Kitchen', at: at(4) }]);
  });
  it('counts no press where nobody said from where', () => {
    expect(jobAfter(begun(), room('Bedroom'), walked('button', 'pressed')).presses).toEqual([]);
    expect(
      jobAfter(begun(), room('Bedroom'), stand('Bedroom'), stand(null), walked('button', 'pressed')).presses,
    ).toEqual([]);
  });
  it('counts one press a room and button', () => {
    const twice = jobAfter(
      begun(),
      room('Hall'),
      stand('Hall'),
      walked('button', 'pressed'),
      walked('button', 'pressed'),
    );
    expect(twice.presses).toHaveLength(1);
    expect(jobAfter(twice, walked('other', 'pressed')).presses).toHaveLength(2);
  });
  it('begins anew once secrets are', () => {
    const job = jobAfter(done(), { type: 'secrets-renewed' });
    expect([job.tests, job.presses]).toEqual([{}, []]);
    expect(Object.keys(job.paths)).toHaveLength(3);
  });
});

describe('rooms', () => {
  it('are told apart by more than case', () => {
    expect(jobAfter(begun(), room('Bedroom'), room(' bedroom '), room('BEDROOM')).rooms).toEqual(['Bedroom']);
  });
  it('take their presses with them when dropped', () => {
    const job = jobAfter(begun(), room('Hall'), stand('Hall'), walked('button', 'pressed'), {
      type: 'room-dropped',
      room: 'hall',
    });
    expect([job.rooms, job.presses, job.standsIn]).toEqual([[], [], null]);
  });
  it(`are ${MOST_ROOMS} at most`, () => {
    const full = jobAfter(begun(), ...Array.from({ length: MOST_ROOMS }, (_, index) => room(`Room ${index}`)));
    expect(refusalOf(full, room('One more'))).toMatch(/are the most/);
  });
  for (const [name, why] of [
    ['', /1 to 64 printable/],
    ['  ', /1 to 64 printable/],
    ['a\u0007b', /1 to 64 printable/],
    ['x'.repeat(65), /1 to 64 printable/],
    ['Call 07700 900123', /leave numbers out/],
    ['a@b', /leave addresses out/],
  ] as const) {
    it(`refuses ${JSON.stringify(name.slice(0, 20))}`, () => {
      expect(refusalOf(begun(), room(name))).toMatch(why);
    });
  }
  it('nobody stands in one that was not named', () => {
    expect(refusalOf(begun(), stand('Hall'))).toMatch(/no room is named/);
    expect(refusalOf(jobAfter(begun(), room('Hall')), stand('Attic'))).toMatch(/the rooms are Hall/);
  });
});

describe('checks', () => {
  it('take their answer back', () => {
    const yes: JobEvent = { type: 'check-answered', check: 'safe-contact', answer: 'yes', note: '' };
    const job = jobAfter(begun(), yes, { ...yes, answer: 'no', note: ' her phone is his ' });
    expect(job.checks['safe-contact']).toEqual({ answer: 'no', note: 'her phone is his', at: at(2) });
  });
  it('are those of this referral', () => {
    expect(refusalOf(begun(), { type: 'check-answered', check: 'orders-known', answer: 'yes', note: '' })).toMatch(
      /no such check/,
    );
  });
  it('take a note of one line', () => {
    const long = { type: 'check-answered', check: 'safe-contact', answer: 'yes', note: 'x'.repeat(401) } as const;
    expect(refusalOf(begun(), long)).toMatch(/400 characters/);
    expect(refusalOf(begun(), { ...long, note: 'a\nb' })).toMatch(/one line/);
  });
});

describe('what is fitted by hand', () => {
  const item = (over: Partial<Extract<JobEvent, { type: 'item-noted' }>> = {}): JobEvent => ({
    type: 'item-noted',
    item: 'door-chain',
    where: '',
    is: 'fitted',
    note: '',
    ...over,
  });
  for (const [ownerAgrees, taken] of [
    ['yes', true],
    ['not-needed', true],
    ['no', false],
    ['asked', false],
  ] as const) {
    it(`is screwed in where the owner's agreement is "${ownerAgrees}": ${taken}`, () => {
      const said = refusalOf(begun({ property: { ownerAgrees } }), item());
      if (taken) expect(said).toBe('taken');
      else expect(said).toMatch(/needs the owner's agreement/);
    });
  }
  it('may be laid down without anybody', () => {
    expect(refusalOf(begun({ property: { ownerAgrees: 'no' } }), item({ item: 'door-wedge' }))).toBe('taken');
  });
  it('says why not', () => {
    expect(refusalOf(begun(), item({ is: 'not-fitted' }))).toMatch(/why it was not/);
    expect(refusalOf(begun(), item({ is: 'not-fitted', note: 'a steel door' }))).toBe('taken');
  });
  it('stands where it was proposed, or where it was said', () => {
    expect(jobAfter(begun(), item()).items[0]?.where).toBe('the front door');
    expect(jobAfter(begun(), item({ where: ' back door ' })).items[0]?.where).toBe('back door');
  });
  it('is noted once, the last word counts', () => {
    const job = jobAfter(begun(), item(), item({ is: 'not-fitted', note: 'it came off again' }));
    expect(job.items.map(({ is }) => is)).toEqual(['not-fitted']);
  });
  it('may be anything else, in words', () => {
    expect(jobAfter(begun(), item({ item: 'a gravel path', where: 'under the window' })).items[0]?.item).toBe(
      'a gravel path',
    );
  });
  it(`is ${MOST_ITEMS} things at most`, () => {
    const full = jobAfter(
      begun(),
      ...Array.from({ length: MOST_ITEMS }, (_, index) => item({ item: `thing ${index}`, where: 'x' })),
    );
    expect(refusalOf(full, item({ item: 'one more', where: 'x' }))).toMatch(/are the most/);
  });
  for (const text of ['ring 01632 960111', 'him@example.org']) {
    it(`names nobody on the certificate: ${text}`, () => {
      expect(refusalOf(begun(), item({ note: text }))).toMatch(/this stands on the certificate/);
      expect(refusalOf(begun(), item({ where: text }))).toMatch(/this stands on the certificate/);
    });
  }
});

describe('waivers', () => {
  const waive = (reason: string, what = 'zone:hall'): JobEvent => ({ type: 'waived', what, reason });
  for (const [reason, said] of [
    ['', /why in a few words/],
    ['later', /why in a few words/],
    ['Locked until Friday', /^taken$/],
    ['Ask him on 07700 900999', /leave numbers out/],
    ['x'.repeat(401), /400 characters/],
  ] as const) {
    it(`with "${reason.slice(0, 24)}"`, () => {
      expect(refusalOf(begun(), waive(reason))).toMatch(said);
    });
  }
  it('are taken back', () => {
    const job = jobAfter(begun(), waive('Locked until Friday'), { type: 'waiver-withdrawn', what: 'zone:hall' });
    expect(job.waivers).toEqual([]);
  });
  it(`are ${MOST_WAIVERS} at most`, () => {
    const many = Array.from({ length: MOST_WAIVERS }, (_, index) => waive('Locked until Friday', `zone:${index}`));
    expect(refusalOf(jobAfter(begun(), ...many), waive('Locked until Friday', 'zone:more'))).toMatch(/are the most/);
  });
});

describe('papers', () => {
  it('are out of date as soon as anything changes', () => {
    const made = jobAfter(done(), { type: 'papers-made' });
    expect(made.papersAt).toBe(at(1));
    expect(jobAfter(made, room('Attic')).papersAt).toBeNull();
  });
  it('stay as they are where nothing did', () => {
    const made = jobAfter(done(), { type: 'papers-made' });
    expect(jobAfter(made, room('Bedroom'), walked('button', 'pressed'), walked('door', 'closed'))).toEqual(made);
  });
});

it('a device learnt again under its id is the later one', () => {
  const device = { id: 'door', name: 'Door', type: 'entry', signal: 'weak', battery: 20 } as const;
  const job = jobAfter(
    begun(),
    { type: 'device-learnt', device },
    { type: 'device-learnt', device: { ...device, battery: 90 } },
  );
  expect(job.devices).toEqual([{ ...device, battery: 90, at: at(2) }]);
});

it('a job goes through its file unchanged', () => {
  const job = jobAfter(done(), { type: 'waived', what: 'zone:hall', reason: 'Locked until Friday' });
  expect(JSON.parse(JSON.stringify(job))).toEqual(job);
  expect(reduce(JSON.parse(JSON.stringify(job)), room('Attic'), at(90))).toEqual(reduce(job, room('Attic'), at(90)));
});
