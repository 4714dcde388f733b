import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { PAGE_LANGUAGES } from '../../src/site/schema.ts';
import { createDemo } from '../../src/web/page/demo.ts';
import { pastLines } from '../../src/web/page/past.ts';
import { SCRIPT } from '../../src/web/page/script.ts';
import { STYLE } from '../../src/web/page/style.ts';
import { noticePart, troublePart } from '../../src/web/page/trouble.ts';
import { fill, type Language, waitText } from '../../src/web/words/catalogue.ts';
import { en } from '../../src/web/words/en.ts';
import { LANGUAGES } from '../../src/web/words/languages.ts';
import { type Answer, type Client, CODES, openSite, type Site } from './support.ts';

const ENGLISH: Language = { code: 'en', name: 'English', dir: 'ltr', words: en, is: 'reviewed' };

/** What is to be the same in two visits: everything but the token, the clock of the server and what follows from a length. */
function seen({ status, headers, text }: Answer): object {
  const { date, 'set-cookie': cookies, ...rest } = headers;
  return { status, text, rest, cookies: cookies?.map((one) => one.replace(/home_id=[^;]+/, 'home_id=TOKEN')) };
}

/** Signs in as a browser would. */
async function enter(site: Site, code: string): Promise<readonly [Client, Answer]> {
  const client = site.client();
  return [client, await client.form('/enter', { code })];
}

describe('under threat everything looks as usual', () => {
  const walk = async (code: string): Promise<readonly object[]> => {
    const site = await openSite();
    const [client, entered] = await enter(site, code);
    const answers = [entered];
    const look = async (): Promise<void> => {
      answers.push(await client.ask('GET', '/', { headers: { accept: 'text/html' } }));
    };
    await look();
    answers.push(await client.form('/set', { mode: 'home' }));
    await look();
    answers.push(await client.form('/off', { code }));
    await look();
    site.world.says('front-door', { contact: false });
    await site.world.rest();
    answers.push(await client.form('/again', { code, back: '/', at: 'past' }));
    await look();
    answers.push(await client.form('/out'));
    return answers.map(seen);
  };

  it('signing in, setting, disarming and looking back give the same bytes with either code', async () => {
    expect(await walk(CODES.threat)).toEqual(await walk(CODES.anna));
  });

  it('so does coming in and switching off in one go', async () => {
    const homecoming = async (code: string): Promise<readonly object[]> => {
      const site = await openSite();
      const [anna] = await enter(site, CODES.anna);
      await anna.form('/set', { mode: 'home' });
      site.world.says('front-door', { contact: false });
      await site.world.rest();
      const client = site.client();
      const entered = await client.form('/enter', { code, off: 'yes' });
      expect(site.world.state()).toBe('disarmed');
      return [entered, await client.ask('GET', '/')].map(seen);
    };
    expect(await homecoming(CODES.threat)).toEqual(await homecoming(CODES.anna));
  });

  it('and so does disarming an alarm that sounds', async () => {
    const sounding = async (code: string): Promise<readonly object[]> => {
      const site = await openSite();
      const [client] = await enter(site, CODES.anna);
      await client.form('/set', { mode: 'home' });
      site.world.says('back-window', { contact: false });
      await site.world.rest();
      const off = await client.form('/off', { code });
      return [off, await client.ask('GET', '/')].map(seen);
    };
    expect(await sounding(CODES.threat)).toEqual(await sounding(CODES.anna));
  });
});

