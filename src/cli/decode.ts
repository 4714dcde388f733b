import type { Command } from 'commander';
import type { CliDeps, Decoder } from './deps.ts';
import { failed, needed, wrongUse } from './exit.ts';
import { type CliIo, plain, readAll, readLines } from './io.ts';

/** The hub takes no longer message either. */
const longestPayload = 1024 * 1024;

interface DecodeOptions {
  readonly profile?: string;
  readonly config?: string;
  readonly topic?: string;
  readonly retained?: true;
  readonly lines?: true;
}

/** `decode`: a payload in, its signals out. */
export function addDecodeCommand(program: Command, deps: CliDeps, io: CliIo): void {
  program
    .command('decode')
    .description('read one payload from stdin and print its signals as JSON; {} when there are none')
    .option('--profile <name>', 'the device family; found by config or topic when left out')
    .option('--config <file>', 'a config whose devices tell family and model')
    .option('--topic <topic>', 'the topic the payload came on')
    .option('--retained', "as delivered from a broker's store")
    .option('--lines', 'one payload a line')
    .action(async (options: DecodeOptions) => {
      const found = deps.decoder({
        topic: needed(options.topic, '--topic T'),
        profile: options.profile ?? null,
        config: options.config ?? null,
      });
      if (!found.ok) throw wrongUse(found.why);
      await (options.lines ? decodeLines : decodeOne)(io, found.decoder, options.retained === true);
    });
}

async function print(io: CliIo, decoder: Decoder, payload: Uint8Array, stored: boolean): Promise<void> {
  const shown = decoder.decode(payload, stored);
  if (!shown.ok) io.err(`lantern: ${plain(shown.why)}\n`);
  await io.out(`${JSON.stringify(shown.ok ? shown.signals : {})}\n`);
}

async function decodeOne(io: CliIo, decoder: Decoder, stored: boolean): Promise<void> {
  const payload = await readAll(io.stdin, longestPayload);
  if (payload === null) throw failed(`the payload is longer than ${longestPayload} bytes; the hub would drop it`);
  await print(io, decoder, payload, stored);
}

async function decodeLines(io: CliIo, decoder: Decoder, stored: boolean): Promise<void> {
  for await (const line of readLines(io.stdin, longestPayload)) {
    if (line === null) throw failed(`a line is longer than ${longestPayload} bytes; the hub would drop it`);
    await print(io, decoder, line, stored);
  }
}
