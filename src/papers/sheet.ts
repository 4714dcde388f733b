import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';

// A4 pages of headings, texts, lists and tables, tagged so that a screen reader finds its way.

/** One column: `share` is its part of the width of the page. */
export interface Column {
  readonly title: string;
  readonly share: number;
}

/** What a paper can be built of. Each piece starts below the one before, on a new page where it does not fit. */
export interface Sheet {
  heading(text: string): void;
  text(text: string): void;
  list(items: readonly string[]): void;
  /** Names and values, a line each. */
  facts(pairs: readonly (readonly [string, string])[]): void;
  /** Its header stands again on every page it runs over; a row is never torn. */
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void;
  /** Empty lines to write on, each with what belongs there below it. */
  lines(labels: readonly string[]): void;
}

/** What one cell or line may hold: it fills about two thirds of a page in the narrowest column. */
export const longestText = 800;

// Latin, Cyrillic and Greek, under the SIL Open Font Licence. Read as data: the package's own code is for phones.
const require = createRequire(import.meta.url);
const plainFont = require.resolve('@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf');
const boldFont = require.resolve('@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf');

const margin = 50;
const footerHeight = 30;
const gap = 4;
const sizes = { title: 20, heading: 13, text: 10.5, cell: 9, footer: 8 } as const;
const ink = '#111111';
const faint = '#767676';

