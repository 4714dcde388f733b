import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { drawAdvice } from './advice-paper.ts';
import { drawFeedback } from './feedback.ts';
import { codeOf, replaceFile } from './files.ts';
import { herCopy } from './hers.ts';
import { folderOf } from './kept.ts';
import type { Certificate, Feedback } from './model.ts';
import type { PaperName } from './names.ts';
import { drawRecord } from './record.ts';
import { openSigner, type Signed, signed } from './signing.ts';

/** `key` is the public half of the signing key in hex; it and its fingerprint belong in a row of the log. */
export type PapersWritten =
  | { readonly ok: true; readonly key: string; readonly fingerprint: string }
  | { readonly ok: false; readonly why: string };

/**
 * Writes the papers of a handover into DIR/papers, for their owner alone; whatever lay there is replaced. `keepOut` are the
 * names, numbers and places of the people around her, and the agency's: none of them appears on what stays with her. The same
 * certificate and key give the same bytes. What the disk refuses is a result.
 */
export async function writePapers(
  dir: string,
  certificate: Certificate,
  feedback: Feedback,
  keepOut: readonly string[],
): Promise<PapersWritten> {
  const found = openSigner(dir);
  if (!found.ok) return found;
  const { signer } = found;
  const hers = signed(herCopy(certificate, feedback.scheme, keepOut), signer);
  const whole = signed(certificate, signer);
  const files: Readonly<Record<PaperName, string | Uint8Array>> = {
    'copy.json': asFile(hers),
    'copy.pdf': await drawRecord(hers, 'copy.json'),
    'advice.pdf': await drawAdvice(certificate.handedOverAt),
    'certificate.json': asFile(whole),
    'certificate.pdf': await drawRecord(whole, 'certificate.json'),
    'feedback.pdf': await drawFeedback(feedback, certificate),
  };
  try {
    mkdirSync(folderOf(dir), { recursive: true, mode: 0o700 });
    for (const [name, contents] of Object.entries(files)) replaceFile(join(folderOf(dir), name), contents);
  } catch (error) {
    return { ok: false, why: `the papers cannot be written below ${dir} (${codeOf(error)}); look at the disk` };
  }
  return { ok: true, key: signer.key, fingerprint: signer.fingerprint };
}

const asFile = (one: Signed): string => `${JSON.stringify(one, null, 2)}\n`;
