import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { endLeftovers } from './leftovers.ts';

export interface ForegroundRequest {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** What marks its environment, and that of everything it starts. */
  readonly mark: readonly string[];
  /** What it leaves behind gets this long between SIGTERM and SIGKILL, in milliseconds. */
  readonly patience: number;
}

export interface ForegroundEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Why it could not be started. */
  readonly failure: string | null;
  /** `teams` itself was asked to end meanwhile, by a SIGTERM or because the terminal is gone. */
  readonly stopped: boolean;
}

const IGNORED = ['SIGINT', 'SIGQUIT'] as const;
const ENDING = ['SIGTERM', 'SIGHUP'] as const;

/** Leaves what a program that was killed may have left on: the second screen, mouse reports, marks around pasted text, a hidden cursor. */
const RESET =
  '\u001b[?1049l\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?2004l\u001b[?25h\u001b[0m';

/**
 * Gives the terminal to a program until it ends. It stays in our process group, which is the one in the foreground: it
 * may read, and Ctrl-C and Ctrl-Z reach it as if it had been started from the shell. What it left running is ended.
 */
export async function runForeground(request: ForegroundRequest): Promise<ForegroundEnd> {
  const { argv, cwd, env, mark, patience } = request;
  const [file, ...args] = argv;
  const modes = terminalModes();
  const leftovers = { groups: [], children: false, mark };
  let child: ChildProcess | null = null;
  let stopped = false;
  // A Ctrl-C is meant for whoever has the terminal, and this process still has to look after the result.
  const ignore = (): void => undefined;
  const stop = (): void => {
    stopped = true;
    child?.kill('SIGTERM');
    void endLeftovers(leftovers, patience);
  };
  for (const signal of IGNORED) process.on(signal, ignore);
  for (const signal of ENDING) process.on(signal, stop);
  try {
    const end = await new Promise<Omit<ForegroundEnd, 'stopped'>>((resolve) => {
      child = spawn(file, args, { cwd, env, stdio: 'inherit' });
      child.once('error', (error) => resolve({ exitCode: null, signal: null, failure: error.message }));
      child.once('exit', (exitCode, signal) => resolve({ exitCode, signal, failure: null }));
    });
    await endLeftovers(leftovers, patience);
    if (modes !== null) spawnSync('stty', [modes], { stdio: ['inherit', 'ignore', 'ignore'] });
    if (end.signal !== null && process.stdout.isTTY) process.stdout.write(RESET);
    return { ...end, stopped };
  } finally {
    for (const signal of IGNORED) process.off(signal, ignore);
    for (const signal of ENDING) process.off(signal, stop);
  }
}

/** As `stty` takes them back; null when there is no terminal. */
function terminalModes(): string | null {
  const asked = spawnSync('stty', ['-g'], { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : null;
}
