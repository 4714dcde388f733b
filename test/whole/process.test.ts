import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import koffi from 'koffi';
import { describe, expect } from 'vitest';
import { unixAddress } from '../../src/link/systemd.ts';
import type { Ear } from './ear.ts';
import { type House, type Hub, settle, story } from './house.ts';
import { BASE, CODE, LONG } from './house-config.ts';
import { lantern } from './program.ts';
import { polled } from './waiting.ts';

const armHome = async (ear: Ear): Promise<void> => {
  await settle(ear);
  expect(await ear.order({ action: 'ARM_HOME', code: CODE })).toMatchObject({ ok: true });
};
const open = (ear: Ear, door: string): Promise<void> => ear.device(door, { contact: false });

/** What a program said beside warnings about its config. */
const said = (stderr: string): readonly string[] =>
  stderr.split('\n').filter((line) => line !== '' && !/: warning: /.test(line));

const refuseAll = { site: { id: 'whole', timezone: 'Europe/Lundun' } };

describe.concurrent('a restart that is asked for', () => {
  const restart = (house: House) => house.lantern(['restart']);

  story('ends the hub in order with 75, and with a silent call open too, which shows nowhere', async ({ house }) => {
    const hub = await house.start();
    await hub.ear.order({ action: 'PANIC' });
    expect(await restart(house)).toMatchObject({ code: 0, stdout: 'the hub starts again\n' });
    expect(await hub.run.ended).toEqual({ code: 75, signal: null });
    expect(house.verify()).toBe('ok');
  });

  story('is refused while the panel is armed, and while an alarm is open', async ({ house }) => {
    const { ear, run } = await house.start();
    await armHome(ear);
    expect(await restart(house)).toMatchObject({ code: 1, stderr: 'lantern: the panel is armed; disarm it first\n' });
    await ear.device('smoke', { smoke: true });
    await ear.untilState('triggered');
    expect(await restart(house)).toMatchObject({ code: 1, stderr: 'lantern: an alarm is open; end it first\n' });
    expect(await run.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });
});

describe.concurrent('a stop', () => {
  const states: readonly [string, (house: House, hub: Hub) => Promise<unknown>][] = [
    ['at rest', async () => {}],
    ['while armed', (_house, { ear }) => armHome(ear)],
    [
      'in an alarm',
      async (_house, { ear }) => {
        await armHome(ear);
        await open(ear, 'back-window');
        await ear.untilState('triggered');
      },
    ],
    [
      'with a text in the air that nobody answers',
      async (house, { ear, run }) => {
        const far = await house.twilio();
        far.script('send', { do: 'hang' });
        await run.kill('SIGTERM');
        await ear.end();
        const hub = { run: await house.launch(), ear: await house.ear() };
        await hub.ear.order({ action: 'PANIC' });
        await far.until(() => far.sent.length === 1);
        return hub;
      },
    ],
  ];
  for (const [name, reach] of states) {
    story(`${name} ends in order, and within 5 s`, async ({ house }) => {
      const hub = await house.start();
      const now = ((await reach(house, hub)) as Hub | undefined) ?? hub;
      const asked = performance.now();
      expect(await now.run.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(performance.now() - asked).toBeLessThan(5000);
      expect(house.verify()).toBe('ok');
    });
  }

  story('in the middle of the start ends it in order too', async ({ house }) => {
    const run = await house.launch();
    await run.until('its first word', () => run.stderr() !== '');
    expect(await run.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  story('the socket for commands is gone after it', async ({ house }) => {
    const { run } = await house.start();
    expect(statSync(join(house.data, 'control.sock')).mode & 0o777).toBe(0o600);
    await run.kill('SIGTERM');
    expect(existsSync(join(house.data, 'control.sock'))).toBe(false);
  });
});

describe.concurrent('a start that is refused', () => {
  story('a second hub on the same data: exit 1, one line, and the first goes on', async ({ house }) => {
    const first = await house.start();
    await armHome(first.ear);
    const kept = (): readonly string[] =>
      ['accepted.json', 'starts.json'].map((name) => readFileSync(join(house.data, name), 'utf8'));
    const before = kept();
    house.configure({ neverContact: ['+447700900998'] });
    const { code, stderr } = await lantern(['run', '--config', house.config, '--data', house.data]);
    expect([code, said(stderr)]).toEqual([1, [expect.stringMatching(/^lantern: another hub is running/)]]);
    // Nothing of the first is touched, neither its last accepted config nor its count of starts.
    expect(kept()).toEqual(before);
    await open(first.ear, 'back-window');
    await first.ear.untilState('triggered');
    await first.ear.untilSirenTold('on');
  });

  story('the MQTT port in use: exit 1, one sentence', async ({ house }) => {
    const squatter = await squat(house.ports.mqtt);
    const { code, stderr } = await lantern(['run', '--config', house.config, '--data', house.data]);
    squatter.close();
    expect(code).toBe(1);
    expect(said(stderr)).toEqual([expect.stringMatching(new RegExp(`^lantern: .*${house.ports.mqtt}`))]);
  });

  story('the web port in use is no reason not to guard', async ({ house }) => {
    const squatter = await squat(house.ports.web);
    const { ear } = await house.start();
    await ear.until('the fault', () => ear.attributes().faults.includes('web'));
    await armHome(ear);
    await open(ear, 'back-window');
    await ear.untilSirenTold('on');
    squatter.close();
  });

  story('a refused config, and none was accepted before: exit 2 with every problem', async ({ house }) => {
    house.configure({ ...refuseAll, contatcs: [] });
    const { code, stderr } = await lantern(['run', '--config', house.config, '--data', house.data]);
    expect(code).toBe(2);
    const errors = said(stderr);
    expect(errors.length).toBeGreaterThanOrEqual(2);
    for (const line of errors) expect(line).toMatch(/^\/.*house\.yaml:\d+:\d+: [\w.[\]]+: .+/);
    expect(stderr).toContain('Europe/London');
    expect(stderr).toContain('contacts');
  });

  story('no config at all: exit 2, and it says which file', async ({ house }) => {
    rmSync(house.config);
    const { code, stderr } = await lantern(['run', '--config', house.config, '--data', house.data]);
    expect(code).toBe(2);
    expect(stderr).toContain('house.yaml');
    expect(stderr).not.toContain('    at ');
  });

  story('a data directory that cannot be made: exit 1, one line', async ({ house }) => {
    const { code, stderr } = await lantern(['run', '--config', house.config, '--data', `${house.config}/data`]);
    expect([code, said(stderr)]).toEqual([1, [expect.stringMatching(/^lantern: /)]]);
  });

  story('a file where the data directory should be: exit 1, one line', async ({ house }) => {
    const { code, stderr } = await lantern(['run', '--config', house.config, '--data', house.config]);
    expect([code, said(stderr)]).toEqual([1, [expect.stringMatching(/^lantern: /)]]);
  });
});

describe.concurrent('a config that is refused at a start', () => {
  const broken: readonly [string, (house: House) => void][] = [
    ['a wrong word', (house) => house.configure(refuseAll)],
    ['no YAML', (house) => writeFileSync(house.config, 'site: {')],
    ['an empty file', (house) => writeFileSync(house.config, '')],
    ['bytes', (house) => writeFileSync(house.config, Buffer.from([0xff, 0xfe, 0x00, 0x01]))],
    ['gone', (house) => rmSync(house.config)],
  ];
  for (const [name, breakIt] of broken) {
    story(`${name}: the last one accepted guards on, and says so`, async ({ house }) => {
      const first = await house.start();
      await armHome(first.ear);
      await first.run.kill('SIGTERM');
      breakIt(house);
      const { run, ear } = await house.start();
      expect(ear.state()).toBe('armed_home');
      await ear.until('the fault', () => ear.attributes().faults.includes('config_refused'));
      expect(run.stderr()).toContain('house.yaml');
      await open(ear, 'back-window');
      await ear.untilState('triggered');
      await ear.untilSirenTold('on');
    });
  }

  story('and mended, the fault is gone', async ({ house }) => {
    const first = await house.start();
    await first.run.kill('SIGTERM');
    house.configure(refuseAll);
    const second = await house.start();
    await second.ear.until('the fault', () => second.ear.attributes().faults.includes('config_refused'));
    await second.run.kill('SIGTERM');
    house.configure({ site: { id: 'whole', timezone: 'Europe/London' } });
    const { ear } = await house.start();
    expect(ear.attributes().faults).toEqual([]);
  });
});

describe.concurrent('a damaged database', () => {
  const db = (house: House): string => join(house.data, 'lantern.db');
  const scribble = (at: number | 'half') => (house: House) => {
    const fd = openSync(db(house), 'r+');
    const size = statSync(db(house)).size;
    writeSync(fd, Buffer.alloc(3000, 'garbage!'), 0, 3000, at === 'half' ? Math.floor(size / 2) : at);
    closeSync(fd);
  };
  const damages: readonly [string, (house: House) => void][] = [
    ['garbage at its beginning', scribble(0)],
    ['garbage behind its header', scribble(100)],
    ['garbage in its second page', scribble(4096)],
    ['garbage in its middle', scribble('half')],
    ['half of it', (house) => truncateSync(db(house), Math.floor(statSync(db(house)).size / 2))],
    ['its first hundred bytes', (house) => truncateSync(db(house), 100)],
    ['another kind of file', (house) => writeFileSync(db(house), 'no database at all\n'.repeat(1000))],
  ];
  for (const [name, damage] of damages) {
    story(`${name}: set aside, armed as before, told`, async ({ house }) => {
      const first = await house.start();
      await armHome(first.ear);
      await first.run.kill('SIGTERM');
      damage(house);
      const wreck = readFileSync(db(house));
      const { ear } = await house.start();
      expect(ear.state()).toBe('armed_home');
      expect(ear.attributes().mode).toBe('home');
      expect(ear.attributes().faults).toContain('database');
      const kept = readdirSync(house.data).filter((file) => /^lantern\.db\..*damaged|^lantern\.db\.\w*-/.test(file));
      expect(kept.map((file) => readFileSync(join(house.data, file)).equals(wreck))).toContain(true);
      const { stdout } = await house.lantern(['log', '--format', 'jsonl']);
      expect(stdout).toContain('"type":"database-set-aside"');
      await open(ear, 'back-window');
      await ear.untilState('triggered');
      await ear.untilSirenTold('on');
      expect(house.verify()).toBe('ok');
    });
  }

  const losses: readonly [string, (house: House) => void][] = [
    ['an empty file', (house) => truncateSync(db(house), 0)],
    ['gone', (house) => rmSync(db(house))],
    [
      'a directory',
      (house) => {
        rmSync(db(house));
        mkdirSync(db(house));
      },
    ],
    ['the key to its state gone', (house) => rmSync(join(house.data, 'state.key'))],
    ['the key to its state damaged', (house) => writeFileSync(join(house.data, 'state.key'), 'no key')],
  ];
  for (const [name, lose] of losses) {
    story(`${name}: armed as before, and a fault`, async ({ house }) => {
      const first = await house.start();
      await armHome(first.ear);
      await first.run.kill('SIGTERM');
      lose(house);
      const { ear } = await house.start();
      expect(ear.state()).toBe('armed_home');
      await ear.until('the fault', () => ear.attributes().faults.length > 0);
      for (const fault of ear.attributes().faults) expect(fault).toMatch(/^(database|disk)$/);
      await open(ear, 'back-window');
      await ear.untilState('triggered');
      await ear.untilSirenTold('on');
    });
  }

  const phases: readonly [string, (ear: Ear) => Promise<unknown>, string][] = [
    ['disarmed', async () => {}, 'disarmed'],
    ['an exit delay: it counts as over', (ear) => ear.order({ action: 'ARM_AWAY', code: CODE }), 'armed_away'],
    [
      'an entry delay: it gets its floor, and ends',
      async (ear) => {
        await armHome(ear);
        await open(ear, 'front-door');
        await ear.untilState('pending');
      },
      'pending',
    ],
    [
      'an alarm: the siren sounds again',
      async (ear) => {
        await armHome(ear);
        await open(ear, 'back-window');
        await ear.untilState('triggered');
      },
      'triggered',
    ],
  ];
  for (const [name, reach, state] of phases) {
    story(`lost in ${name}`, async ({ house }) => {
      house.configure({
        panel: {
          modes: {
            away: { exitDelay: LONG, entryDelay: LONG },
            home: { exitDelay: '0s', entryDelay: '2s' },
            night: { exitDelay: '0s', entryDelay: '2s' },
          },
        },
      });
      const first = await house.start();
      await reach(first.ear);
      // On a disk so slow that the hub did not wait for it, the mirror follows.
      const mirror = join(house.data, 'phase.json');
      const shown = first.ear.state() ?? '';
      await polled(`${shown} in phase.json`, () => existsSync(mirror) && readFileSync(mirror, 'utf8').includes(shown));
      await first.run.kill();
      writeFileSync(db(house), 'rubbish'.repeat(1000));
      for (const beside of ['-wal', '-shm']) rmSync(`${db(house)}${beside}`, { force: true });
      const { ear } = await house.start();
      await ear.until('its first word', () => ear.state() !== undefined);
      const states = ear.heard.filter(({ topic }) => topic === `${BASE}/panel/state`).map(({ payload }) => payload);
      expect(states[0]).toBe(state);
      if (state === 'pending') await ear.untilState('triggered');
      if (state === 'triggered' || state === 'pending') await ear.untilSirenTold('on');
      expect(ear.attributes().faults).toContain('database');
    });
  }

  story('with phase.json gone as well: disarmed, loud, and the personal alarm lives', async ({ house }) => {
    const first = await house.start();
    await armHome(first.ear);
    await first.run.kill('SIGTERM');
    writeFileSync(db(house), 'rubbish'.repeat(1000));
    rmSync(join(house.data, 'phase.json'));
    const { ear } = await house.start();
    expect(ear.state()).toBe('disarmed');
    expect(ear.attributes().faults).toContain('database');
    await ear.device('loud-panic', { action: 'single' });
    await ear.untilState('triggered');
    await ear.untilSirenTold('on');
  });

  const mirrors: readonly [string, string | null][] = [
    ['gone', null],
    ['empty', ''],
    ['rubbish', '{"state":'],
    ['of another kind', '[]'],
  ];
  for (const [name, text] of mirrors) {
    story(`phase.json alone ${name}: the database knows`, async ({ house }) => {
      const first = await house.start();
      await armHome(first.ear);
      await first.run.kill('SIGTERM');
      if (text === null) rmSync(join(house.data, 'phase.json'));
      else writeFileSync(join(house.data, 'phase.json'), text);
      const { ear } = await house.start();
      expect([ear.state(), ear.attributes().faults]).toEqual(['armed_home', []]);
    });
  }

  story('damaged people: nobody has a code, it is a fault, and the personal alarm lives', async ({ house }) => {
    writeFileSync(join(house.data, 'users.json'), '{"version":1,');
    const { ear } = await house.start();
    await ear.until('the fault', () => ear.attributes().faults.includes('users'));
    expect(await ear.order({ action: 'ARM_HOME', code: CODE })).toMatchObject({ ok: false });
    await ear.device('loud-panic', { action: 'single' });
    await ear.untilSirenTold('on');
  });
});

const hasPrlimit = spawnSync('prlimit', ['--version']).error === undefined;

describe.skipIf(!hasPrlimit)('a disk that refuses', { concurrent: true }, () => {
  /** No file may grow beyond `bytes` any more: every write of the hub fails, as on a full or dead disk. */
  const limit = (pid: number, bytes: number | 'unlimited'): void => {
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
  };

  story('the siren is driven, it is told, a code ends it; only arming is refused', async ({ house }) => {
    const { run, ear } = await house.start();
    await armHome(ear);
    limit(run.pid, 0);
    await open(ear, 'back-window');
    await ear.untilSirenTold('on');
    await ear.untilState('triggered');
    await run.untilLogged('text not sent: no path is configured');
    await ear.until('the fault', () => ear.attributes().faults.includes('disk'));
    expect(await ear.order({ action: 'DISARM', code: CODE })).toMatchObject({ ok: true });
    await ear.untilState('disarmed');
    await ear.untilSirenTold('off');
    expect(await ear.order({ action: 'ARM_HOME', code: CODE })).toMatchObject({ ok: false, error: 'not_allowed' });
    limit(run.pid, 'unlimited');
    await ear.until('the fault gone', () => !ear.attributes().faults.includes('disk'));
    await ear.untilEvent('disarmed');
    expect(await ear.order({ action: 'ARM_HOME', code: CODE, bypass: ['back-window'] })).toMatchObject({ ok: true });
    await ear.untilEvent('armed');
    // Nothing that happened meanwhile is missing, and everyone who listened heard it all.
    await ear.until('every row', () => ear.events().filter(({ type }) => type === 'armed').length === 2);
    const seqs = ear.events().map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + (seqs[0] ?? 0)));
    expect(ear.events().map(({ type }) => type)).toContain('alarm-raised');
    expect(house.verify()).toBe('ok');
  });

  story('a stop ends it all the same', async ({ house }) => {
    const { run, ear } = await house.start();
    await armHome(ear);
    limit(run.pid, 0);
    await open(ear, 'back-window');
    await ear.untilSirenTold('on');
    expect(await run.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  story('killed meanwhile, it comes back armed', async ({ house }) => {
    const first = await house.start();
    await armHome(first.ear);
    limit(first.run.pid, 0);
    await open(first.ear, 'back-window');
    await first.ear.untilSirenTold('on');
    await first.run.kill();
    const { ear } = await house.start();
    expect(ear.state()).toBe('armed_home');
    expect(house.verify()).toBe('ok');
  });

  story('from the start: it guards as it did, and says so', async ({ house }) => {
    const first = await house.start();
    await armHome(first.ear);
    await first.run.kill('SIGTERM');
    const { ear } = await house.start({ through: ['prlimit', '--fsize=0:unlimited'] });
    expect(ear.state()).toBe('armed_home');
    await ear.until('the fault', () => ear.attributes().faults.includes('disk'));
    await open(ear, 'back-window');
    await ear.untilState('triggered');
    await ear.untilSirenTold('on');
  });
});

describe.concurrent('its surroundings', () => {
  story('systemd hears READY=1 and, again and again, WATCHDOG=1', async ({ house }) => {
    const socket = join(house.dir, 'notify');
    const heard = listenAsSystemd(socket);
    const { run } = await house.start({ env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '600000' } });
    await polled('READY=1 and three times WATCHDOG=1', () => {
      const words = heard();
      return words.includes('READY=1') && words.filter((word) => word === 'WATCHDOG=1').length >= 3;
    });
    expect(heard()[0]).toBe('READY=1');
    await run.kill('SIGTERM');
    await polled('STOPPING=1', () => heard().includes('STOPPING=1'));
  });

  story('whoever read its log is gone: the siren is told', async ({ house }) => {
    const { run, ear } = await house.start();
    await armHome(ear);
    run.child.stdout?.destroy();
    run.child.stderr?.destroy();
    await open(ear, 'back-window');
    await ear.untilSirenTold('on');
    await ear.untilState('triggered');
    expect(await ear.order({ action: 'DISARM', code: CODE })).toMatchObject({ ok: true });
    expect(await run.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  story('nobody reads its log, and the pipe is full: the siren is told', async ({ house }) => {
    const fifo = join(house.dir, 'log');
    execFileSync('mkfifo', [fifo]);
    const pipe = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    fill(pipe);
    const run = await house.launch({ stdout: pipe });
    const ear = await house.ear();
    await armHome(ear);
    await open(ear, 'back-window');
    await ear.untilSirenTold('on');
    await ear.untilState('triggered');
    expect(await ear.order({ action: 'DISARM', code: CODE })).toMatchObject({ ok: true });
    const asked = performance.now();
    expect(await run.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - asked).toBeLessThan(5000);
    closeSync(pipe);
  });

  story(
    '/healthz answers 200 while it guards, and the house is shown to nobody without a session',
    async ({ house }) => {
      await house.start();
      await polled('the page', () =>
        fetch(`http://127.0.0.1:${house.ports.web}/healthz`).then(
          ({ status }) => status === 200,
          () => false,
        ),
      );
      expect((await fetch(`http://127.0.0.1:${house.ports.web}/api/state`)).status).toBe(401);
    },
  );

  story('the data directory and all in it are for its owner alone', async ({ house }) => {
    const { run } = await house.start();
    await run.kill('SIGTERM');
    expect(statSync(house.data).mode & 0o777).toBe(0o700);
    const open = [...house.files().keys()].filter((file) => (statSync(join(house.data, file)).mode & 0o077) !== 0);
    // The log may be read by whoever may enter the directory.
    expect(open.filter((file) => !file.startsWith('lantern.db'))).toEqual([]);
  });
});

async function squat(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return server;
}

/** Fills a pipe to the brim. */
function fill(pipe: number): void {
  for (const size of [65536, 4096, 1]) {
    try {
      for (;;) writeSync(pipe, Buffer.alloc(size, 'x'));
    } catch {
      // Full, for pieces of this size.
    }
  }
}

const libc = koffi.load('libc.so.6');
const socketOf = libc.func('int socket(int domain, int type, int protocol)');
const bind = libc.func('int bind(int fd, void *address, uint32_t size)');
const recv = libc.func('long recv(int fd, _Out_ void *buffer, size_t size, int flags)');

/** A datagram socket as systemd holds one; gives every word so far. It closes with this process. */
function listenAsSystemd(path: string): () => readonly string[] {
  const address = unixAddress(path);
  const fd: number = socketOf(1, 2, 0);
  if (address === null || bind(fd, address, address.length) !== 0) throw new Error(`cannot bind ${path}`);
  const words: string[] = [];
  return () => {
    const buffer = Buffer.alloc(4096);
    for (let size = 0; size >= 0; ) {
      size = Number(recv(fd, buffer, buffer.length, 0x40));
      if (size >= 0) words.push(buffer.toString('utf8', 0, size));
    }
    return words;
  };
}