describe('a call for help shows nowhere', () => {
  const situations: Readonly<Record<string, (site: Site, client: Client) => Promise<void>>> = {
    off: async () => {},
    on: async (_site, client) => void (await client.form('/set', { mode: 'home' })),
    'code wanted': async (site, client) => {
      await client.form('/set', { mode: 'home' });
      site.world.says('front-door', { contact: false });
      await site.world.rest();
    },
    alarm: async (site, client) => {
      await client.form('/set', { mode: 'home' });
      site.world.says('back-window', { contact: false });
      await site.world.rest();
    },
  };
  for (const [name, prepare] of Object.entries(situations)) {
    it(`while it is ${name}: it is answered as setting the same again, and the page after it is the page before it`, async () => {
      const site = await openSite();
      const [client] = await enter(site, CODES.anna);
      await prepare(site, client);
      const before = await client.look();
      const rows = site.world.journal.rows.filter(({ sealed }) => !sealed).length;
      const called = await client.form('/now');
      expect([called.status, called.headers.location, called.text]).toEqual([303, '/', '']);
      expect(await client.look()).toBe(before);
      expect(site.world.journal.rows.filter(({ sealed }) => !sealed)).toHaveLength(rows);
      expect(site.world.journal.rows.filter(({ sealed }) => sealed).length).toBeGreaterThan(0);
    });
  }

  it('has the same headers as a form that does nothing', async () => {
    const site = await openSite();
    const [client] = await enter(site, CODES.anna);
    await client.form('/set', { mode: 'home' });
    const again = seen(await client.form('/set', { mode: 'home' }));
    expect(seen(await client.form('/now'))).toEqual(again);
  });

  it('goes out while every code is refused', async () => {
    const site = await openSite();
    const [client] = await enter(site, CODES.anna);
    for (let n = 0; n < 4; n += 1) await client.form('/off', { code: '111222' });
    expect((await client.form('/off', { code: CODES.anna })).headers.location).toMatch(/no=locked_out/);
    const sealed = site.world.journal.rows.filter((row) => row.sealed).length;
    await client.form('/now');
    expect(site.world.journal.rows.filter((row) => row.sealed).length).toBeGreaterThan(sealed);
  });

  it('without a session says that it did not go out, and what to use', async () => {
    const { client } = await openSite();
    const one = client();
    const answer = await one.form('/now');
    const text = await one.look(answer.headers.location);
    expect(text).toContain(en.no.not_called);
  });

  it('is not held up by an address that asks too much', async () => {
    const site = await openSite();
    const [client] = await enter(site, CODES.anna);
    const asked = Array.from({ length: 130 }, () => client.ask('GET', '/healthz'));
    const called = await client.form('/now');
    expect(called.status).toBe(303);
    expect((await Promise.all(asked)).some(({ status }) => status === 429)).toBe(true);
  });
});

