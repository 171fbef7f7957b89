import { CommanderError } from 'commander';
import { EXIT, type ExitCode } from '../domain/exit-codes.ts';
import type { Problem } from '../domain/problem.ts';
import { type CommandContext, printBug, problemIn, refuse } from './output.ts';
import { programFor } from './program.ts';

/** Runs one command line, without the names of node and the script. Never throws: the exit code tells how it went. */
export async function main(argv: readonly string[], context: CommandContext): Promise<ExitCode> {
  let code: ExitCode = EXIT.passed;
  const program = programFor(context, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.passed : EXIT.usage;
    return await explain(error, context);
  }
}

async function explain(error: unknown, context: CommandContext): Promise<ExitCode> {
  const problem = problemIn(error) ?? (await problemOnDisk(context.cwd));
  if (problem !== null) return refuse(context, problem, EXIT.environment);
  printBug(context, error);
  // 1 is what node itself ends with then: no script mistakes it for success.
  return EXIT.notPassed;
}

async function problemOnDisk(cwd: string): Promise<Problem | null> {
  const { brokenRun } = await import('./broken-run.ts');
  return brokenRun(cwd);
}
