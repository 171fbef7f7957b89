import { remainingWork, topologicalOrder } from './graph.ts';
import type { Epic, Prd } from './prd.ts';
import { fail, ok, type Outcome, type Problem } from './problem.ts';
import { unknownEpic } from './unknown-epic.ts';

/** Which epics a run takes on, in the order of the PRD. */
export interface ScopeWish {
  /** Only these; empty: all that are not completed. */
  readonly only: readonly string[];
  /** At most this many; null: no limit. */
  readonly maxEpics: number | null;
}

/** A run cannot ask a person, and neither way out would be what was wished for. */
export const approvalRefused = (epic: string): Problem & { readonly why: string } => ({
  code: 'approval-unsupported',
  what: `${epic} asks for the approval of a person before it merges, and a run cannot ask`,
  why: 'merging it without asking would break the wish, waiting would block the run for ever',
  fix: `remove "approval" from ${epic}, or leave it out with --only`,
});

/** `prd` has passed validation: ids are unique, references exist, there is no cycle. */
export function selectEpics(prd: Prd, wish: ScopeWish): Outcome<readonly Epic[]> {
  const known = prd.epics.map((epic) => epic.id);
  const unknown = unknownEpic(wish.only, known, 'the PRD');
  if (unknown !== null) return fail(unknown);
  const wanted = prd.epics.filter((epic) => wish.only.length === 0 || wish.only.includes(epic.id));
  const completed = new Set(prd.epics.filter((epic) => epic.status === 'completed').map((epic) => epic.id));
  const done = wish.only.find((id) => completed.has(id));
  if (done !== undefined) {
    return fail({
      code: 'epic-completed',
      what: `${done} is completed already`,
      fix: `teams reset ${done}   to do it again`,
    });
  }
  const open = wanted.filter((epic) => !completed.has(epic.id));
  const chosen = wish.maxEpics === null ? open : firstOf(prd, open, completed, wish.maxEpics);
  const inScope = new Set(chosen.map((epic) => epic.id));
  for (const epic of chosen) {
    const missing = epic.dependsOn.find((id) => !inScope.has(id) && !completed.has(id));
    if (missing !== undefined) {
      return fail({
        code: 'dependency-out-of-scope',
        what: `${epic.id} depends on ${missing}, which is neither completed nor part of this run`,
        fix: `teams run --only ${[...missingFor(prd, chosen, completed), ...wish.only].join(' ')}`,
      });
    }
    if (epic.approval === 'always') {
      return fail(approvalRefused(epic.id));
    }
  }
  return ok(chosen);
}

/** All that has to be done with `chosen`, in the order of the PRD. */
function missingFor(prd: Prd, chosen: readonly Epic[], completed: ReadonlySet<string>): readonly string[] {
  const needed = new Set(chosen.map((epic) => epic.id));
  // A set takes in what is added to it while it is gone through.
  for (const id of needed) {
    const epic = prd.epics.find((each) => each.id === id);
    for (const other of epic?.dependsOn ?? []) if (!completed.has(other)) needed.add(other);
  }
  return prd.epics
    .map((epic) => epic.id)
    .filter((id) => needed.has(id) && !chosen.some((epic) => epic.id === id));
}

/** The first `limit` epics that can run, longest chain first, with whatever they depend on before them. */
function firstOf(
  prd: Prd,
  open: readonly Epic[],
  completed: ReadonlySet<string>,
  limit: number,
): readonly Epic[] {
  const nodes = prd.epics.map((epic) => ({ ...epic, weight: epic.userStories.length }));
  const remaining = remainingWork(nodes);
  const waiting = new Map(open.map((epic) => [epic.id, epic]));
  const taken = new Set<string>();
  while (taken.size < limit) {
    const next = topologicalOrder(nodes)
      .flatMap((id) => waiting.get(id) ?? [])
      .filter((epic) => !taken.has(epic.id))
      .filter((epic) => epic.dependsOn.every((id) => completed.has(id) || taken.has(id)))
      .reduce<Epic | null>(
        (best, epic) =>
          best === null || (remaining.get(epic.id) ?? 0) > (remaining.get(best.id) ?? 0) ? epic : best,
        null,
      );
    if (next === null) break;
    taken.add(next.id);
  }
  return open.filter((epic) => taken.has(epic.id));
}
