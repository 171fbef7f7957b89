import type { ExitCode } from '../domain/exit-codes.ts';
import { type Problem, describeProblem } from '../domain/problem.ts';
import { printable } from '../domain/printable.ts';

/** What every command gets of the outside world; tests hand in their own. */
export interface CommandContext {
  /** Absolute. */
  readonly cwd: string;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether stdout takes colours. */
  readonly color: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** How wide the terminal is now that stdout writes to; absent: it is none, lines may be as long as they are. */
  readonly columns?: () => number | undefined;
  /** Whether what is printed reaches nobody any more; absent: it always does. */
  readonly outputLost?: () => boolean;
}

/** What a table may take of a line. */
export const columnsOf = ({ columns }: CommandContext): number => columns?.() ?? Infinity;

/** How diagnostics look to whoever reads them. */
export const lookOf = (context: CommandContext): { readonly color: boolean; readonly columns: number } => ({
  color: context.color,
  columns: columnsOf(context),
});

/** https://no-color.org and https://force-color.org: NO_COLOR off, FORCE_COLOR on, otherwise colours on a terminal. */
export function wantsColor(env: NodeJS.ProcessEnv, isTerminal: boolean | undefined): boolean {
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '')
    return !/^(0|false)$/.test(env['FORCE_COLOR']);
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  return isTerminal === true && env['TERM'] !== 'dumb';
}

export function contextOf(process: NodeJS.Process): CommandContext {
  return {
    cwd: process.cwd(),
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    color: wantsColor(process.env, process.stdout.isTTY),
    env: process.env,
    // 0: it does not tell, as a serial line, or `script` where there is no terminal.
    columns: () => process.stdout.columns || undefined,
  };
}

/** Shows an expected failure. Parts of it may quote files, agents or git: nothing of that reaches the terminal raw. */
export function printProblem(context: Pick<CommandContext, 'stderr'>, problem: Problem): void {
  context.stderr(`${printable(describeProblem(problem), { multiline: true })}\n`);
}

/** The same, and the exit code that goes with it. */
export function refuse(context: Pick<CommandContext, 'stderr'>, problem: Problem, code: ExitCode): ExitCode {
  printProblem(context, problem);
  return code;
}

/** Shows what nobody expected. It may quote a path or an agent, like any other text from outside. */
export function printBug(context: Pick<CommandContext, 'stderr'>, error: unknown): void {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const shown = printable(trace, { multiline: true });
  context.stderr(`this is a bug in teams, please report it with the lines below\n${shown}\n`);
}

/** Errors of adapters carry the problem that a person can act on; anything else that is thrown is a bug of ours. */
export function problemIn(error: unknown): Problem | null {
  if (!(error instanceof Error) || !('problem' in error)) return null;
  const { problem } = error;
  if (typeof problem !== 'object' || problem === null || !('what' in problem)) return null;
  return typeof problem.what === 'string' ? (problem as Problem) : null;
}
