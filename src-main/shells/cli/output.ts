// What the command line prints: plain lines, aligned tables, and one JSON object a line with --json. Colour
// only on a terminal, and never where NO_COLOR is set (no-color.org).
import { stripVTControlCharacters } from 'node:util';

export interface Output {
  readonly isJson: boolean;
  /** Is standard output a terminal that one line can be rewritten on? */
  readonly isTerminal: boolean;
  /** For a person; nothing with --json. */
  line(text: string): void;
  /** For a program; nothing without --json. */
  json(value: object): void;
  /** Replaces the terminal's last line; where there is no terminal, a line of its own. */
  progress(text: string): void;
  bold(text: string): string;
  dim(text: string): string;
}

export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export function createOutput(isJson: boolean, stream: OutputStream = process.stdout, environment: NodeJS.ProcessEnv = process.env): Output {
  const isTerminal = stream.isTTY === true;
  const useColour = isTerminal && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  let isProgressShown = false;
  const paint = (code: number, text: string): string => (useColour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const endProgress = (): void => {
    if (isProgressShown) stream.write('\n');
    isProgressShown = false;
  };
  return {
    isJson,
    isTerminal,
    line(text) {
      if (isJson) return;
      endProgress();
      stream.write(`${text}\n`);
    },
    json(value) {
      if (isJson) stream.write(`${toJsonLine(value)}\n`);
    },
    progress(text) {
      if (isJson) return;
      if (!isTerminal) {
        stream.write(`${text}\n`);
        return;
      }
      // A line that wraps could not be rewritten.
      stream.write(`\r\u001b[2K${text.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}`);
      isProgressShown = true;
    },
    bold: (text) => paint(1, text),
    dim: (text) => paint(2, text),
  };
}

/** JSON in one line: typed arrays as arrays, numbers that JSON lacks (NaN, ±∞) as null. */
export function toJsonLine(value: object): string {
  return JSON.stringify(value, (_key, entry: unknown) =>
    ArrayBuffer.isView(entry) && !(entry instanceof DataView) ? Array.from(entry as unknown as Iterable<number>) : entry,
  );
}

export interface Column {
  title: string;
  align?: 'left' | 'right';
}

/** Rows under their titles, two spaces between columns, no spaces at the ends of lines. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const all = [columns.map((column) => column.title), ...rows].map((row) =>
    columns.map((_, k) => ({ cell: row[k] ?? '', width: displayWidth(row[k] ?? '') })),
  );
  // Not Math.max(...): a call has no room for a hundred thousand arguments.
  const widths = columns.map((_, k) => all.reduce((widest, row) => Math.max(widest, row[k]?.width ?? 0), 0));
  return all
    .map((row) =>
      row
        .map(({ cell, width }, k) => {
          const space = ' '.repeat((widths[k] ?? 0) - width);
          return columns[k]?.align === 'right' ? space + cell : cell + space;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Cells that a text takes on a terminal; run names may hold emoji or wide characters. */
function displayWidth(text: string): number {
  if (isPlain.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) {
    width += /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/u.test(segment) ? 2 : 1;
  }
  return width;
}
/** Letters, figures and dashes of one cell each. Finding graphemes takes a hundred times as long, and ten thousand runs are a table. */
const isPlain = /^[\x20-\x7e\xc0-\u02ff\u2010-\u2027\u2212\u221e]*$/;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
