import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import { freePort } from '../link/mqtt/mosquitto.ts';

// A real PostgreSQL on a port and a folder of its own.

/** Debian keeps the server's programs beside their version, on no PATH. */
function findBin(): string | null {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const [newest] = versions.toSorted((a, b) => Number(b) - Number(a));
  const bin = newest === undefined ? null : `/usr/lib/postgresql/${newest}/bin`;
  return bin !== null && existsSync(`${bin}/initdb`) ? bin : null;
}

const bin = findBin();

/** The server refuses to run as root; there, it runs as the user its package made. */
function serverUser(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const idOf = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: idOf('-u'), gid: idOf('-g') };
}

export interface Postgres {
  /** A new, empty database. */
  database(): Promise<string>;
  /** Ends the server as a crash would, and starts it again. */
  crash(): Promise<void>;
  remove(): Promise<void>;
}

export async function startPostgres(): Promise<Postgres> {
  if (bin === null) throw new Error('PostgreSQL is not installed');
  const user = serverUser();
  const dir = mkdtempSync(join(tmpdir(), 'lantern-postgres-'));
  if (user !== null) chownSync(dir, user.uid, user.gid);
  const as = { ...(user ?? {}), cwd: dir, env: { PATH: process.env['PATH'], LC_ALL: 'C' } };
  const data = join(dir, 'data');
  const made = spawnSync(`${bin}/initdb`, ['-D', data, '-U', 'desk', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...as,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const port = await freePort();
  let server = run();
  let count = 0;

  function run() {
    return spawn(
      `${bin}/postgres`,
      ['-D', data, '-p', String(port), '-k', dir, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'],
      { ...as, stdio: 'ignore' },
    );
  }
  async function ready(): Promise<void> {
    while (spawnSync(`${bin}/pg_isready`, ['-h', '127.0.0.1', '-p', String(port)]).status !== 0) {
      if (server.exitCode !== null) throw new Error('PostgreSQL ended at its start');
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  async function stop(signal: NodeJS.Signals): Promise<void> {
    const ended = new Promise((done) => server.once('exit', done));
    server.kill(signal);
    await ended;
  }
  await ready();
  return {
    async database() {
      count += 1;
      const name = `desk${count}`;
      const done = spawnSync(`${bin}/createdb`, ['-h', '127.0.0.1', '-p', String(port), '-U', 'desk', name], {
        encoding: 'utf8',
      });
      if (done.status !== 0) throw new Error(`createdb: ${done.stderr}`);
      return `postgres://desk@127.0.0.1:${port}/${name}`;
    },
    async crash() {
      await stop('SIGQUIT');
      server = run();
      await ready();
    },
    async remove() {
      await stop('SIGQUIT');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export const hasPostgres = bin !== null;
const NOTE = 'NOT RUN: needs PostgreSQL (Debian package: postgresql)';

/** `it` where PostgreSQL is there; else a mark that counts as not run. */
export function itWithPostgres(name: string, run: () => Promise<void>): void {
  if (hasPostgres) {
    it(name, run);
    return;
  }
  it(name, (ctx) => {
    console.error(NOTE);
    ctx.skip(NOTE);
  });
}
