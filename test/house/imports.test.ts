import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, roomOf, table, violations } from './import-table.ts';

const src = join(import.meta.dirname, '..', '..', 'src');

const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(src, join(entry.parentPath, entry.name)))
  .sort();

const rooms = readdirSync(src, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('every file keeps to the import table', () => {
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    it(file, () => {
      expect(violations(file, readFileSync(join(src, file), 'utf8'))).toEqual([]);
    });
  }
});

describe('the check has something to look at', () => {
  for (const room of rooms) {
    it(`sees a file in ${room}, which has a row`, () => {
      expect(files.filter((file) => file.endsWith('.ts') && roomOf(file) === room)).not.toEqual([]);
      expect(Object.keys(table)).toContain(room);
    });
  }
  it('sees the entry', () => {
    expect(files).toContain('bin.ts');
  });
  it('leaves no other language unlooked at', () => {
    expect(files.filter((file) => /\.(?:js|mjs|cjs|mts|cts|tsx|jsx)$/.test(file))).toEqual([]);
  });
});

describe('the entry imports nothing before it has looked at the version', () => {
  it('bin.ts', () => {
    const source = readFileSync(join(src, 'bin.ts'), 'utf8');
    expect(source).not.toMatch(/^\s*(?:import|export)\s*(?:[{*'"\w]).*from/m);
    expect(importsOf(source)).toEqual([{ specifier: './main.ts', kind: 'all' }]);
  });
});

type Case = readonly [what: string, path: string, source: string, complaints: readonly string[]];

const cases: readonly Case[] = [
  ['a room may import itself', 'alarm/a.ts', "import { b } from './b.ts';", []],
  ['a granted room', 'zone/a.ts', "import { seconds } from '../base/time.ts';", []],
  ['types where types are granted', 'zone/a.ts', "import type { A } from '../alarm/state.ts';", []],
  ['inline types where types are granted', 'zone/a.ts', "import { type A, type B } from '../alarm/state.ts';", []],
  [
    'one value among types',
    'zone/a.ts',
    "import { type A, b } from '../alarm/state.ts';",
    ['zone may take only types from alarm (../alarm/state.ts)'],
  ],
  [
    'a value named type',
    'zone/a.ts',
    "import type, { type A } from '../alarm/state.ts';",
    ['zone may take only types from alarm (../alarm/state.ts)'],
  ],
  [
    'types of a room not granted',
    'alarm/a.ts',
    "import type { A } from '../zone/a.ts';",
    ['alarm may not import zone/a.ts'],
  ],
  ['only the ports of the hub', 'web/a.ts', "import type { Log } from '../hub/ports.ts';", []],
  ['not its loop', 'web/a.ts', "import { loop } from '../hub/loop.ts';", ['web may not import hub/loop.ts']],
  [
    'over several lines',
    'hub/a.ts',
    "import {\n  a,\n  b,\n} from '../link/log.ts';",
    ['hub may not import link/log.ts'],
  ],
  ['a re-export', 'base/a.ts', "export * from '../sense/signals.ts';", ['base may not import sense/signals.ts']],
  ['a bare import', 'base/a.ts', "import '../sense/signals.ts';", ['base may not import sense/signals.ts']],
  ['a dynamic import', 'hub/a.ts', "await import('../web/health.ts');", ['hub may not import web/health.ts']],
  ['a require', 'hub/a.ts', "const x = require('mqtt');", ['hub may not import mqtt']],
  ['an import that is computed', 'hub/a.ts', 'await import(name);', ['hub may not import (name)']],
  [
    'a node module in a pure room',
    'sense/a.ts',
    "import { join } from 'node:path';",
    ['sense may not import node:path'],
  ],
  ['a package in a pure room', 'act/a.ts', "import * as z from 'zod';", ['act may not import zod']],
  ['a package by a path inside it', 'site/a.ts', "import * as z from 'zod/v4/core';", []],
  ['a package that another room has', 'cli/a.ts', "import YAML from 'yaml';", ['cli may not import yaml']],
  ['a scoped package', 'cli/a.ts', "import a from '@x/commander';", ['cli may not import @x/commander']],
  ['a path out of src', 'main.ts', "import a from '../test/a.ts';", ['../test/a.ts leaves src/']],
  ['an import in a comment', 'base/a.ts', "// import a from 'mqtt';\n/* import b from 'zod'; */", []],
  [
    'an import after a comment sign in a text',
    'base/a.ts',
    "const a = '//';\nimport b from 'zod';",
    ['base may not import zod'],
  ],
  ['a clock in a pure room', 'alarm/a.ts', 'const now = Date.now();', ['alarm is a pure room and uses Date']],
  ['chance in a pure room', 'zone/a.ts', 'const n = Math.random();', ['zone is a pure room and uses Math.random']],
  ['a timer in a pure room', 'zone/a.ts', 'setTimeout(a, 1);', ['zone is a pure room and uses a timer']],
  ['a global by its long name', 'act/a.ts', 'globalThis.fetch(a);', ['act is a pure room and uses globalThis']],
  ['words in texts and own properties', 'act/a.ts', "say('the process of Date'); job.process(); // fetch", []],
  ['a room without a row', 'utils/a.ts', '', ['utils is no room of the house: give it a row in the import table']],
];

describe('the check itself', () => {
  for (const [what, path, source, complaints] of cases) {
    it(`${what}: ${complaints.length === 0 ? 'allowed' : 'refused'}`, () => {
      expect(violations(path, source)).toEqual(complaints);
    });
  }
});
