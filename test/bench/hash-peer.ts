// Run as a process of its own, started as the hub is: for each line it reads, it hashes one code as a house does and says how
// many milliseconds that took. The hub's settings for memory are a good part of what a hash costs.
//   node hash-peer.ts
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { hashCode, usualCost } from '../../src/site/users-hash.ts';

const [pepper, salt] = [randomBytes(32), randomBytes(16)];
for await (const code of createInterface({ input: process.stdin })) {
  const began = performance.now();
  await hashCode(code, pepper, salt, usualCost);
  process.stdout.write(`${performance.now() - began}\n`);
}
