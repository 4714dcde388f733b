import { spawnSync } from 'node:child_process';
import { it } from 'vitest';

export type Tool = 'strace' | 'python3' | 'age' | 'tar' | 'pdftotext';

const tries: Readonly<Record<Tool, readonly [string, readonly string[]]>> = {
  strace: ['strace', ['-f', '-e', 'trace=none', 'true']],
  python3: ['python3', ['--version']],
  age: ['age', ['--version']],
  tar: ['tar', ['--version']],
  pdftotext: ['pdftotext', ['-v']],
};

const remedies: Readonly<Record<Tool, string>> = {
  strace: 'install the Debian package strace, and allow ptrace',
  python3: 'install the Debian package python3',
  age: 'install the Debian package age',
  tar: 'install the Debian package tar',
  pdftotext: 'install the Debian package poppler-utils',
};

/** Can this machine run tests that use a tool? Tried once, by using it. */
function has(tool: Tool): boolean {
  const [command, args] = tries[tool];
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/**
 * `it` when the tool is there; otherwise a marker that says loudly what was not run. A test left out is never a test
 * passed: it is reported as skipped, with the reason.
 */
export function itWith(tool: Tool): (name: string, run: () => void | Promise<void>) => void {
  if (has(tool)) return (name, run) => void it(name, run);
  return (name) => {
    const note = `NOT RUN: ${name}: needs ${tool} (${remedies[tool]})`;
    it(name, (ctx) => {
      console.error(note);
      ctx.skip(note);
    });
  };
}
