import { loadState } from '../adapters/journal/state.ts';
import { listRuns, runFolder } from '../adapters/layout.ts';
import { ok, type Outcome } from '../domain/problem.ts';
import { isResumable, type RunState } from '../domain/state.ts';

/**
 * The newest run that was cut off; without one the newest, and null before the first. A task leaves a run that was cut
 * off as it is, and the other way round, so it need not be the newest.
 */
export async function runToResume(teams: string): Promise<Outcome<RunState | null>> {
  let newest: RunState | null = null;
  for (const runId of (await listRuns(teams)).toReversed()) {
    const loaded = await loadState(runFolder(teams, runId));
    if (!loaded.ok) return loaded;
    const state = loaded.value?.state ?? null;
    if (state !== null && isResumable(state)) return ok(state);
    newest ??= state;
  }
  return ok(newest);
}
