import type { EpicPlan } from '../../src/domain/events.ts';
import { remainingWork } from '../../src/domain/graph.ts';
import { simulateRun } from '../../src/domain/simulate-run.ts';

/** How long a run of the real scheduler takes when everything passes, in units of work; merges take no time. */
export function makespan(
  plans: readonly EpicPlan[],
  parallel: number,
  durationOf: (plan: EpicPlan) => number,
): { readonly took: number; readonly criticalPath: number; readonly work: number } {
  const durations = new Map(plans.map((plan) => [plan.id, durationOf(plan)]));
  const took = simulateRun(
    { epics: plans, parallel, attempts: 1, finalValidation: true },
    {
      attempt: (epicId) => ({ takes: durations.get(epicId) ?? 0, passes: true }),
      merge: () => 0,
      validation: () => 0,
    },
  );
  const nodes = plans.map((plan) => ({
    id: plan.id,
    dependsOn: plan.dependsOn,
    weight: durations.get(plan.id) ?? 0,
  }));
  return {
    took,
    criticalPath: Math.max(0, ...remainingWork(nodes).values()),
    work: [...durations.values()].reduce((sum, duration) => sum + duration, 0),
  };
}
