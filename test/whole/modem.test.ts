import { describe, expect } from 'vitest';
import { type Simulator, startSimulator } from '../link/modem/simulator.ts';
import { again, type House, settle, story } from './house.ts';
import { CODE, FRIEND, SISTER, smsTo } from './house-config.ts';
import { polled } from './waiting.ts';

// The program with a GSM modem on a serial port: a real pseudo-terminal, and a network that is not there behind it.

function withModem(house: House, paths: readonly string[] = ['modem'], more: object = {}): Simulator {
  const far = startSimulator();
  house.configure({ sms: { ...more, paths, modem: { port: far.path } } });
  return far;
}

const numberIn = (body: string): string => /\bOK (\d{4})\b/.exec(body)?.[1] ?? 'none';
const textsTo = (far: Simulator, to: string): readonly string[] =>
  far
    .sent()
    .filter((text) => text.to === to)
    .map(({ body }) => body);

async function breakIn(ear: Awaited<ReturnType<House['start']>>['ear']): Promise<void> {
  await ear.order({ action: 'ARM_HOME', code: CODE });
  await ear.device('back-window', { contact: false });
  await ear.untilState('triggered');
}

describe.concurrent('a house with a modem', () => {
  story('tells of an alarm without the internet, and hears the answer', async ({ house }) => {
    const far = withModem(house);
    const { ear } = await house.start();
    await settle(ear);
    await breakIn(ear);
    await polled('the text', () => textsTo(far, SISTER).length > 0);
    const [body = ''] = textsTo(far, SISTER);
    expect(body).toMatch(/^Please ring me now\. Reply OK \d{4} when seen\.$/);
    far.receive(SISTER, `ok ${numberIn(body)}`);
    await ear.until('the answer', () => ear.attributes().alarm?.acknowledgedBy === 'sister');
    expect(ear.attributes().faults).toEqual([]);
    far.close();
  });

  story('takes the place of an internet that is down', async ({ house }) => {
    const twilio = await house.twilio();
    const many = Array.from({ length: 400 }, () => ({ do: 'refuse', status: 503, code: 20503 }) as const);
    for (const kind of ['send', 'list', 'status'] as const) twilio.script(kind, ...many);
    const far = withModem(house, ['twilio', 'modem'], smsTo(twilio));
    const { ear } = await house.start();
    await settle(ear);
    await breakIn(ear);
    await polled('the text', () => textsTo(far, SISTER).length > 0);
    far.close();
  });

  story('a silent press races over both paths with one number', async ({ house }) => {
    const twilio = await house.twilio();
    const far = withModem(house, ['twilio', 'modem'], smsTo(twilio));
    const { ear } = await house.start();
    await settle(ear);
    await ear.device('panic', { action: 'single' });
    await twilio.until(() => twilio.sent.some(({ to }) => to === FRIEND));
    await polled('the text by modem', () => textsTo(far, FRIEND).length > 0);
    const bodies = [...textsTo(far, FRIEND), ...twilio.sent.filter(({ to }) => to === FRIEND).map(({ body }) => body)];
    expect(new Set(bodies.map(numberIn)).size).toBe(1);
    expect(ear.attributes().alarm).toBeNull();
    far.close();
  });

  story('a modem that hangs in the middle of an alarm is opened anew, and the text goes out', async ({ house }) => {
    const far = withModem(house);
    const { ear } = await house.start();
    await settle(ear);
    await polled('the modem was looked at', () => far.heard.some((line) => line.startsWith('AT+CMGL')));
    far.script(/^AT\+CMGS/, { do: 'hang', until: 'reset' });
    await breakIn(ear);
    await polled('the text', () => textsTo(far, SISTER).length > 0);
    far.close();
  });

  story('what a stop left unsaid is said after it', async ({ house }) => {
    const far = withModem(house);
    const first = await house.start();
    await settle(first.ear);
    far.set({ failSends: 42 });
    await breakIn(first.ear);
    await polled('a try', () => far.heard.some((line) => line.startsWith('AT+CMGS')));
    const { ear } = await again(house, first);
    far.set({ failSends: null });
    await polled('the text', () => textsTo(far, SISTER).length > 0);
    expect(ear.state()).toBe('triggered');
    far.close();
  });
});
