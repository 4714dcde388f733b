import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { story } from './house.ts';
import { polled } from './waiting.ts';

// The houses that come with the program, each started as it stands but for its ports of the network. None of their pins,
// radios and boards is here: the panel has to guard all the same, and say of each that it is not there.

const houses: readonly (readonly [file: string, gone: readonly string[]])[] = [
  ['demo', []],
  ['watched', []],
  ['wired', ['lost:front-door']],
  ['radio', ['gateway:rf433']],
  ['mixed', ['gateway:rf433', 'gateway:workshop', 'lost:front-door']],
];

describe.concurrent('a house that is shipped', () => {
  for (const [file, gone] of houses) {
    story(`config/${file}.yaml guards`, async ({ house }) => {
      const shipped = parse(readFileSync(resolve(import.meta.dirname, `../../config/${file}.yaml`), 'utf8'));
      const { mqtt, web } = house.ports;
      const listen = { host: '127.0.0.1', port: mqtt };
      writeFileSync(house.config, stringify({ ...shipped, mqtt: { listen }, web: { host: '127.0.0.1', port: web } }));
      const run = await house.launch();
      await run.untilLogged('ready');
      const ear = await house.ear();
      const topic = `lantern/${shipped.site.id}/panel/attributes`;
      const faults = (): readonly string[] => JSON.parse(ear.latest(topic) ?? '{"faults":[]}').faults;
      await polled(`the faults ${gone.join()}`, () => gone.every((fault) => faults().includes(fault)));
      expect(ear.latest(`lantern/${shipped.site.id}/panel/state`)).toBe('disarmed');
      expect((await run.kill('SIGTERM')).code).toBe(0);
    });
  }
});
