import { describe, expect, it } from 'vitest';
import type { Health } from '../../src/web/health.ts';
import { openSite } from './support.ts';

const answers: readonly (readonly [Health, status: number])[] = [
  [{ status: 'ready' }, 200],
  [{ status: 'starting', missing: ['broker'] }, 503],
  [{ status: 'failing', missing: ['disk'] }, 503],
  [{ status: 'stopping', missing: [] }, 503],
];

describe('GET /healthz', () => {
  for (const [health, status] of answers) {
    it(`${health.status}: ${status}`, async () => {
      const { client } = await openSite({ health: () => health });
      const answer = await client().ask('GET', '/healthz');
      expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
        status,
        'application/json; charset=utf-8',
        health,
      ]);
    });
  }
  it('tells how it is now', async () => {
    let health: Health = { status: 'starting', missing: ['broker'] };
    const { client } = await openSite({ health: () => health });
    health = { status: 'ready' };
    expect((await client().ask('GET', '/healthz')).status).toBe(200);
  });
});
