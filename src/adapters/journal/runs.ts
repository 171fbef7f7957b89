import { ok, type Outcome } from '../../domain/problem.ts';
import type { RunState } from '../../domain/state.ts';
import { listRuns, runFolder } from '../layout.ts';
import { loadState } from './state.ts';

/** States of all runs, newest first. A run that ended before its first event is none; a broken journal is a Problem. */
export async function loadRuns(teams: string): Promise<Outcome<readonly RunState[]>> {
  const states: RunState[] = [];
  for (const runId of (await listRuns(teams)).toReversed()) {
    const loaded = await loadState(runFolder(teams, runId));
    if (!loaded.ok) return loaded;
    if (loaded.value !== null) states.push(loaded.value.state);
  }
  return ok(states);
}
