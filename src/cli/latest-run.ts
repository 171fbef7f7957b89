import { join } from 'node:path';
import { listRuns, lockFile, runFolder, teamsFolder } from '../adapters/layout.ts';
import { lockHolder } from '../adapters/lock-holder.ts';
import { fail, ok, type Outcome } from '../domain/problem.ts';

export interface LatestRun {
  readonly runId: string;
  /** Absolute. */
  readonly folder: string;
  /** `.teams` of the checkout. */
  readonly teams: string;
}

/** The run that commands which only look are about; null before the first one. */
export async function latestRun(root: string): Promise<LatestRun | null> {
  const teams = teamsFolder(root);
  const runId = (await listRuns(teams)).at(-1);
  return runId === undefined ? null : { runId, folder: runFolder(teams, runId), teams };
}

/** The one with an id that a person gave, otherwise the latest. */
export async function chosenRun(root: string, runId: string | undefined): Promise<Outcome<LatestRun | null>> {
  if (runId === undefined) return ok(await latestRun(root));
  const teams = teamsFolder(root);
  const runs = await listRuns(teams);
  // Only what is in the list is ever made a path of.
  if (runs.includes(runId)) return ok({ runId, folder: runFolder(teams, runId), teams });
  return fail({
    code: 'unknown-run',
    what: `there is no run ${JSON.stringify(runId)} here`,
    where: join(teams, 'runs'),
    fix: runs.length === 0 ? 'teams run' : `one of the latest: ${runs.slice(-5).toReversed().join(', ')}`,
  });
}

/** The process that works on a run right now; null when nobody does, whatever the journal says. */
export async function pidAtWork(run: LatestRun): Promise<number | null> {
  const holder = await lockHolder(lockFile(run.teams));
  return holder?.runId === run.runId ? holder.pid : null;
}
