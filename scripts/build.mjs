// Builds src/ into dist/. Packages are bundled, because one file loads twice as fast as a tree of small ones
// (0.2 s against 0.4 s for the packages the hub needs first); only those with native parts stay outside.
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
const entries = ['src/bin.ts', 'src/journal/worker.ts'];
const native = ['better-sqlite3', 'koffi', 'serialport'];
// Twilio's client loads its own parts when they are first asked for; as one file it takes 60 ms and 12 MB more.
// What makes certificates does not run as one file: its decorators find their metadata only in modules of their own.
// What drives boards, RFXtrx and pins of old kernels is old itself, finds its parts as it runs, and few houses load it.
// What draws papers is needed once in the life of a house, and is as large as all the rest.
const lazy = ['twilio', 'selfsigned', 'johnny-five', 'firmata-io', 'rfxcom', 'onoff', 'pdfkit'];
const keepStaleMs = 24 * 60 * 60 * 1000;

await checkWords();

const started = new Date();
const result = await build({
  absWorkingDir: root,
  entryPoints: entries,
  outdir: dist,
  outbase: 'src',
  bundle: true,
  // Half the source to read and to keep in memory; the map tells what a line was.
  minify: true,
  legalComments: 'none',
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  external: [...native, ...lazy],
  // Lies flat beside bin.js: a path relative to this file means the same in a piece as in src/*.ts.
  chunkNames: '[name]-[hash]',
  // Old packages call require() for Node's own modules; an ES module has none.
  banner: {
    js: "import{createRequire as lanternRequire}from'node:module';const require=lanternRequire(import.meta.url);",
  },
  sourcemap: 'linked',
  sourcesContent: false,
  write: false,
  logLevel: 'warning',
}).catch(() => process.exit(1));

/** A catalogue of the page that lacks a text, has one too many or puts something else in is no build. */
async function checkWords() {
  const folder = join(root, 'src/web/words');
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: { contents: "export { LANGUAGES } from './languages.ts';", resolveDir: folder, loader: 'ts' },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'warning',
  }).catch(() => process.exit(1));
  const source = Buffer.from(outputFiles[0].contents).toString('base64');
  const { LANGUAGES } = await import(`data:text/javascript;base64,${source}`);
  const textsOf = (value, at = '') =>
    Object.entries(value).flatMap(([key, one]) =>
      typeof one === 'string' ? [[`${at}${key}`, one]] : textsOf(one, `${at}${key}.`),
    );
  const putIn = (text) => (text.match(/\{\w+\}/g) ?? []).sort().join();
  const [first, ...others] = LANGUAGES.map(({ code, words }) => ({ code, texts: new Map(textsOf(words)) }));
  const wrong = others.flatMap(({ code, texts }) => [
    ...[...first.texts].flatMap(([key, text]) => {
      const own = texts.get(key)?.trim() ?? '';
      if (own === '') return [`${code}: ${key} is missing`];
      return putIn(own) === putIn(text)
        ? []
        : [`${code}: ${key} puts in ${putIn(own)}, and ${first.code} ${putIn(text)}`];
    }),
    ...[...texts.keys()].filter((key) => !first.texts.has(key)).map((key) => `${code}: ${key} is nowhere asked for`),
  ]);
  if (wrong.length === 0) return;
  process.stderr.write(`${wrong.join('\n')}\n`);
  process.exit(1);
}

/** A reader sees the old file or the new one, never half of one. */
async function put(path, contents) {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, contents);
  await rename(draft, path);
}

// The pieces carry a hash of their content in their name, so two builds at once write the same or do not meet. The
// entries that name them come last.
const isEntry = (file) => entries.includes(relative(dist, file.path).replace(/^(.*)\.js$/, 'src/$1.ts'));
const files = result.outputFiles;
for (const file of files.filter((f) => !isEntry(f))) await put(file.path, file.contents);
for (const file of files.filter(isEntry)) await put(file.path, file.contents);

// A hub that runs may still load a piece of the build it started with: leave those a day.
const current = new Set(files.map((file) => file.path));
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (!entry.isFile() || current.has(path) || entry.name === '.built') continue;
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
  if (started.getTime() - mtimeMs > keepStaleMs) await rm(path, { force: true });
}

// Dated at the start, so that a file saved while the build ran makes the next one.
await put(join(dist, '.built'), '');
await utimes(join(dist, '.built'), started, started);