describe('forms', () => {
  it('sent twice do no more than once', async () => {
    const site = await openSite();
    const [client] = await enter(site, CODES.anna);
    const twice = async (path: string, fields: Record<string, string>): Promise<void> => {
      const [one, two] = await Promise.all([client.form(path, fields), client.form(path, fields)]);
      expect([one?.headers.location, two?.headers.location]).toEqual(['/', '/']);
    };
    await twice('/set', { mode: 'home' });
    await twice('/off', { code: CODES.anna });
    await twice('/lamp', { id: 'porch', to: 'on' });
    const types = site.world.journal.rows.map(({ type }) => type);
    expect(types.filter((type) => type === 'armed')).toHaveLength(1);
    expect(types.filter((type) => type === 'disarmed')).toHaveLength(1);
    expect(site.world.hub.window.view().outputs).toMatchObject({ porch: 'on' });
  });

  it('say beside the field what is wrong, and how long to wait in words', async () => {
    const site = await openSite();
    const [client] = await enter(site, CODES.anna);
    await client.form('/set', { mode: 'home' });
    const say = async (code: string): Promise<string> =>
      client.look((await client.form('/off', { code })).headers.location);
    const wrong = await say('111222');
    expect(wrong).toMatch(/<p class="wrong" id="off-code-wrong" role="alert">That code is not right/);
    expect(wrong).toMatch(
      /<input id="off-code"[^>]*aria-invalid="true" aria-describedby="off-code-wrong off-code-hint">/,
    );
    expect(await say('')).toContain(en.no.no_code);
    await say('111222');
    await say('111222');
    expect(await say(CODES.anna)).toContain('Too many wrong codes. Wait 90 seconds, then try again.');
    await site.world.pass(80);
    expect(await say(CODES.anna)).toContain('Wait 10 seconds');
    await site.world.pass(11);
    expect((await client.form('/off', { code: CODES.anna })).headers.location).toBe('/');
  });

  it('never say a code again', async () => {
    const site = await openSite();
    const [client] = await enter(site, CODES.anna);
    for (const path of ['/off', '/again', '/enter', '/set']) {
      const answer = await client.form(path, { code: '998877', mode: 'home', back: '/998877"><script>' });
      expect(JSON.stringify(answer.headers)).not.toContain('998877"');
      expect(await client.look(answer.headers.location)).not.toMatch(/998877"|<script>/);
    }
  });

  it('set a mode without what stands open, which the page has named', async () => {
    const site = await openSite();
    const [client] = await enter(site, CODES.anna);
    site.world.says('back-window', { contact: false });
    await site.world.rest();
    expect(await client.look()).toContain('Back window is open.');
    const refused = await client.form('/set', { mode: 'home' });
    expect(await client.look(refused.headers.location)).toContain('Turn on without: Back window');
    expect((await client.form('/set', { without: 'home:back-window' })).headers.location).toBe('/');
    expect([site.world.state(), site.world.attributes()['bypassedZones']]).toEqual(['armed_home', ['back-window']]);
    expect(await client.look()).toContain('Back window is left out.');
  });

  it('ask for the code where a mode leaves something out that is watched now', async () => {
    const site = await openSite();
    const client = await site.signedIn('anna', 'phone');
    await client.form('/set', { mode: 'away' });
    await site.world.pass(50);
    site.world.clock.pass(11 * 60_000);
    const refused = await client.form('/set', { mode: 'home' });
    const page = await client.look(refused.headers.location);
    expect(page).toContain(en.home.setCode);
    expect((await client.form('/set', { mode: 'home', code: CODES.anna })).headers.location).toBe('/');
    expect(site.world.state()).toBe('armed_home');
  });

  it('of another site are not carried out', async () => {
    const site = await openSite();
    const [client] = await enter(site, CODES.anna);
    const answer = await client.ask('POST', '/set', {
      raw: 'mode=home',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
    });
    expect([answer.status, site.world.state()]).toEqual([403, 'disarmed']);
  });

  it('go back only to pages of this house', async () => {
    const { client } = await openSite();
    for (const back of ['https://evil.example/', '//evil.example', '/\\evil', '/a?b=c', '/a/../..//x']) {
      expect((await client().form('/lang', { lang: 'pl', back })).headers.location).toBe('/');
    }
  });
});

describe('what happened last', () => {
  it('is told in plain words, and only with a fresh code', async () => {
    const site = await openSite();
    const client = await site.signedIn('anna', 'phone');
    await client.form('/set', { mode: 'home' });
    site.world.says('front-door', { contact: false });
    await site.world.rest();
    const fresh = await client.look();
    expect(fresh).toContain('Somebody came in: Front door.');
    expect(fresh).toContain('Turned on (Home). By Anna.');
    site.world.clock.pass(11 * 60_000);
    const old = await client.look();
    expect(old).not.toContain('Somebody came in: Front door.');
    expect(old).toContain(en.home.pastCode);
    const answer = await client.form('/again', { code: CODES.anna, back: '/', at: 'past' });
    expect(await client.look(answer.headers.location)).toContain('Somebody came in: Front door.');
  });

  it('is not for visitors', async () => {
    const site = await openSite();
    const client = await site.signedIn('vera');
    expect(await client.look()).not.toContain(en.home.pastHeading);
  });
});

describe('whoever may not see the house', () => {
  for (const name of ['ivan', 'mona'] as const) {
    it(`may still call for help: ${name}`, async () => {
      const site = await openSite();
      const client = await site.signedIn(name);
      const page = await client.look();
      expect(page).toContain(en.home.notYours);
      expect(page).toContain('action="/now"');
      expect(page).not.toContain('id="state-word"');
      expect((await client.form('/set', { mode: 'home' })).status).toBe(403);
    });
  }
});

describe('who looks at the telephone learns nothing', () => {
  const TELLING = /alarm|lantern|secur|panic|armed|intruder|duress|abus|protect|police/i;

  it('from the page before the code, its title, its icon, its addresses, its cookies and its manifest', async () => {
    const site = await openSite();
    const client = site.client();
    const page = await client.look();
    expect(page).not.toMatch(TELLING);
    const files = [...page.matchAll(/(?:href|src)="(\/[^"]*)"/g)].map(([, path = '']) => path);
    expect(files.length).toBeGreaterThan(4);
    for (const path of files) {
      const answer = await client.ask('GET', path);
      expect([path, answer.status]).toEqual([path, 200]);
      if (!path.endsWith('.js') && !path.endsWith('.css') && !path.endsWith('.png'))
        expect(answer.text).not.toMatch(TELLING);
    }
    const [, entered] = await enter(site, CODES.anna);
    expect(JSON.stringify(entered.headers['set-cookie'])).not.toMatch(TELLING);
  });

  it('from the title and the addresses of the page itself', async () => {
    const site = await openSite();
    const [client] = await enter(site, CODES.anna);
    const page = await client.look();
    expect(/<title>([^<]*)/.exec(page)?.[1]).toBe('Home');
    for (const [, path = ''] of page.matchAll(/(?:href|src|action)="([^"]*)"/g)) expect(path).not.toMatch(TELLING);
  });

  it('because nothing is kept', async () => {
    const site = await openSite();
    const [client] = await enter(site, CODES.anna);
    const files = [...(await client.look()).matchAll(/(?:href|src)="(\/[^"]*)"/g)].map(([, path = '']) => path);
    for (const path of ['/', '/nothing', ...files]) {
      const { headers } = await client.ask('GET', path, { headers: { accept: 'text/html' } });
      expect([path, headers['cache-control']]).toEqual([path, 'no-store']);
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
      expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|http/);
    }
  });

  it('and no line of the page holds a script or a style of its own', async () => {
    const site = await openSite();
    const [client] = await enter(site, CODES.anna);
    expect(await client.look()).not.toMatch(/<script>|<style|\son[a-z]+="|style="/);
  });
});

