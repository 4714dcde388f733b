import type { Command } from 'commander';
import type { CliDeps } from './deps.ts';
import { failed } from './exit.ts';
import { type CliIo, plain } from './io.ts';

interface VerifyOptions {
  readonly key?: string;
  readonly json?: true;
}

/** `certificate verify`: needs no hub, so that whoever holds the paper can check it. */
export function addCertificateCommands(program: Command, deps: CliDeps, io: CliIo): void {
  const certificate = program.command('certificate').description('the signed record of what was fitted');
  certificate
    .command('verify')
    .argument('<file>', 'the signed file, such as copy.json')
    .description('check that a certificate says what was signed; needs no hub')
    .option('--key <hex>', 'the key it has to be signed with, or its fingerprint, as the paper and the log show it')
    .option('--json', 'print the answer as JSON')
    .action(async (file: string, options: VerifyOptions) => {
      const found = await deps.certificate(file, options.key ?? null);
      if (!found.ok) {
        if (options.json) await io.out(`${JSON.stringify(found)}\n`);
        throw failed(found.why);
      }
      if (options.json) {
        await io.out(`${JSON.stringify(found)}\n`);
        return;
      }
      const { hub, version, handedOverAt, log } = found.certificate;
      const lines = [
        'ok',
        `hub ${hub}, version ${version}, handed over ${handedOverAt}`,
        `log row ${log.seq}, hash ${log.hash}`,
        `signed with ${found.fingerprint}`,
      ];
      await io.out(lines.map((line) => `${plain(line)}\n`).join(''));
      if (options.key === undefined)
        io.err('lantern: compare that fingerprint with the paper, or give it with --key\n');
    });
}
