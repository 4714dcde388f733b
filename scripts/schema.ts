// Writes config/lantern.schema.json, the config's schema for editors, from the schema the program itself checks with.
// `--check` writes nothing and exits 1 when the committed file is stale. A path names another file.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configJsonSchema } from '../src/site/schema.ts';

const shipped = resolve(import.meta.dirname, '../config/lantern.schema.json');
const file = process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? shipped;
const wanted = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;

function committed(): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

if (!process.argv.includes('--check')) {
  writeFileSync(file, wanted);
} else if (committed() !== wanted) {
  process.stderr.write(`${file} is stale; run: node scripts/schema.ts\n`);
  process.exitCode = 1;
}
