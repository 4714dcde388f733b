import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { scratch } from './processes.ts';

const strace = 'strace';

/** How to run a program so that every disk sync takes 20 ms longer; null: neither a compiler nor strace is here. */
export function slowSync(): { readonly command: readonly string[]; readonly env: NodeJS.ProcessEnv } | null {
  const library = join(scratch, 'slow-sync.so');
  const source = join(import.meta.dirname, 'slow-sync.c');
  for (const compiler of ['cc', 'gcc', 'clang']) {
    const built = spawnSync(compiler, ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl']);
    if (built.status === 0) return { command: [], env: { LD_PRELOAD: library } };
  }
  const inject = ['-f', '-qq', '--seccomp-bpf', '-o', '/dev/null', '-e', 'inject=fsync,fdatasync:delay_exit=20000'];
  const tried = spawnSync(strace, [...inject, 'true']);
  return tried.status === 0 ? { command: [strace, ...inject], env: {} } : null;
}
