import { clearLeft } from '../adapters/authoring-place.ts';
import { openGit } from '../adapters/git/open.ts';
import { replay } from '../adapters/journal/replay.ts';
import { runFolder } from '../adapters/layout.ts';
import { EXIT, type ExitCode } from '../domain/exit-codes.ts';
import { isProven } from '../domain/whereabouts.ts';
import type { RunOptions } from './commands/run.ts';
import { type Compose, openRun } from './compose.ts';
import { driveToEnd, reporterFor } from './drive.ts';
import { refuse } from './output.ts';
import type { Project } from './project.ts';

/** Lands a run that passed and was left on its branch, as if it had been wished then. Holds the lock under its id. */
export async function landEarlier(
  options: RunOptions,
  project: Project,
  runId: string,
  compose: Compose,
): Promise<ExitCode> {
  await clearLeft(openGit(project.root), project.teams);
  // Every event is checked: what lands rests on them.
  const replayed = await replay(runFolder(project.teams, runId), { validate: true });
  if (!replayed.ok) return refuse(options, replayed.error, EXIT.environment);
  const { state } = replayed.value;
  if (!isProven(state)) {
    const what = `something else changed run ${runId} just now`;
    return refuse(options, { code: 'run-changed', what, fix: 'teams status' }, EXIT.environment);
  }
  const reporter = reporterFor(options);
  const ctx = await openRun(project, { runId, state }, [reporter], compose);
  return driveToEnd(options, ctx, reporter, () =>
    ctx.publish({
      type: 'run.resumed',
      pid: process.pid,
      found: 'every epic is merged and the verdict is pass; it only has to land',
      budget: project.config.budget,
      changed: [],
      land: 'merge',
    }),
  );
}
