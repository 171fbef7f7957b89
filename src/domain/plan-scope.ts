import type { PlanStanding } from './agreed-plan.ts';
import { topologicalOrder } from './graph.ts';
import type { Epic, Prd } from './prd.ts';
import { fail, ok, type Outcome } from './problem.ts';
import { shellWord } from './shell-word.ts';

/**
 * The epics to plan, dependencies first: the named ones, or else all that are open and have no plan that fits.
 * `named` holds ids of the PRD only, and the PRD is valid.
 */
export function selectToPlan(
  prd: Prd,
  named: readonly string[],
  standings: ReadonlyMap<string, PlanStanding>,
): Outcome<readonly Epic[]> {
  const byId = new Map(prd.epics.map((epic) => [epic.id, epic]));
  const done = named.find((id) => byId.get(id)?.status === 'completed');
  if (done !== undefined) {
    return fail({
      code: 'epic-completed',
      what: `${done} is completed already: there is nothing to plan`,
      fix: `teams reset ${done}   to do it again`,
    });
  }
  const isWanted = ({ id, status }: Epic): boolean =>
    named.length > 0 ? named.includes(id) : status !== 'completed' && standings.get(id) !== 'agreed';
  const order = topologicalOrder(prd.epics.map((epic) => ({ ...epic, weight: 1 })));
  return ok(order.flatMap((id) => byId.get(id) ?? []).filter(isWanted));
}

/** What to type when a planning is over. `left`: epics that were to be planned and have no new plan. */
export function nextAfterPlanning(
  left: readonly string[],
  named: readonly string[],
  standings: ReadonlyMap<string, PlanStanding>,
): string {
  const plan = (ids: readonly string[]): string => ['teams plan', ...ids.map(shellWord)].join(' ');
  const without = left.filter((id) => standings.get(id) !== 'agreed');
  if (without.length > 0) return plan(named.length === 0 ? [] : without);
  // A plan that was agreed to before holds until there is a new one.
  return left.length === 0 ? 'teams run' : `teams run   or ${plan(left)}`;
}
