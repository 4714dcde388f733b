import { chownSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { ensureEvidence, takeEvidenceIdentity } from '../../src/journal/evidence.ts';
import type { SentEntry } from '../../src/journal/protocol.ts';
import { readEvents, verifyChain } from '../../src/journal/read.ts';
import { activityRows, Store, unsealedRows } from '../../src/journal/store.ts';
import {
  allBytes,
  append,
  at,
  entry,
  freshDir,
  localTypes,
  open,
  row,
  sealed,
  sealedCount,
  unsealAll,
  until,
} from './bench.ts';

const telling = ['marzipan-silent', 'marzipan-state', 'personal-alarm'];

describe('sealed rows', () => {
  it('can be read with the private half, and stand nowhere in plain', async () => {
    const dir = freshDir();
    const { journal } = await open(dir);
    const entries = {
      ...entry(sealed('personal-alarm', { zone: 'marzipan-silent' }), row('motion'), sealed('told', { to: ['a'] })),
      parts: { state: '{"kind":"marzipan-state"}' },
    };
    expect(await append(journal, entries)).toMatchObject({ ok: true, local: [{ seq: 1, type: 'motion' }] });
    for (const word of telling) expect(allBytes(dir).includes(word)).toBe(false);
    await until(() => sealedCount(dir) === 2);
    for (const word of telling) expect(allBytes(dir).includes(word)).toBe(false);
    await journal.close();
    for (const word of telling) expect(allBytes(dir).includes(word)).toBe(false);
    const identity = takeEvidenceIdentity(dir) ?? '';
    expect(await unsealAll(dir, identity)).toEqual([
      { type: 'personal-alarm', data: { zone: 'marzipan-silent' } },
      { type: 'told', data: { to: ['a'] } },
    ]);
    expect(localTypes(dir)).toEqual(['motion']);
    expect(verifyChain(dir)).toEqual({ ok: true, rows: 3 });
  });

  it('go to the key of the config when there is one, and no pair is made', async () => {
    const dir = freshDir();
    const identity = await generateX25519Identity();
    const { journal } = await open(dir, { evidencePublicKey: await identityToRecipient(identity) });
    await append(journal, entry(sealed('x', { n: 1 })));
    await journal.close();
    expect(await unsealAll(dir, identity)).toEqual([{ type: 'x', data: { n: 1 } }]);
    expect(existsSync(join(dir, 'evidence.key'))).toBe(false);
  });

  it('wait, encrypted, while they cannot be sealed, and follow when they can', async () => {
    const dir = freshDir();
    const troubles: string[] = [];
    const first = await open(dir, { evidencePublicKey: 'age1wrong', onTrouble: (what) => troubles.push(what) });
    expect((await append(first.journal, entry(sealed('personal-alarm'), row('a')))).ok).toBe(true);
    await first.journal.close();
    expect(troubles.join()).toContain('sealed');
    expect(sealedCount(dir)).toBe(0);
    expect(allBytes(dir).includes('personal-alarm')).toBe(false);
    await open(dir);
    await until(() => sealedCount(dir) === 1);
    expect(await unsealAll(dir, takeEvidenceIdentity(dir) ?? '')).toEqual([{ type: 'personal-alarm', data: {} }]);
  });

  it('are of one size, whatever they say', async () => {
    const dir = freshDir();
    const { journal } = await open(dir);
    await append(
      journal,
      entry(sealed('x'), sealed('personal-alarm', { zones: ['front-door', 'hall'], kind: 'personal' })),
    );
    await journal.close();
    const read = readEvents(dir);
    expect(new Set(read.ok ? [...read.rows].map((each) => each.data.length) : []).size).toBe(1);
  });
});

describe('the evidence pair', () => {
  it('is made once, shown until taken, and then gone', async () => {
    const dir = freshDir();
    const made = await ensureEvidence(dir);
    expect(await ensureEvidence(dir)).toEqual(made);
    expect(made.identityToShow && (await identityToRecipient(made.identityToShow))).toBe(made.recipient);
    expect(statSync(join(dir, 'evidence.key')).mode & 0o777).toBe(0o600);
    expect(takeEvidenceIdentity(dir)).toBe(made.identityToShow);
    expect(takeEvidenceIdentity(dir)).toBeNull();
    expect(existsSync(join(dir, 'evidence.key'))).toBe(false);
    expect(await ensureEvidence(dir)).toEqual({ recipient: made.recipient, identityToShow: null });
  });

  it.runIf(process.geteuid?.() === 0)('made by root, belongs to the user of the directory', async () => {
    const dir = freshDir();
    chownSync(dir, 4321, 4321);
    await ensureEvidence(dir);
    expect(['evidence.pub', 'evidence.key'].map((name) => statSync(join(dir, name)).uid)).toEqual([4321, 4321]);
  });

  it('is one pair, also when many ask at once', async () => {
    const dir = freshDir();
    const all = await Promise.all(Array.from({ length: 8 }, () => ensureEvidence(dir)));
    expect(new Set(all.map((each) => `${each.recipient} ${each.identityToShow}`)).size).toBe(1);
  });

  it('is completed when the public half was not written yet', async () => {
    const dir = freshDir();
    const identity = await generateX25519Identity();
    writeFileSync(join(dir, 'evidence.key'), identity);
    expect(await ensureEvidence(dir)).toEqual({
      recipient: await identityToRecipient(identity),
      identityToShow: identity,
    });
  });
});

/** The keys that stand in the two slots of state.key. */
function keysIn(dir: string): readonly string[] {
  const file = readFileSync(join(dir, 'state.key'));
  return [file.subarray(0, 4096), file.subarray(4096)]
    .filter((slot) => slot.toString('latin1').startsWith('lantern1'))
    .map((slot) => slot.toString('hex', 8, 40));
}

describe('forgetting', () => {
  it('destroys the key under which old parts were written, and keeps the newest', async () => {
    const dir = freshDir();
    const first = await open(dir);
    await append(first.journal, { ...entry(row('a')), parts: { state: '{"n":1}', outbox: '["marzipan"]' } });
    const oldKey = readFileSync(join(dir, 'state.key')).subarray(8, 40);
    await append(first.journal, { ...entry(row('b')), parts: { outbox: '[]' }, erase: true });
    await until(() => !allBytes(dir).includes(oldKey));
    await append(first.journal, { ...entry(row('c')), parts: { state: '{"n":2}' } });
    await first.journal.close();
    expect(allBytes(dir).includes(oldKey)).toBe(false);
    const db = new Database(join(dir, 'lantern.db'), { readonly: true });
    expect(db.prepare('SELECT count(DISTINCT key) AS keys FROM parts').get()).toEqual({ keys: 1 });
    db.close();
    const second = await open(dir);
    expect(second.restored.parts).toEqual({ state: '{"n":2}', outbox: '[]' });
  });

  it('happens for each of two alarms that end one on the other', async () => {
    const dir = freshDir();
    const { journal } = await open(dir);
    for (let n = 1; n <= 6; n += 1) {
      const before = keysIn(dir);
      await append(journal, { ...entry(), parts: { state: `{"n":${n}}` }, erase: true });
      if (n % 2 === 0) await until(() => !keysIn(dir).some((key) => before.includes(key)));
    }
    await journal.close();
    expect((await open(dir)).restored.parts).toEqual({ state: '{"n":6}' });
  });
});

describe('bounds of the store', () => {
  const sent = (id: number, what: Partial<SentEntry>): SentEntry => ({ ...entry(), id, ...what });

  it(`keeps up to ${unsealedRows} rows that wait to be sealed`, () => {
    const { store } = Store.open(freshDir(), 'boot', 'session', 'keep');
    store.commit([sent(1, { rows: Array.from({ length: unsealedRows + 3 }, (_, n) => sealed('x', { n })) })]);
    expect(store.unsealed()).toHaveLength(unsealedRows);
    store.close();
  });

  it(`keeps up to ${activityRows} rows of sensor traffic, the newest`, () => {
    const dir = freshDir();
    Store.open(dir, 'boot', 'session', 'keep').store.close();
    const db = new Database(join(dir, 'lantern.db'));
    db.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${activityRows})
      INSERT INTO activity SELECT i, ${at}, 'hall', 'motion' FROM n`);
    const { store } = Store.open(dir, 'boot', 'session', 'keep');
    expect(store.addActivity(Array.from({ length: 100 }, () => [at, 'hall', 'motion'] as const))).toBe(true);
    const ends = 'SELECT min(id) AS first, max(id) AS last FROM activity';
    expect(db.prepare(ends).get()).toEqual({ first: 101, last: activityRows + 100 });
    db.close();
    store.close();
  });

  it('drops sensor traffic after 72 h, a little at a time', () => {
    const { store } = Store.open(freshDir(), 'boot', 'session', 'keep');
    store.addActivity(Array.from({ length: 700 }, () => [at, 'hall', 'motion'] as const));
    const later = at + 72 * 3600_000;
    expect(store.purge(later, 500)).toBe(false);
    expect(store.purge(later + 1, 500)).toBe(true);
    expect(store.purge(later + 1, 500)).toBe(false);
    store.close();
  });
});
