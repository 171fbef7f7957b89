import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { processesWith } from '../rig/leftovers.ts';
import { gitEnvironment } from '../rig/temp-repo.ts';

const run = promisify(execFile);
const BIN = fileURLToPath(new URL('../../dist/bin.cjs', import.meta.url));
/** For a condition that holds within a second on an idle machine. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 50;

export interface TerminalOptions {
  readonly cwd: string;
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Programs that come first on the PATH, as shell scripts by name: an agent CLI that tells its version, say. */
  readonly programs?: Readonly<Record<string, string>>;
}

/**
 * A shell in a terminal of its own. Its prompt is `[0] `, with the exit code of the command before: waiting for
 * `[130] ` is waiting for a command to end with 130.
 */
export interface Terminal {
  /** A fresh one: nothing of the person who runs the tests. */
  readonly home: string;
  /** Types text as it is, without Enter. */
  type(text: string): Promise<void>;
  /** Presses keys by their tmux names: Enter, Up, Space, Escape, BSpace, C-c. */
  press(...keys: readonly string[]): Promise<void>;
  /** Types a command line and Enter, on a screen that shows nothing else. */
  command(line: string): Promise<void>;
  /** What is on the screen now, without the blanks at the ends of lines and of the screen. */
  screen(): Promise<string>;
  /** The same, after all that has scrolled out of it. */
  scrollback(): Promise<string>;
  /** The screen as soon as it shows this; an error with the screen when it never does. */
  waitFor(shown: string | RegExp): Promise<string>;
  resize(columns: number, rows: number): Promise<void>;
  /** Closes the window under what runs in it, as a lost connection does; resolves when all of that has ended by itself. */
  hangUp(): Promise<void>;
  /** Ends the terminal and every process that was started in it. */
  close(): Promise<void>;
}

/** Opens a terminal that is gone, with all that runs in it, when the test is. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  if (!existsSync(BIN)) throw new Error(`${BIN} is missing: npm run build`);
  // Short, because the path of a socket has to be.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'teams-tty-')));
  const socket = join(folder, 'tmux');
  const home = join(folder, 'home');
  const env = prepare(folder, options);
  const { columns = 80, rows = 24 } = options;
  const tmux = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('tmux', ['-u', '-S', socket, '-f', '/dev/null', ...args], { env });
    return stdout;
  };
  const killServer = (): void => {
    try {
      execFileSync('tmux', ['-S', socket, 'kill-server'], { env, stdio: 'ignore' });
    } catch {
      // It has ended by itself, with its last process.
    }
  };
  // Also when the test runner itself is stopped.
  process.once('exit', killServer);
  const close = async (): Promise<void> => {
    process.off('exit', killServer);
    killServer();
    await endAllOf(home);
    rmSync(folder, { recursive: true, force: true });
  };
  onTestFinished(close);

  const capture = async (...from: readonly string[]): Promise<string> => {
    const text = await tmux('capture-pane', '-p', '-t', 'it', ...from);
    return text.replace(/[ \t]+$/gm, '').trimEnd();
  };
  const screen = (): Promise<string> => capture();
  const terminal: Terminal = {
    home,
    close,
    async hangUp() {
      killServer();
      const alive = async (): Promise<string> => processesWith(`HOME=${home}`).join(', ');
      await until(alive, (pids) => pids === '', 'alive in a terminal that is gone');
    },
    screen,
    scrollback: () => capture('-S', '-'),
    type: async (text) => void (await tmux('send-keys', '-t', 'it', '-l', '--', text)),
    press: async (...keys) => void (await tmux('send-keys', '-t', 'it', '--', ...keys)),
    async command(line) {
      await tmux('send-keys', '-t', 'it', '-l', '--', `clear; ${line}`);
      await tmux('send-keys', '-t', 'it', 'Enter');
      // The line itself is gone from the screen only when the shell has read it.
      await until(screen, (text) => !text.includes('clear; '), `the shell does not begin: ${line}`);
    },
    async waitFor(shown) {
      const shows = (text: string): boolean =>
        typeof shown === 'string' ? text.includes(shown) : shown.test(text);
      return until(screen, shows, `the screen never shows ${shown}`);
    },
    resize: async (width, height) =>
      void (await tmux('resize-window', '-t', 'it', '-x', String(width), '-y', String(height))),
  };
  const size = ['-x', String(columns), '-y', String(rows)];
  await tmux('new-session', '-d', '-s', 'it', ...size, '-c', options.cwd, 'sh');
  // It would take a line of the height.
  await tmux('set-option', '-g', 'status', 'off');
  await terminal.waitFor('[0]');
  return terminal;
}

/** Makes the folders of a terminal and gives its whole environment. */
function prepare(folder: string, options: TerminalOptions): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin');
  for (const name of ['bin', 'home', 'tmp']) mkdirSync(join(folder, name));
  const programs = { teams: `exec '${process.execPath}' '${BIN}' "$@"\n`, ...options.programs };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}`);
    chmodSync(join(bin, name), 0o755);
  }
  // What a shell takes its prompt from: dash ignores the one of the environment.
  const shellFile = join(folder, 'shell');
  writeFileSync(shellFile, "PS1='[$?] '\n");
  return {
    PATH: `${bin}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    TERM: 'xterm-256color',
    ENV: shellFile,
    ...gitEnvironment,
    ...options.env,
  };
}

async function until(
  look: () => Promise<string>,
  holds: (text: string) => boolean,
  otherwise: string,
): Promise<string> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const text = await look();
    if (holds(text)) return text;
    if (performance.now() > deadline) throw new Error(`${otherwise}\n--- what is seen ---\n${text}\n---`);
    await pause(LOOK_EVERY_MS);
  }
}

/** Everything that was started in a terminal has its home, also what moved to another session. */
async function endAllOf(home: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let kill = false; ; kill = true) {
    const alive = processesWith(`HOME=${home}`);
    if (alive.length === 0) return;
    if (performance.now() > deadline)
      throw new Error(`still alive in a closed terminal: ${alive.join(', ')}`);
    if (kill) for (const pid of alive) end(pid);
    await pause(LOOK_EVERY_MS);
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}
