import { leftOut } from './hers.ts';
import type { Certificate } from './model.ts';
import { drawPaper, type Sheet } from './sheet.ts';
import { fingerprintOf, grouped, type Signed } from './signing.ts';
import { dayText, timeText, wordText, yesOrNo } from './wording.ts';

/** Tells nothing to whoever finds the paper on a table or the file in a list. */
const title = 'Fitting record';

/**
 * The certificate on paper, from what was signed, so that both say the same. `file` is the signed file beside it. Notes have a column
 * only where there are some.
 */
export function drawRecord({ certificate, key }: Signed, file: string): Promise<Buffer> {
  return drawPaper(title, certificate.handedOverAt, (sheet) => {
    sheet.facts([
      ['Handed over', timeText(certificate.handedOverAt)],
      ['Hub', certificate.hub],
      ['Version', certificate.version],
      ['Fitted by', certificate.fitter],
      ['Property', wordText(certificate.property)],
    ]);
    drawFitted(sheet, certificate);
    drawZones(sheet, certificate);
    drawPaths(sheet, certificate);
    drawChecks(sheet, certificate);
    sheet.heading('When it is looked at again');
    sheet.list(certificate.reviews.map(dayText));
    sheet.heading('How to check this paper');
    sheet.text(
      `The file ${file} says the same and is signed. With the program that runs the hub: certificate verify ${file} --key followed by the key below.`,
    );
    sheet.facts([
      ['Key', grouped(key)],
      ['Fingerprint', grouped(fingerprintOf(key))],
      ['Log row', String(certificate.log.seq)],
      ['Log hash', grouped(certificate.log.hash)],
    ]);
  });
}

function drawFitted(sheet: Sheet, { fitted }: Certificate): void {
  sheet.heading('What was fitted');
  if (fitted.length === 0) {
    sheet.text('Nothing besides the detectors below.');
    return;
  }
  const noted = fitted.some(({ note }) => note !== '');
  sheet.table(
    [{ title: 'What', share: 2 }, { title: 'Where', share: 2 }, ...(noted ? [{ title: 'Note', share: 3 }] : [])],
    fitted.map(({ item, where, note }) => [item, where, note]),
  );
}

function drawZones(sheet: Sheet, { zones }: Certificate): void {
  sheet.heading('Detectors and how they were tried');
  sheet.table(
    [
      { title: 'Name', share: 4 },
      { title: 'Type', share: 2.5 },
      { title: 'Device', share: 3.5 },
      { title: 'Signal', share: 2 },
      { title: 'Battery', share: 2 },
      { title: 'Tried', share: 8 },
    ],
    zones.map(({ name, id, type, device, signal, battery, tests }) => [
      `${name} (${id})`,
      wordText(type),
      device,
      signal ?? leftOut,
      battery === null ? leftOut : `${battery} %`,
      tests.length === 0 ? 'Not tried' : tests.map(({ at, what }) => `${timeText(at)}: ${what}`).join('\n'),
    ]),
  );
}

function drawPaths(sheet: Sheet, { paths }: Certificate): void {
  sheet.heading('Ways to call for help');
  sheet.table(
    [
      { title: 'Way', share: 3 },
      { title: 'Tried', share: 3 },
      { title: 'Answered', share: 3 },
    ],
    paths.map(({ name, at, answeredAfterSeconds }) => [
      name,
      timeText(at),
      answeredAfterSeconds === null ? 'No answer' : `After ${answeredAfterSeconds} s`,
    ]),
  );
}

function drawChecks(sheet: Sheet, { checks }: Certificate): void {
  sheet.heading('What was confirmed');
  const noted = checks.some(({ note }) => note !== '');
  sheet.table(
    [{ title: 'What', share: 5 }, { title: 'Is so', share: 1 }, ...(noted ? [{ title: 'Note', share: 4 }] : [])],
    checks.map(({ what, ok, note }) => [what, yesOrNo(ok), note]),
  );
}
