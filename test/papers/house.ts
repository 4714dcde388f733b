import type { Certificate, CertifiedZone, Feedback } from '../../src/papers/model.ts';

/** A house as it was handed over. */
export function certificateOf(change: Partial<Certificate> = {}): Certificate {
  return {
    form: 'lantern-certificate-1',
    hub: 'hub-7f3a',
    version: '0.1.0',
    handedOverAt: '2026-11-21T15:42:07.000Z',
    fitter: 'Zofia Żółć',
    property: 'terraced-house',
    fitted: [
      { item: 'Door chain', where: 'Front door', note: 'screws of 50 mm into the stud' },
      { item: 'Letterbox cage', where: 'Front door', note: '' },
      { item: 'Window wedge', where: 'Łazienka', note: 'one pair' },
    ],
    zones: [zone(1), { ...zone(2), name: 'Sypialnia: ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ', signal: null, battery: null }],
    paths: [
      { name: 'anna by text', answeredAfterSeconds: 23.4, at: '2026-11-21T15:20:00.000Z' },
      { name: 'watch-desk by MQTT', answeredAfterSeconds: null, at: '2026-11-21T15:21:00.000Z' },
    ],
    checks: [
      { what: 'The owner agrees to the work', ok: true, note: 'letter of 3 November' },
      { what: 'Works when the mains are off', ok: false, note: '' },
    ],
    log: { seq: 412, hash: 'ab'.repeat(32) },
    reviews: ['2027-02-21', '2027-05-21'],
    ...change,
  };
}

export function zone(number: number): CertifiedZone {
  return {
    id: `door-${number}`,
    name: `Door ${number}`,
    type: 'entry',
    device: 'MCCGQ11LM',
    signal: `${100 + number} lqi`,
    battery: 60 + (number % 40),
    tests: [
      { at: '2026-11-21T15:01:00.000Z', what: 'opened' },
      { at: '2026-11-21T15:02:30.000Z', what: 'opened' },
    ],
  };
}

export function feedbackOf(change: Partial<Feedback> = {}): Feedback {
  return {
    reference: 'TH-2041',
    agency: 'Northgate Support',
    scheme: 'Safe Homes 12',
    risk: 'high',
    urgency: 'immediate',
    deadline: '2026-11-21',
    beganAt: '2026-11-21T14:30:00.000Z',
    endedAt: '2026-11-21T15:42:07.000Z',
    hours: 1.25,
    outstanding: ['The back gate needs a new lock.'],
    concerns: ['A light in the alley does not work.'],
    ...change,
  };
}
