import { afterEach, describe, expect, it } from 'vitest';
import { createClock } from '../../../src/link/clock.ts';
import { openSerial, type Port } from '../../../src/link/modem/port.ts';
import { TO } from '../texts/path-contract.ts';
import { type Simulator, startSimulator } from './simulator.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of closers.splice(0).reverse()) await end();
});

interface Terminal {
  readonly far: Simulator;
  readonly port: Port;
  /** Resolves when this has been said. */
  heard(text: string): Promise<string>;
}

async function open(): Promise<Terminal> {
  const far = startSimulator();
  closers.push(() => far.close());
  let said = '';
  let look = (): void => {};
  const data = (bytes: Uint8Array): void => {
    said += Buffer.from(bytes).toString('latin1');
    look();
  };
  const opened = await openSerial({ path: far.path, baud: 115_200 }, { data, gone: () => {} }, createClock(null));
  if (!opened.ok) throw new Error(opened.why);
  closers.push(() => opened.port.close());
  return {
    far,
    port: opened.port,
    heard: (text) =>
      new Promise((done) => {
        look = () => {
          const at = said.indexOf(text);
          if (at < 0) return;
          look = () => {};
          const all = said.slice(0, at + text.length);
          said = said.slice(at + text.length);
          done(all);
        };
        look();
      }),
  };
}

describe('in text mode', () => {
  it('a text is sent', async () => {
    const { far, port, heard } = await open();
    port.write('AT+CMGF=1\r');
    await heard('OK');
    port.write(`AT+CMGS="${TO}"\r`);
    await heard('> ');
    port.write('Please ring me now.\u001a');
    await heard('+CMGS: 0');
    expect(far.sent()).toMatchObject([{ to: TO, body: 'Please ring me now.' }]);
  });

  it('texts are listed, read and deleted', async () => {
    const { far, port, heard } = await open();
    far.receive(TO, 'OK 4821');
    port.write('AT+CMGF=1\r');
    await heard('OK\r\n');
    port.write('AT+CMGL="ALL"\r');
    expect(await heard('\r\nOK\r\n')).toContain(`+CMGL: 1,"REC UNREAD","${TO}",,"26/11/21,20:29:00+00"\r\nOK 4821\r\n`);
    port.write('AT+CMGR=1\r');
    expect(await heard('\r\nOK\r\n')).toContain(`+CMGR: "REC READ","${TO}"`);
    port.write('AT+CMGD=1\r');
    await heard('OK\r\n');
    expect(far.stored()).toBe(0);
  });

  it('Escape leaves a prompt, and nothing is sent', async () => {
    const { far, port, heard } = await open();
    port.write('AT+CMGS=20\r');
    await heard('> ');
    port.write('0011\u001b');
    await heard('OK');
    expect(far.sent()).toEqual([]);
  });
});

describe('a port', () => {
  it('has one owner', async () => {
    const { far } = await open();
    const again = await openSerial({ path: far.path, baud: 115_200 }, { data() {}, gone() {} }, createClock(null));
    expect(again).toMatchObject({ ok: false, why: expect.stringMatching(/another program holds/) });
  });

  it('that is pulled says so, once, and is closed without ado', async () => {
    const far = startSimulator();
    const told: string[] = [];
    const gone = Promise.withResolvers<void>();
    const door = {
      data() {},
      gone(why: string) {
        told.push(why);
        gone.resolve();
      },
    };
    const opened = await openSerial({ path: far.path, baud: 115_200 }, door, createClock(null));
    far.close();
    await gone.promise;
    if (opened.ok) {
      opened.port.write('AT\r');
      await opened.port.close();
      await opened.port.close();
    }
    expect(told.length).toBe(1);
  });

  it('that is not there is named', async () => {
    const opened = await openSerial(
      { path: '/dev/no-such-modem', baud: 9_600 },
      { data() {}, gone() {} },
      createClock(null),
    );
    expect(opened).toMatchObject({ ok: false, why: expect.stringMatching(/no-such-modem is not there/) });
  });

  it('that is no serial port is refused in words', async () => {
    const opened = await openSerial({ path: '/dev/null', baud: 9_600 }, { data() {}, gone() {} }, createClock(null));
    expect(opened).toMatchObject({ ok: false, why: expect.stringMatching(/\/dev\/null cannot be used/) });
  });
});
