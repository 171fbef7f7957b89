import { EXIT } from '../domain/exit-codes.ts';
import { type CommandContext, printBug, printProblem, problemIn } from './output.ts';

/**
 * Until the returned function is called: an error that nobody catches ends `teams` as a crash does, but not before `reap`
 * has ended its sessions. They are processes of their own, and nobody would look after them any more.
 */
export function onUncaught(
  context: Pick<CommandContext, 'stderr'>,
  reap: () => Promise<unknown>,
): () => void {
  const end = (thrown: unknown): void => {
    // What is thrown from here on is a consequence of the first.
    process.off('uncaughtException', end);
    process.on('uncaughtException', () => undefined);
    const problem = problemIn(thrown);
    if (problem === null) printBug(context, thrown);
    else printProblem(context, problem);
    const code = problem === null ? EXIT.notPassed : EXIT.environment;
    // Also when it throws at once, because there is no run yet.
    void Promise.resolve()
      .then(reap)
      .finally(() => process.exit(code));
  };
  process.on('uncaughtException', end);
  return () => process.off('uncaughtException', end);
}
