import { readRecorded } from '../adapters/journal/recorded.ts';
import type { Config } from '../domain/config.ts';
import { estimate } from '../domain/estimate.ts';
import type { BackendKind } from '../domain/estimate-assumptions.ts';
import type { Epic } from '../domain/prd.ts';
import { finalBackend, planEpic } from '../engine/plan-epic.ts';
import type { PrintedEstimate } from '../report/estimate.ts';

/** Any fixed number does: who asks twice gets the same answer. */
const SEED = 1;

/** What a run of these epics would take, from the runs that `teams` (the folder) has on record; null: nothing to run. */
export async function estimateFor(
  project: { readonly teams: string; readonly config: Config },
  scope: readonly Epic[],
): Promise<PrintedEstimate | null> {
  if (scope.length === 0) return null;
  const { config, teams } = project;
  const { recorded, leftOut } = await readRecorded(teams);
  const ids = new Set(scope.map(({ id }) => id));
  const epics = scope.map((epic) => {
    const left = epic.userStories.filter((story) => !story.passes);
    const plan = planEpic({ ...epic, userStories: left.length === 0 ? epic.userStories : left }, config);
    return { ...plan, dependsOn: plan.dependsOn.filter((id) => ids.has(id)) };
  });
  const result = estimate({
    epics,
    parallel: config.parallel,
    attempts: config.attempts.epic,
    finalValidation: config.validation.final !== 'never',
    finalBackend: finalBackend(config),
    kindOf: (backend) => kindOf(config, backend),
    recorded,
    seed: SEED,
  });
  return { ...result, parallel: config.parallel, runLimitMs: config.timeouts.run, leftOut };
}

function kindOf({ backends }: Config, backend: string): BackendKind {
  const entry = Object.hasOwn(backends, backend) ? backends[backend] : undefined;
  if (entry === undefined) return backend === 'scripted' ? 'scripted' : 'agent';
  return 'script' in entry ? 'scripted' : 'command';
}
