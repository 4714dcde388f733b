import type { Certificate, Feedback } from './model.ts';
import { drawPaper } from './sheet.ts';
import { dayText, timeText, wordText, yesOrNo } from './wording.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Done by the deadline, and if not, how many days after it. */
function deadlineText({ deadline, endedAt }: Feedback): string {
  const late = Date.parse(endedAt.slice(0, 10)) - Date.parse(deadline);
  if (Number.isNaN(late)) return 'Not known';
  if (late <= 0) return yesOrNo(true);
  const days = late / dayMs;
  return `${yesOrNo(false)}, ${days} ${days === 1 ? 'day' : 'days'} after it`;
}

/** What the coordinator gets back, with room to sign. */
export function drawFeedback(
  feedback: Feedback,
  { handedOverAt, fitter, property, fitted, zones }: Certificate,
): Promise<Buffer> {
  return drawPaper('Feedback sheet', handedOverAt, (sheet) => {
    sheet.facts([
      ['Referral', feedback.reference],
      ['Agency', feedback.agency],
      ['Scheme', feedback.scheme],
      ['Fitted by', fitter],
      ['Property', wordText(property)],
      ['Risk', wordText(feedback.risk)],
      ['Urgency', wordText(feedback.urgency)],
    ]);
    sheet.heading('Time');
    sheet.facts([
      ['Began', timeText(feedback.beganAt)],
      ['Ended', timeText(feedback.endedAt)],
      ['Hours', String(feedback.hours)],
      ['Last day', dayText(feedback.deadline)],
      ['Done by then', deadlineText(feedback)],
    ]);
    sheet.heading('What was fitted');
    sheet.table(
      [
        { title: 'What', share: 2 },
        { title: 'Where', share: 2 },
        { title: 'Note', share: 3 },
      ],
      [
        ...fitted.map(({ item, where, note }) => [item, where, note]),
        ...zones.map(({ name, type, tests }) => [wordText(type), name, `tried ${tests.length} times`]),
      ],
    );
    sheet.heading('What is outstanding');
    sheet.list(feedback.outstanding.length === 0 ? ['Nothing.'] : feedback.outstanding);
    sheet.heading('Concerns for safety');
    sheet.list(feedback.concerns.length === 0 ? ['None.'] : feedback.concerns);
    sheet.heading('Signed');
    sheet.lines(['Fitter: name, signature and day', 'Coordinator: name, signature and day']);
  });
}
