import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gitEnvironment } from './temp-repo.ts';

const BIN = fileURLToPath(new URL('../../dist/bin.cjs', import.meta.url));

export interface TeamsOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default true: `env` comes on top of the environment of the tests; false: it is all there is. */
  readonly inherit?: boolean;
  /** Written to stdin, which is closed at once when absent. */
  readonly stdin?: string;
  /** Where its stdout goes instead of to the test. */
  readonly stdoutFile?: string;
}

export interface TeamsEnd {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TeamsHandle {
  readonly pid: number;
  readonly ended: Promise<TeamsEnd>;
  kill(signal: NodeJS.Signals): void;
  /** Reads nothing of it any more, like a `head` that has seen enough. */
  leave(from?: { readonly stderr: boolean }): void;
  /**
   * The first match among whole lines of stdout, past ones included. Rejects, with everything it printed, when `teams`
   * ends without such a line.
   */
  waitForLine(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Runs the built `teams` as a process of its own, to its end. An exit code is never an error here. */
export const teams = (args: readonly string[], options: TeamsOptions): Promise<TeamsEnd> =>
  startTeams(args, options).ended;

/** Starts the built `teams`, to be watched and killed. */
export function startTeams(args: readonly string[], options: TeamsOptions): TeamsHandle {
  if (!existsSync(BIN)) throw new Error(`${BIN} is missing: npm run build`);
  // A group of its own, so that a signal reaches `teams` alone and not what it started, as with a plain kill.
  const command = [process.execPath, BIN, ...args] as const;
  const [program, ...words] =
    options.stdoutFile === undefined
      ? command
      : (['sh', '-c', 'out=$1; shift; exec "$@" > "$out"', 'sh', options.stdoutFile, ...command] as const);
  const child = spawn(program, words, {
    cwd: options.cwd,
    env: { ...(options.inherit === false ? {} : cleanEnvironment()), ...gitEnvironment, ...options.env },
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${BIN}`);
  // It may have ended before it read its input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = endOf(child).then(({ code, signal }) => ({ code, signal, stdout, stderr }));
  return {
    pid,
    ended,
    kill: (signal) => void child.kill(signal),
    leave(from = { stderr: true }) {
      child.stdout.destroy();
      if (from.stderr) child.stderr.destroy();
    },
    waitForLine: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (whole = stdout.slice(0, stdout.lastIndexOf('\n') + 1)): boolean => {
          for (const line of whole.split('\n')) {
            const match = new RegExp(pattern).exec(line);
            if (match === null) continue;
            waiting.delete(onData);
            resolve(match);
            return true;
          }
          return false;
        };
        const onData = (): void => void look();
        if (look()) return;
        waiting.add(onData);
        ended.then((end) => {
          if (look(stdout)) return;
          reject(
            new Error(
              `teams ${args.join(' ')} ended (${end.code ?? end.signal}) without ${pattern}\n${stdout}${stderr}`,
            ),
          );
        }, reject);
      }),
  };
}

function endOf(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

/** Without settings of the person and without what the test runner adds: both would change what `teams` prints or does. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const dropped = /^(TEAMS_|VITEST|NODE_OPTIONS$|NODE_ENV$|FORCE_COLOR$|NO_COLOR$|GIT_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !dropped.test(name)));
}
