import { advice, adviceIntro, adviceTitle } from './advice.ts';
import { drawPaper } from './sheet.ts';

/** The advice on paper. `at` (ISO) is when it was handed over. */
export function drawAdvice(at: string): Promise<Buffer> {
  return drawPaper(adviceTitle, at, (sheet) => {
    sheet.text(adviceIntro);
    for (const { about, tips } of advice) {
      sheet.heading(about);
      sheet.list(tips);
    }
  });
}
