import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from '../width.ts';

/** The part of a tty stream that is needed; sizes are undefined on terminals that do not tell. */
export interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_LINE = '\u001b[2K';
const CLEAR_BELOW = '\u001b[J';

export interface Screen {
  /** Replaces what is shown; writes nothing when it is the same. */
  show(lines: readonly string[]): void;
  /** Somebody else wrote to the terminal: leaves the lines as they are, and goes on below. */
  startBelow(): void;
  /** Leaves the lines where they are and gives the cursor back. */
  close(): void;
}

/** Keeps a block of lines at the end of a terminal's output up to date. */
export function screenOn(terminal: Terminal): Screen {
  let shown: readonly string[] = [];
  let begun = false;
  let columns = terminal.columns;
  const restore = (): void => void terminal.write(SHOW_CURSOR);
  const begin = (): void => {
    begun = true;
    terminal.write(HIDE_CURSOR);
    // An end that skips close() must not leave a person without a cursor.
    process.once('exit', restore);
  };
  return {
    show(lines) {
      const resized = terminal.columns !== columns;
      if (!resized && lines.length === shown.length && lines.every((line, at) => line === shown[at])) return;
      if (!begun) begin();
      columns = terminal.columns;
      const up = resized ? heightOf(shown, columns ?? 80) : shown.length;
      const back = up === 0 ? '' : `\u001b[${up}A`;
      // One write per frame, so that nothing flickers. Clearing comes before the text: after a line that fills the
      // terminal, some terminals would clear its last character.
      terminal.write(`\r${back}${lines.map((line) => `${CLEAR_LINE}${line}\n`).join('')}${CLEAR_BELOW}`);
      shown = lines;
    },
    startBelow() {
      shown = [];
    },
    close() {
      if (!begun) return;
      process.off('exit', restore);
      restore();
      begun = false;
    },
  };
}

/** A terminal that became narrower has wrapped the lines that were on it. */
function heightOf(lines: readonly string[], columns: number): number {
  return lines.reduce((sum, line) => {
    const width = displayWidth(stripVTControlCharacters(line));
    return sum + Math.max(1, Math.ceil(width / columns));
  }, 0);
}
