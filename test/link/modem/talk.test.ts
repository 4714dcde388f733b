import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTalk, type News, type Reply, type Talk } from '../../../src/link/modem/talk.ts';
import { createPatientClock } from './patient-clock.ts';

interface Heard {
  readonly talk: Talk;
  readonly written: string[];
  readonly news: News[];
  say(text: string): void;
}

function open(): Heard {
  const written: string[] = [];
  const news: News[] = [];
  const clock = createPatientClock(() => true);
  const talk = createTalk({ clock, write: (text) => void written.push(text), news: (one) => void news.push(one) });
  return { talk, written, news, say: (text) => talk.take(Buffer.from(text, 'latin1')) };
}

const ask = (its: Heard, textOf: string): Promise<Reply> =>
  its.talk.ask({ text: textOf, expects: /^\+CSQ:/, deadlineMs: 1000 });

describe('a conversation', () => {
  it('one command at a time, in order', async () => {
    const its = open();
    const [first, second] = [ask(its, 'AT+CSQ'), ask(its, 'AT')];
    expect(its.written).toEqual(['AT+CSQ\r']);
    its.say('\r\n+CSQ: 21,0\r\n\r\nOK\r\n');
    expect(await first).toEqual({ end: 'ok', lines: ['+CSQ: 21,0'] });
    expect(its.written).toEqual(['AT+CSQ\r', 'AT\r']);
    its.say('\r\nOK\r\n');
    expect(await second).toEqual({ end: 'ok', lines: [] });
  });

  it('an urgent one goes first', async () => {
    const its = open();
    void ask(its, 'AT');
    void ask(its, 'AT+A');
    void its.talk.ask({ text: 'AT+B', deadlineMs: 1000, urgent: 'yes' });
    its.say('OK\r\n');
    its.say('OK\r\n');
    expect(its.written).toEqual(['AT\r', 'AT+B\r', 'AT+A\r']);
  });

  it('cut into single bytes', async () => {
    const its = open();
    const answer = ask(its, 'AT+CSQ');
    for (const byte of '\r\n+CSQ: 21,0\r\n\r\nOK\r\n') its.say(byte);
    expect(await answer).toEqual({ end: 'ok', lines: ['+CSQ: 21,0'] });
  });

  it('sixty-four wait, and one more is sent away', async () => {
    const its = open();
    const all = Array.from({ length: 66 }, () => ask(its, 'AT'));
    const last = await all[65];
    expect(last).toEqual({ end: 'crowded' });
    its.talk.end();
    expect(await Promise.all(all.slice(0, 65))).toEqual([
      { end: 'gone', handed: true },
      ...Array.from({ length: 64 }, () => ({ end: 'gone', handed: false })),
    ]);
    expect(await ask(its, 'AT')).toEqual({ end: 'gone', handed: false });
  });

  it('a line that never ends is thrown away, and the prompt behind it seen', () => {
    const its = open();
    void its.talk.ask({ text: 'AT+CMGS=1', body: '00', deadlineMs: 30_000 });
    its.say('x'.repeat(2048));
    its.say('> ');
    expect(its.written).toEqual(['AT+CMGS=1\r']);
    its.say('> ');
    expect(its.written).toEqual(['AT+CMGS=1\r', '00\u001a']);
  });

  it('a `+CMGS` before the text was handed over is the answer to another', async () => {
    const its = open();
    const answer = its.talk.ask({
      text: 'AT+CMGS=1',
      body: '00',
      expects: /^\+CMGS:/,
      lines: 'one',
      deadlineMs: 30_000,
    });
    its.say('\r\n+CMGS: 5\r\n\r\nOK\r\n\r\n> ');
    its.say('\r\n+CMGS: 6\r\n\r\nOK\r\n');
    expect(await answer).toEqual({ end: 'ok', lines: ['+CMGS: 6'] });
    expect(its.news).toEqual([{ type: 'sent-late', ref: 5 }]);
  });

  it('a listing of more lines than any memory holds is cut', async () => {
    const its = open();
    const answer = ask(its, 'AT+CSQ');
    its.say(`${'+CSQ: 1,0\r\n'.repeat(3000)}OK\r\n`);
    const reply = await answer;
    expect(reply.end === 'ok' && reply.lines.length).toBe(1024);
  });

  it('no bytes of any kind stop it from hearing the next answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 20 }), async (noise) => {
        const its = open();
        for (const bytes of noise) its.talk.take(bytes);
        its.say('\r\n');
        const answer = ask(its, 'AT+CSQ');
        its.say('\r\n+CSQ: 21,0\r\n\r\nOK\r\n');
        expect(await answer).toEqual({ end: 'ok', lines: ['+CSQ: 21,0'] });
      }),
    );
  });

  const news: readonly [string, News][] = [
    ['+CMTI: "SM",3', { type: 'stored', memory: 'SM', what: 'text' }],
    ['+CDSI: "SR",1', { type: 'stored', memory: 'SR', what: 'report' }],
    ['+CDS: 25\r\n07914477000000F006', { type: 'arrived', hex: '07914477000000F006' }],
    ['+CMT: ,25\r\n07914477000000F004', { type: 'arrived', hex: '07914477000000F004' }],
    ['+CREG: 2', { type: 'registration' }],
    ['+CEREG: 1,"1A2B","0C3D",7', { type: 'registration' }],
    ['+CPIN: NOT READY', { type: 'sim' }],
    ['RDY', { type: 'restarted' }],
    ['^SYSSTART', { type: 'restarted' }],
    ['NO CARRIER', { type: 'call-over', words: 'the call was not put through' }],
    ['BUSY', { type: 'call-over', words: 'the phone is in use' }],
    ['VOICE CALL: END: 000012', { type: 'call-over', words: 'the call ended' }],
    ['+SMSFULL', { type: 'full' }],
    ['+CMGS: 17', { type: 'sent-late', ref: 17 }],
  ];
  for (const [line, told] of news) {
    it(`${line.replace(/\r\n.*/, '')} is news, asked or not`, async () => {
      const its = open();
      its.say(`\r\n${line}\r\n`);
      const answer = ask(its, 'AT+CSQ');
      its.say(`\r\n${line}\r\n\r\n+CSQ: 21,0\r\nOK\r\n`);
      expect(await answer).toEqual({ end: 'ok', lines: ['+CSQ: 21,0'] });
      expect(its.news).toEqual([told, told]);
    });
  }
});
