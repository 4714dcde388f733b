import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian keeps the broker in /usr/sbin, which is on no ordinary PATH. */
const ENV = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/usr/local/sbin` };

export const hasMosquitto = spawnSync('mosquitto', ['-h'], { env: ENV }).error === undefined;
export const hasMosquittoClients = spawnSync('mosquitto_pub', ['--help'], { env: ENV }).error === undefined;
export const NOT_RUN = 'NOT RUN: mosquitto is not installed (Debian packages: mosquitto mosquitto-clients)';

export interface Mosquitto {
  readonly port: number;
  readonly dir: string;
  /** Stops the process and starts it again on the same port, with nothing kept. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops the process from running without ending it, so that connections stay and nothing is read. */
  remove(): Promise<void>;
}

/** A port nobody had a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      probe.close(() => done(port));
    });
  });
}

const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const probe = connect(port, '127.0.0.1');
    probe.once('connect', () => done(true));
    probe.once('error', () => done(false));
    probe.once('close', () => probe.destroy());
    probe.once('connect', () => probe.end());
  });

/** A real mosquitto with these lines of config behind its listener. */
export async function startMosquitto(config: readonly string[] = ['allow_anonymous true']): Promise<Mosquitto> {
  const dir = mkdtempSync(join(tmpdir(), 'lantern-mosquitto-'));
  const port = await freePort();
  const file = join(dir, 'mosquitto.conf');
  writeFileSync(file, [`listener ${port} 127.0.0.1`, 'log_dest stderr', ...config, ''].join('\n'));
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    let said = '';
    const started = spawn('mosquitto', ['-c', file], { env: ENV, stdio: ['ignore', 'ignore', 'pipe'] });
    child = started;
    started.stderr.on('data', (text) => {
      said += text;
    });
    while (!(await answers(port))) {
      if (started.exitCode !== null) throw new Error(`mosquitto ended: ${said}`);
    }
  }

  async function stop(): Promise<void> {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null) return;
    const ended = new Promise((done) => running.once('exit', done));
    running.kill('SIGKILL');
    await ended;
  }

  await start();
  return {
    port,
    dir,
    start,
    stop,
    async remove() {
      await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface Certificates {
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly clientCert: string;
  readonly clientKey: string;
  /** A CA that signed none of them. */
  readonly strangerCa: string;
}

/** A CA of our own, and what it signed, as PEM files in the folder. */
export function makeCertificates(dir: string): Certificates {
  const at = (name: string): string => join(dir, name);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { stdio: 'pipe' });
  };
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

  const makeCa = (name: string): void =>
    openssl('req', '-x509', ...ec, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), '-subj', `/CN=${name}`);

  function sign(name: string): void {
    openssl('req', ...ec, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', `/CN=${name}`);
    writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
    const by = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('names')];
    openssl('x509', '-req', '-in', at(`${name}.csr`), ...by, '-days', '2', '-out', at(`${name}.pem`));
  }

  makeCa('ca');
  makeCa('stranger');
  sign('server');
  sign('client');
  return {
    ca: at('ca.pem'),
    serverCert: at('server.pem'),
    serverKey: at('server.key'),
    clientCert: at('client.pem'),
    clientKey: at('client.key'),
    strangerCa: at('stranger.pem'),
  };
}
