import { failed, wrongUse } from './exit.ts';
import { type CliIo, readLines } from './io.ts';

/** With fewer characters a copy of the file is opened by trying. */
const shortest = 12;
const longest = 1024;

/** A new passphrase: the first line of stdin, or asked for twice and not shown. */
export async function newPassphrase(io: CliIo): Promise<string> {
  const typed = await passphrase(io);
  if (typed.length < shortest) {
    throw failed(
      `a passphrase has ${shortest} characters or more; four or five words that nobody would put together are good`,
    );
  }
  if (io.interactive && (await io.askHidden('The same again: ')) !== typed)
    throw failed('the two differ; nothing was done');
  return typed;
}

/** A passphrase: the first line of stdin, or asked for and not shown. */
export async function passphrase(io: CliIo): Promise<string> {
  if (io.interactive) {
    const typed = await io.askHidden('Passphrase: ');
    if (typed === null) throw failed('no passphrase was given');
    return typed;
  }
  for await (const line of readLines(io.stdin, longest)) {
    if (line === null) throw failed(`a passphrase is shorter than ${longest} characters`);
    return line.toString('utf8');
  }
  throw wrongUse('no passphrase came from stdin; give it on one line');
}
