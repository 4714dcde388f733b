import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type House, story } from './house.ts';
import { BASE, CODE, DURESS, NAME } from './house-config.ts';

// The locks changed in the running program, which is then killed: what is over stays over, and nobody is locked out of her own house.

const NEW = '350871';
const USER = { name: 'ear', password: 'a password of before' };
const rights = { publish: ['zigbee2mqtt/#', `${BASE}/panel/set`], subscribe: ['lantern/#'] };

const asUser = ({ ports, configure }: House, password: string): void => {
  const mqtt = { listen: { host: '127.0.0.1', port: ports.mqtt }, users: [{ ...USER, ...rights, password }] };
  configure({ mqtt, web: { host: '127.0.0.1', port: ports.web, tls: 'self' } });
};

interface Live {
  readonly people: readonly { readonly name: string }[];
  readonly brokerUsers: readonly { readonly name: string; readonly here: number; readonly password: string }[];
  readonly changed: object | null;
}
const live = async (house: House): Promise<Live> =>
  JSON.parse((await house.lantern(['locks', '--json'])).stdout) as Live;

story('the locks are changed, and the hub is killed and comes back', async ({ house }) => {
  asUser(house, USER.password);
  await house.lantern(['users', 'add', '--name', 'Vera', '--role', 'resident'], '620485');
  const login = { filters: [`${BASE}/#`], client: { username: USER.name, password: USER.password } };
  const first = await house.launch();
  await first.untilLogged('ready');
  const ear = await house.ear(login);
  const certificate = readFileSync(join(house.data, 'web-cert.pem'), 'utf8');
  expect(await live(house)).toMatchObject({
    people: [{ name: NAME }, { name: 'Vera' }],
    brokerUsers: [{ name: 'ear', here: 1, password: 'in force' }],
    changed: null,
  });
  const wrong = await house.lantern(['locks', 'change'], `111222\n${NEW}\n`);
  expect([wrong.code, wrong.stderr]).toEqual([1, 'lantern: that code is not right\n']);
  const changed = await house.lantern(['locks', 'change', '--json'], `${CODE}\n${NEW}\n`);
  const { ended, passwords } = JSON.parse(changed.stdout) as {
    readonly ended: object;
    readonly passwords: readonly [{ readonly name: string; readonly password: string }];
  };
  expect([ended, passwords[0].name]).toEqual([{ people: 1, sessions: 0, installer: 0, brokerUsers: 1 }, 'ear']);
  await first.kill();

  // What a program of this machine still has in its own config goes on, so that no sensor is lost.
  const second = await house.launch();
  await second.untilLogged('ready');
  const again = await house.ear(login);
  for (const [code, ok] of [
    [CODE, false],
    [DURESS, false],
    [NEW, true],
    ['620485', false],
  ] as const) {
    expect([code, (await again.order({ action: 'DISARM', code })).ok]).toEqual([code, ok]);
  }
  expect(readFileSync(join(house.data, 'web-cert.pem'), 'utf8')).not.toBe(certificate);
  expect(await live(house)).toMatchObject({
    people: [{ name: NAME }],
    brokerUsers: [{ password: 'revoked' }],
    changed: { ended },
  });
  await Promise.all([second.kill(), ear.end(), again.end()]);

  // The config names the new one: now it is the only one.
  asUser(house, passwords[0].password);
  const third = await house.launch();
  await third.untilLogged('ready');
  await house.ear({ ...login, client: { username: USER.name, password: passwords[0].password } });
  expect((await live(house)).brokerUsers).toMatchObject([{ password: 'in force', here: 1 }]);
  await third.kill();
  for (const [name, text] of house.files())
    if (name !== 'accepted.json') expect([name, text.includes(passwords[0].password)]).toEqual([name, false]);

  // Where no hub runs the files are changed, and the next start goes on from there.
  const offline = await house.lantern(['locks', 'change', '--json'], `${NEW}\n904286\n`);
  expect(JSON.parse(offline.stdout)).toMatchObject({ passwords: [{ name: 'ear' }] });
  expect((await house.lantern(['users', 'change-code'], '904286\n482913\n')).stdout).toBe('the code is changed\n');
  expect(house.verify()).toBe('ok');
});
