import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const command = readFileSync(resolve(import.meta.dirname, '../../scripts/box/lantern'), 'utf8');

/** The installed command of a box that is a folder, with stand-ins for what changes users and opens credentials. */
function makeBox() {
  const at = mkdtempSync(join(tmpdir(), 'lantern-command-'));
  const bin = join(at, 'bin');
  const write = (file: string, text: string): void => {
    mkdirSync(join(at, file, '..'), { recursive: true });
    writeFileSync(join(at, file), text, { mode: 0o755 });
  };
  mkdirSync(join(at, 'run'));
  write(
    'lantern',
    command.replace(/\/(opt|etc)\/lantern\b|\/run\//g, (path) => `${at}${path}`),
  );
  write(
    'opt/lantern/current/scripts/lantern',
    '#!/bin/sh\necho "$AS runs $*"\ncd "$CREDENTIALS_DIRECTORY" && for one in *; do echo "$one: $(cat "$one")"; done\n',
  );
  write('etc/lantern/credentials/twilio_token', 'plain');
  write('etc/lantern/credentials/lantern_pepper.cred', 'sealed');
  write('bin/id', '#!/bin/sh\n[ "$1" = -u ] && echo 0 || echo root\n');
  write('bin/chown', '#!/bin/sh\n');
  write('bin/runuser', '#!/bin/sh\nshift 3\nAS=lantern exec "$@"\n');
  write('bin/systemd-creds', '#!/bin/sh\n[ "$2" = "--name=lantern_pepper" ] && sed "s/sealed/opened/" "$3" >"$4"\n');
  const run = (...args: readonly string[]): readonly string[] => {
    const env = { ...process.env, AS: 'root', PATH: `${bin}:${process.env['PATH']}` };
    const ran = spawnSync('sh', [join(at, 'lantern'), ...args], { encoding: 'utf8', env });
    expect({ status: ran.status, err: ran.stderr }).toEqual({ status: 0, err: '' });
    return ran.stdout.trim().split('\n');
  };
  return { at, run };
}

describe('the installed command', () => {
  test('hands over what systemd hands to the service, opened, and leaves none of it', () => {
    const { at, run } = makeBox();
    for (const what of ['upgrade', 'unit', 'check'])
      expect(run(what).slice(1)).toEqual(['lantern_pepper: opened', 'twilio_token: plain']);
    expect(readdirSync(join(at, 'run'))).toEqual([]);
    rmSync(at, { recursive: true });
  });

  test('gives up root for all that can do without, and for the doctor, who is to find what the hub may do', () => {
    const { at, run } = makeBox();
    for (const [what, who] of [
      ['doctor', 'lantern'],
      ['users', 'lantern'],
      ['backup', 'root'],
      ['remove', 'root'],
    ] as const)
      expect(run(what, '--data', 'a b')[0]).toBe(`${who} runs ${what} --data a b`);
    rmSync(at, { recursive: true });
  });
});
