import { listRuns, lockFile, runFolder, teamsFolder } from '../adapters/layout.ts';
import { lockHolder } from '../adapters/lock-holder.ts';

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

/** The process that works on a run right now; null when nobody does, whatever the journal says. */
export async function pidAtWork(run: LatestRun): Promise<number | null> {
  const holder = await lockHolder(lockFile(run.teams));
  return holder?.runId === run.runId ? holder.pid : null;
}
