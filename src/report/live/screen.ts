/** The part of a tty stream that is needed; sizes are undefined or 0 on terminals that do not tell. */
export interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/**
 * The second screen of the terminal, and no cursor. A terminal without a second screen scrolls what was on its only one
 * out of sight, where it can be found again; on a second one, which is empty, that does nothing.
 */
const enter = (rows: number): string => `\u001b[?1049h\u001b[?25l${'\n'.repeat(rows)}`;
const LEAVE = '\u001b[H\u001b[J\u001b[?1049l\u001b[?25h';
const goTo = (line: number): string => `\u001b[${line + 1};1H`;
const CLEAR_LINE = '\u001b[2K';
const CLEAR_BELOW = '\u001b[J';

export interface Screen {
  /** Replaces what is shown; writes nothing when it is the same. */
  show(lines: readonly string[]): void;
  /** Gives the terminal back as it was, with what was shown last at the end of its output. */
  close(): void;
}

/**
 * Shows lines on a screen of their own. Of what stands on the usual one, a window that becomes smaller wraps the lines
 * and pushes them up to where nothing can take them back; there is no such place behind the second one.
 */
export function screenOn(terminal: Terminal, isOurs: () => boolean): Screen {
  let shown: readonly string[] = [];
  /** Of the terminal, when it was drawn on; null: it was not, or is not ours now. */
  let size: string | null = null;
  const leave = (): void => {
    if (size !== null) terminal.write(LEAVE);
    size = null;
  };
  const draw = (): void => {
    const before = size === null ? enter(terminal.rows || 24) : '';
    size = sizeOf(terminal);
    // One write per frame, so that nothing flickers. Each line goes to its own place: how wide a character is there is
    // only a guess, and a line that is wrapped after all must not move those below it. Clearing comes before the text:
    // after a line that fills the terminal, some terminals would clear its last character.
    const text = shown.map((line, at) => `${goTo(at)}${CLEAR_LINE}${line}`).join('');
    terminal.write(`${before}${text}${goTo(shown.length)}${CLEAR_BELOW}`);
  };
  /** Ctrl-Z: the shell that it leads to is not to be on our screen. */
  const suspend = (): void => {
    leave();
    process.kill(process.pid, 'SIGSTOP');
    if (isOurs()) draw();
  };
  let watching = false;
  const unwatch = (): void => {
    watching = false;
    process.off('exit', leave);
    process.off('uncaughtExceptionMonitor', leave);
    process.off('SIGTSTP', suspend);
  };
  const watch = (): void => {
    watching = true;
    // An end that skips close() must not leave a person without a shell that they see, nor take what is said of it away.
    process.once('exit', leave);
    process.once('uncaughtExceptionMonitor', leave);
    process.on('SIGTSTP', suspend);
  };
  return {
    show(next) {
      if (size === sizeOf(terminal) && isSame(next, shown)) return;
      shown = next;
      if (size === null && !isOurs()) return;
      if (!watching) watch();
      draw();
    },
    close() {
      unwatch();
      leave();
      terminal.write(shown.map((line) => `${line}\n`).join(''));
      shown = [];
    },
  };
}

const sizeOf = ({ columns, rows }: Terminal): string => `${columns}x${rows}`;

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((line, at) => line === other[at]);
