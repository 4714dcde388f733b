// Nothing is imported before the version is known: an old Node would stop at the first package with a stack trace.

const needed = [22, 14] as const;

function newEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > needed[0] || (major === needed[0] && minor >= needed[1]);
}

/** One line and no more: what happened, for a person. Digits that could be a phone number stay out of any record. */
function fail(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.replace(/\s*\n[\s\S]*/, '').replace(/\+?\d(?:[\s().-]?\d){6,}/g, '[hidden]');
  process.stderr.write(`lantern: ${line}\n`);
  process.exit(1);
}

if (newEnough(process.versions.node)) {
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  // Compiled code is kept beside the build, which saves a fifth of the time to the first decision. Where that cannot be
  // written the program is compiled anew each time.
  if (import.meta.filename.endsWith('.js')) {
    process.getBuiltinModule('node:module').enableCompileCache(`${import.meta.dirname}/.compiled`);
  }
  import('./main.ts').then(({ main }) => main(process.argv)).catch(fail);
} else {
  fail(
    `Node ${needed.join('.')} or newer is needed, this is ${process.versions.node}; ./scripts/lantern picks the right one`,
  );
}
