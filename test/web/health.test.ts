import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Health, type HealthPage, openHealth } from '../../src/web/health.ts';

const pages: HealthPage[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});

async function open(health: () => Health): Promise<number> {
  const opened = await openHealth({ host: '127.0.0.1', port: 0, health });
  if (!opened.ok) throw new Error(opened.why);
  pages.push(opened.page);
  return opened.page.port;
}

const answers: readonly (readonly [Health, status: number])[] = [
  [{ status: 'ready' }, 200],
  [{ status: 'starting', missing: ['broker'] }, 503],
  [{ status: 'failing', missing: ['disk'] }, 503],
  [{ status: 'stopping', missing: [] }, 503],
];

describe('GET /healthz', () => {
  for (const [health, status] of answers) {
    it(`${health.status}: ${status}`, async () => {
      const port = await open(() => health);
      const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
      expect({ status: answer.status, type: answer.headers.get('content-type'), body: await answer.json() }).toEqual({
        status,
        type: 'application/json; charset=utf-8',
        body: health,
      });
    });
  }
  it('tells how it is now', async () => {
    let health: Health = { status: 'starting', missing: ['broker'] };
    const port = await open(() => health);
    health = { status: 'ready' };
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  });
});

describe('nothing else', () => {
  const others: readonly (readonly [method: string, path: string, status: number])[] = [
    ['GET', '/', 404],
    ['GET', '/healthz/', 404],
    ['GET', '/api/state', 404],
    ['GET', '/metrics', 404],
    ['POST', '/healthz', 404],
    ['DELETE', '/healthz', 404],
    ['GET', '/%ff', 400],
    ['GET', `/${'x'.repeat(2_000)}`, 404],
  ];
  for (const [method, path, status] of others) {
    it(`${method} ${path.slice(0, 20)}: ${status}`, async () => {
      const port = await open(() => ({ status: 'ready' }));
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
      expect(answer.status).toBe(status);
      expect(Object.keys((await answer.json()) as object)).toEqual(['error']);
    });
  }
  for (const bytes of [
    '\0\0\0\0',
    'GET / HTTP/9.9\r\n\r\n',
    `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
  ]) {
    it(`bytes ${JSON.stringify(bytes.slice(0, 16))} close the connection and harm nothing`, async () => {
      const port = await open(() => ({ status: 'ready' }));
      await new Promise<void>((closed) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
        socket.on('error', () => {});
        socket.resume();
        socket.on('close', () => closed());
      });
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    });
  }
});

it('a port that is taken is told in a sentence', async () => {
  const port = await open(() => ({ status: 'ready' }));
  expect(await openHealth({ host: '127.0.0.1', port, health: () => ({ status: 'ready' }) })).toEqual({
    ok: false,
    why: `the web page cannot listen on 127.0.0.1:${port} (another program has it)`,
  });
});
