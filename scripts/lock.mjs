// Completes package-lock.json after `npm install`: node scripts/lock.mjs
//
// A tool such as Biome is one package a platform, all listed as optional. npm leaves those out of the lock that the registry
// did not have when the lock was written, and then refuses its own lock at the next `npm ci`, on every platform. An
// entry with name, version and platform is all `npm ci` asks for, and it never fetches one of another platform.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const file = join(resolve(import.meta.dirname, '..'), 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));

const word = (name, words) => words.find((one) => name.split(/[^a-z0-9]+/).includes(one));
const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm64', 'x64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x'];

function entryOf(name, version, dev) {
  const os = word(name, systems);
  const cpu = word(name, processors);
  if (os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+/.test(version)) return null;
  const libc = os === 'linux' ? { libc: [name.includes('musl') ? 'musl' : 'glibc'] } : {};
  return { version, cpu: [cpu], ...(dev ? { dev } : {}), ...libc, optional: true, os: [os] };
}

let added = 0;
for (const [path, holder] of Object.entries({ ...lock.packages })) {
  for (const [name, version] of path === '' ? [] : Object.entries(holder.optionalDependencies ?? {})) {
    const at = `node_modules/${name}`;
    const entry = entryOf(name, version, holder.dev);
    if (lock.packages[at] !== undefined || entry === null) continue;
    lock.packages[at] = entry;
    added += 1;
  }
}

const order = ([a], [b]) => (a === '' ? -1 : b === '' ? 1 : a.localeCompare(b, 'en'));
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(order));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} entries added`);
