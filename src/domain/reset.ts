import { transitiveDependants } from './graph.ts';
import type { Prd } from './prd.ts';
import { fail, ok, type Outcome } from './problem.ts';

/**
 * Which epics a reset takes back. A merged epic whose merged dependants would stay is refused: they were built on it.
 * `named` holds ids of the PRD only.
 */
export function planReset(prd: Prd, named: readonly string[], cascade: boolean): Outcome<readonly string[]> {
  const nodes = prd.epics.map((epic) => ({ id: epic.id, dependsOn: epic.dependsOn, weight: 1 }));
  const completed = new Set(prd.epics.filter((epic) => epic.status === 'completed').map((epic) => epic.id));
  const targets = new Set(named);
  const merged = named.filter((id) => completed.has(id));
  const dependants = [...transitiveDependants(nodes, merged)].filter(
    (id) => completed.has(id) && !targets.has(id),
  );
  if (dependants.length > 0 && !cascade) {
    return fail({
      code: 'merged-dependants',
      what: `${merged.join(', ')} cannot be reset alone: merged on top of that: ${dependants.join(', ')}`,
      why: 'what depends on an epic was built and checked with it, and would stay',
      fix: `teams reset ${named.join(' ')} --cascade   (also resets ${dependants.join(', ')})`,
    });
  }
  for (const id of dependants) targets.add(id);
  return ok(prd.epics.map((epic) => epic.id).filter((id) => targets.has(id)));
}