function bounded(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText).toWellFormed()}…` : text;
}

/**
 * Draws a paper. `title` is its heading and all that its metadata tells; `at` (ISO) is the only time in it, so that the same facts
 * give the same bytes.
 */
export async function drawPaper(title: string, at: string, draw: (sheet: Sheet) => void): Promise<Buffer> {
  const date = new Date(at);
  const doc = new PDFDocument({
    size: 'A4',
    margins: { top: margin, bottom: margin + footerHeight, left: margin, right: margin },
    pdfVersion: '1.7',
    tagged: true,
    lang: 'en-GB',
    displayTitle: true,
    bufferPages: true,
    info: { Title: title, CreationDate: date, ModDate: date },
  });
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve) => doc.on('end', resolve));

  doc.registerFont('plain', plainFont);
  doc.registerFont('bold', boldFont);
  const root = doc.struct('Document');
  doc.addStructure(root);
  const pen = newPen(doc, root);
  pen.block('H1', 'bold', sizes.title, title);
  draw(newSheet(doc, root, pen));
  root.end();
  number(doc);
  doc.end();
  await ended;
  return Buffer.concat(chunks);
}

type Doc = PDFKit.PDFDocument;
type Node = PDFKit.PDFStructureElement;
type Font = 'plain' | 'bold';

interface Pen {
  readonly width: number;
  readonly bottom: number;
  /** One text over the whole width. */
  block(tag: string, font: Font, size: number, text: string): void;
  /** Goes to a new page where so much does not fit on this one; says which it did. */
  room(height: number): 'same page' | 'new page';
  height(font: Font, size: number, text: string, width: number): number;
}

function newPen(doc: Doc, root: Node): Pen {
  const width = doc.page.width - 2 * margin;
  const bottom = doc.page.height - margin - footerHeight;
  const height: Pen['height'] = (font, size, text, inWidth) =>
    doc.font(font).fontSize(size).heightOfString(text, { width: inWidth });
  const room: Pen['room'] = (needed) => {
    if (doc.y + needed <= bottom) return 'same page';
    doc.addPage();
    return 'new page';
  };
  return {
    width,
    bottom,
    height,
    room,
    block(tag, font, size, text) {
      // A heading takes the first lines of what it heads with it.
      room(height(font, size, text, width) + (tag.startsWith('H') ? 60 : 0));
      const part = doc.struct(tag, {}, () =>
        doc.font(font).fontSize(size).fillColor(ink).text(text, margin, doc.y, { width }),
      );
      root.add(part);
      part.end();
      doc.y += gap;
    },
  };
}

function newSheet(doc: Doc, root: Node, pen: Pen): Sheet {
  const { width } = pen;

  const tallest = (cells: readonly Cell[]): number =>
    Math.max(...cells.map(({ font, text, wide }) => pen.height(font, sizes.cell, text, wide - 2 * gap)));

  /** Draws texts side by side, each in a column, and leaves the pen below the tallest. */
  function row(tree: Node, cells: readonly Cell[]): void {
    const line = doc.struct('TR');
    tree.add(line);
    const tall = tallest(cells);
    const top = doc.y + gap / 2;
    let left = margin;
    for (const { tag, font, text, wide } of cells) {
      const at = left + gap;
      const draw = () =>
        doc
          .font(font)
          .fontSize(sizes.cell)
          .fillColor(ink)
          .text(text, at, top, { width: wide - 2 * gap });
      const cell = doc.struct(tag, {}, draw);
      line.add(cell);
      cell.end();
      left += wide;
    }
    line.end();
    doc.y = top + tall + gap / 2;
    rule(doc, faint, 0.3);
    doc.y += gap / 2;
  }

  const heightOf = (cells: readonly Cell[]): number => tallest(cells) + 2 * gap;

  function rows(head: readonly Cell[] | null, all: readonly (readonly Cell[])[]): void {
    const tree = doc.struct('Table');
    root.add(tree);
    all.forEach((cells, index) => {
      const first = index === 0 && head !== null ? heightOf(head) : 0;
      const turned = pen.room(heightOf(cells) + first);
      if (head !== null && (turned === 'new page' || index === 0)) row(tree, head);
      row(tree, cells);
    });
    tree.end();
    doc.y += gap;
  }

  function table(columns: readonly Column[], texts: readonly (readonly string[])[]): void {
    const whole = columns.reduce((sum, { share }) => sum + share, 0);
    const cellsOf = (line: readonly string[], tag: Cell['tag']): readonly Cell[] =>
      columns.map(({ share }, index) => ({
        tag,
        font: tag === 'TH' ? 'bold' : 'plain',
        text: bounded(line[index] ?? ''),
        wide: (width * share) / whole,
      }));
    const titles = columns.map(({ title }) => title);
    rows(
      cellsOf(titles, 'TH'),
      texts.map((line) => cellsOf(line, 'TD')),
    );
  }

  function facts(pairs: readonly (readonly [string, string])[]): void {
    rows(
      null,
      pairs.map(([name, value]) => [
        { tag: 'TH', font: 'bold', text: bounded(name), wide: width / 4 },
        { tag: 'TD', font: 'plain', text: bounded(value), wide: (3 * width) / 4 },
      ]),
    );
  }

  function list(items: readonly string[]): void {
    const tree = doc.struct('L');
    root.add(tree);
    for (const item of items.map(bounded)) {
      pen.room(pen.height('plain', sizes.text, item, width - 14));
      const entry = doc.struct('LI');
      tree.add(entry);
      const top = doc.y;
      const mark = doc.struct('Lbl', {}, () => doc.font('plain').fontSize(sizes.text).text('•', margin, top));
      entry.add(mark);
      mark.end();
      const body = doc.struct('LBody', {}, () => doc.text(item, margin + 14, top, { width: width - 14 }));
      entry.add(body);
      body.end();
      entry.end();
      doc.y += gap / 2;
    }
    tree.end();
    doc.y += gap;
  }

  function lines(labels: readonly string[]): void {
    for (const label of labels) {
      pen.room(48);
      doc.y += 30;
      rule(doc, ink, 0.6);
      doc.y += 2;
      pen.block('P', 'plain', sizes.cell, label);
    }
  }

  return {
    heading: (text) => {
      doc.y += 2 * gap;
      pen.block('H2', 'bold', sizes.heading, bounded(text));
    },
    text: (text) => pen.block('P', 'plain', sizes.text, bounded(text)),
    list,
    facts,
    table,
    lines,
  };
}

interface Cell {
  readonly tag: 'TH' | 'TD';
  readonly font: Font;
  readonly text: string;
  readonly wide: number;
}

/** A line across the page: for the eye alone. */
function rule(doc: Doc, colour: string, thickness: number): void {
  doc.markContent('Artifact', { type: 'Layout' });
  doc
    .moveTo(margin, doc.y)
    .lineTo(doc.page.width - margin, doc.y)
    .lineWidth(thickness)
    .strokeColor(colour)
    .stroke();
  doc.endMarkedContent();
}

/** Numbers the pages below what they hold. */
function number(doc: Doc): void {
  const { count } = doc.bufferedPageRange();
  for (let page = 0; page < count; page += 1) {
    doc.switchToPage(page);
    // Below the margin, where a text would otherwise begin a page of its own.
    doc.page.margins.bottom = 0;
    doc.markContent('Artifact', { type: 'Pagination' });
    doc
      .font('plain')
      .fontSize(sizes.footer)
      .fillColor(faint)
      .text(`Page ${page + 1} of ${count}`, margin, doc.page.height - margin, { lineBreak: false });
    doc.endMarkedContent();
  }
}