describe('what is refused', () => {
  const asked: readonly (readonly [string, string, Record<string, string>, number, string])[] = [
    ['a page that is not there', '/nothing', {}, 404, en.frame.notFound],
    ['another name', '/', { host: 'evil.example' }, 421, en.frame.wrongName],
  ];
  for (const [name, path, headers, status, words] of asked) {
    it(`${name} is said in a page, with what helps in danger`, async () => {
      const { client } = await openSite();
      const answer = await client().ask('GET', path, { headers: { accept: 'text/html', ...headers } });
      expect(answer.status).toBe(status);
      expect(answer.text).toContain(words);
      expect(answer.text).toContain(en.enter.helpHow);
    });
  }
  it('asking too much, too', async () => {
    const { client } = await openSite();
    const one = client();
    const answers = await Promise.all(
      Array.from({ length: 140 }, () => one.ask('GET', '/', { headers: { accept: 'text/html' } })),
    );
    const last = answers.find(({ status }) => status === 429);
    expect(last?.text).toContain(en.frame.slow);
  });
});

describe('an old telephone on a bad network', () => {
  it('loads everything in less than 100 kB, squeezed as it asks for', async () => {
    const site = await openSite();
    const [client] = await enter(site, CODES.anna);
    const files = [...(await client.look()).matchAll(/(?:href|src)="(\/[^"]*)"/g)].map(([, path = '']) => path);
    for (const [coding, open] of [
      ['gzip', gunzipSync],
      ['br', brotliDecompressSync],
    ] as const) {
      let total = 0;
      for (const path of new Set(['/', ...files])) {
        const { bytes, headers } = await site.raw(path, { 'accept-encoding': coding, cookie: client.cookie() ?? '' });
        total += bytes.length;
        const used = headers['content-encoding'];
        if (path.endsWith('.css')) expect([used, open(bytes).toString()]).toEqual([coding, STYLE]);
      }
      expect(total).toBeLessThan(30_000);
    }
  });

  it('understands the script: it is of the year 2017', () => {
    const plain = { minify: false, legalComments: 'none' } as const;
    expect(transformSync(SCRIPT, { ...plain, target: 'es2017' }).code).toBe(
      transformSync(SCRIPT, { ...plain, target: 'esnext' }).code,
    );
  });

  it('finds the way of the text in no place of the style', () => {
    expect(STYLE).not.toMatch(
      /(?:margin|padding|border)-(?:left|right)|text-align:\s*(?:left|right)|[;{ ](?:left|right):|float:/,
    );
  });
});

describe('words', () => {
  const leaves = (value: object, at = ''): readonly (readonly [string, string])[] =>
    Object.entries(value).flatMap(([key, one]) =>
      typeof one === 'string' ? [[`${at}.${key}`, one] as const] : leaves(one as object, `${at}.${key}`),
    );
  const english = new Map(leaves(en));
  const putIn = (text: string): readonly string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).toSorted();

  for (const { code, words } of LANGUAGES) {
    it(`${code} says everything, and puts the same in`, () => {
      const own = leaves(words);
      expect(own.map(([key]) => key)).toEqual([...english.keys()]);
      for (const [key, text] of own) {
        expect([key, text.trim() === '']).toEqual([key, false]);
        expect([key, putIn(text)]).toEqual([key, putIn(english.get(key) ?? '')]);
      }
    });
  }

  it('English is written for a reader of nine', () => {
    // Flesch-Kincaid over all sentences; a grade of 4 is read at nine.
    const text = [...english]
      .filter(([key]) => !key.startsWith('.time'))
      .map(([, one]) => one.replace(/\{\w+\}/g, 'door'));
    const sentences = text.flatMap((one) => one.split(/[.:?!]+\s*/)).filter((one) => one.trim() !== '');
    const words = sentences.flatMap((one) => one.match(/[A-Za-z']+/g) ?? []);
    const syllables = words.reduce(
      (sum, one) =>
        sum +
        (one
          .toLowerCase()
          .replace(/(?:[^aeiouy]e|ed)$/, '')
          .match(/[aeiouy]+/g)?.length || 1),
      0,
    );
    const grade = (0.39 * words.length) / sentences.length + (11.8 * syllables) / words.length - 15.59;
    expect(grade).toBeLessThan(4);
    expect(Math.max(...sentences.map((one) => one.split(/\s+/).length))).toBeLessThanOrEqual(16);
  });

  it('are those that the config can choose', () => {
    expect(LANGUAGES.map(({ code }) => code)).toEqual([...PAGE_LANGUAGES]);
  });

  it('that nobody has checked say so, and the others do not', async () => {
    const { client } = await openSite();
    const one = client();
    expect(await one.look()).not.toContain(en.frame.unreviewed);
    await one.form('/lang', { lang: 'pl', back: '/' });
    const page = await one.look();
    expect(page).toContain('<html lang="pl" dir="ltr">');
    expect(page).toContain('Nikt jeszcze nie sprawdził tych słów.');
  });

  it('count as each language counts', () => {
    const pl = LANGUAGES.find(({ code }) => code === 'pl');
    expect([1, 3, 22, 25, 119, 120, 1700].map((n) => waitText(ENGLISH, n))).toEqual([
      '1 second',
      '3 seconds',
      '22 seconds',
      '25 seconds',
      '119 seconds',
      '2 minutes',
      '29 minutes',
    ]);
    expect([1, 3, 22, 25].map((n) => waitText(pl ?? ENGLISH, n))).toEqual([
      '1 sekunda',
      '3 sekundy',
      '22 sekundy',
      '25 sekund',
    ]);
  });

  it('leave alone what is not put in', () => {
    expect(fill('{name} and {other}', { name: 'Hall' })).toBe('Hall and {other}');
  });

  for (const fault of [
    'lost:keypad',
    'battery_low:hall',
    'tamper:hall',
    'technical:leak',
    'gateway:rf433',
    'jamming:rf433',
    'path:twilio',
    'path:arc',
    'contacts_unproven',
    'mqtt_down',
    'disk',
    'database',
    'config_refused',
    'users',
    'locks',
    'web',
    'home_assistant',
    'bare_start',
    'mains_lost',
    'hub_battery_low',
    'locks',
  ]) {
    it(`say what to do about ${fault}`, () => {
      const named = (id: string): string => ({ hall: 'Hall', keypad: 'Keypad', leak: 'Boiler' })[id] ?? id;
      const part = troublePart(ENGLISH, [fault], named)?.html ?? '';
      const [, of] = fault.split(':');
      if (of !== undefined) expect(part).toContain(named(of));
      expect(part).not.toContain('Something needs care');
      const [line] = pastLines([{ seq: 1, at: '', type: 'fault', data: { fault } }], ENGLISH, named, () => '');
      expect(line?.text).not.toMatch(/_|:.*:|\bsomething\b/);
      expect(line?.text).not.toBe(`Trouble began: ${fault}.`);
    });
  }

  it('say that the house is to be looked at again, and call it no trouble', () => {
    const named = (id: string): string => id;
    expect(troublePart(ENGLISH, ['review_due'], named)).toBe(null);
    expect(noticePart(ENGLISH, ['review_due'])?.html).toContain(en.home.notice.review_due);
    expect(noticePart(ENGLISH, ['disk', 'review_due', 'lost:hall'])?.html).not.toContain('Hall');
    expect(noticePart(ENGLISH, ['disk'])).toBe(null);
    const rows = [{ seq: 1, at: '', type: 'fault', data: { fault: 'review_due' } }];
    expect(pastLines(rows, ENGLISH, named, () => '')).toEqual([]);
  });

  for (const [type, data, text] of [
    ['entry-without-mains', { zone: 'hall' }, 'Opened soon after the power went: Hall.'],
    ['walk-began', { by: 'anna', forMs: 60_000 }, 'A test walk began. By Anna.'],
    ['walk-press', { zone: 'hall' }, 'Pressed to test it: Hall. Nobody was called.'],
    ['walk-ended', { by: null }, 'The test walk ended.'],
    ['handed-over', { zones: 3, contacts: 2, waived: 0 }, 'The fitting is done.'],
    ['restored', { backup: '2026-11-21', rows: 3, kept: null }, 'The box was set up again from a copy.'],
    ['papers-signed', { key: 'ab', fingerprint: 'cd' }, 'The papers were made and signed.'],
    ['locks-changed', { by: 'anna', ended: { phones: 1 } }, 'The locks were changed. By Anna.'],
  ] as const) {
    it(`say of ${type}: ${text}`, () => {
      const named = (id: string): string => ({ hall: 'Hall', anna: 'Anna' })[id] ?? id;
      const [line] = pastLines([{ seq: 1, at: '', type, data }], ENGLISH, named, () => '');
      expect(line?.text).toBe(text);
    });
  }
});

describe('the pretend house', () => {
  const front = { id: 'front-door', name: 'Front door', topic: 'zigbee2mqtt/front-door', zone: 'entry' } as const;

  it('is armed, tripped and ended from its page', async () => {
    const world: { says: (topic: string, payload: Uint8Array) => void } = { says: () => {} };
    const demo = createDemo([front], (topic, payload) => world.says(topic, payload));
    const site = await openSite({ pages: { demo } });
    world.says = (topic, payload) =>
      site.world.says(topic.slice('zigbee2mqtt/'.length), Buffer.from(payload).toString());
    const [client] = await enter(site, CODES.anna);
    const page = await client.look();
    expect(page).toContain(en.demo.what);
    await client.form('/try', { does: 'all:shut' });
    await client.form('/set', { mode: 'home' });
    await client.form('/try', { does: 'front-door:open' });
    await site.world.rest();
    expect(site.world.state()).toBe('pending');
    await site.world.pass(21);
    expect(site.world.state()).toBe('triggered');
    await client.form('/off', { code: CODES.anna });
    expect(site.world.state()).toBe('disarmed');
  });

  it('plays only what a device can do', () => {
    const heard: string[] = [];
    const demo = createDemo([front], (topic) => heard.push(topic));
    expect(demo.pretend('front-door', 'smoke')).toBe(false);
    expect(demo.pretend('siren', 'open')).toBe(false);
    expect(heard).toEqual([]);
  });

  it('a real house has no such part, and its form does nothing', async () => {
    const site = await openSite();
    const [client] = await enter(site, CODES.anna);
    expect(await client.look()).not.toContain('action="/try"');
    const before = site.world.journal.activity_.length;
    await client.form('/try', { does: 'front-door:open' });
    await site.world.rest();
    expect(site.world.journal.activity_).toHaveLength(before);
  });
});
