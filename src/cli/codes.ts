import { failed, wrongUse } from './exit.ts';
import { type CliIo, readLines } from './io.ts';

const longestCode = 256;

/** A code to be read; a new one is typed twice by people, because nobody sees what they type. */
export interface CodeToRead {
  readonly ask: string;
  readonly times: 'once' | 'twice';
}

/** Codes from stdin, a line each, or asked for and not shown. */
export async function readCodes(io: CliIo, wanted: readonly CodeToRead[]): Promise<readonly string[]> {
  const read: string[] = [];
  if (io.interactive) {
    for (const one of wanted) read.push(await askCode(io, one));
    return read;
  }
  for await (const line of readLines(io.stdin, longestCode)) {
    if (line === null) throw failed(`a code is shorter than ${longestCode} characters`);
    read.push(line.toString('utf8').trim());
    if (read.length === wanted.length) return read;
  }
  if (wanted.length === 1) throw wrongUse('no code came from stdin; give it on one line');
  throw wrongUse(`${read.length} of ${wanted.length} codes came from stdin; give each on a line of its own`);
}

/** One new code. */
export async function readCode(io: CliIo): Promise<string> {
  const [code = ''] = await readCodes(io, [{ ask: 'Code: ', times: 'twice' }]);
  return code;
}

async function askCode(io: CliIo, { ask, times }: CodeToRead): Promise<string> {
  const code = await io.askHidden(ask);
  if (code === null) throw failed('no code was given');
  if (times === 'twice' && (await io.askHidden('The same again: ')) !== code)
    throw failed('the two codes differ; nothing was changed');
  return code;
}
