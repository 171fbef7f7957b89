import { isBudgetSpent, raiseBudget, spentText } from './budget.ts';
import { type GraphNode, remainingWork } from './graph.ts';
import { backendsFor, usableBackend } from './pause.ts';
import { type EpicState, fixIdOf, isFix, type RunState, storiesToDo } from './state.ts';

/**
 * What the engine has to do next. Each action begins by publishing the event that takes it off this list, so asking
 * again never yields the same action twice.
 */
export type Action =
  | { readonly type: 'announce-ready'; readonly epicId: string }
  | {
      readonly type: 'announce-blocked';
      readonly epicId: string;
      readonly by: string;
      readonly reason: string;
    }
  | { readonly type: 'attempt'; readonly epicId: string }
  | { readonly type: 'merge'; readonly epicId: string }
  | { readonly type: 'validate'; readonly round: number }
  | { readonly type: 'plan-fix'; readonly round: number }
  | { readonly type: 'land' }
  | {
      readonly type: 'end';
      readonly outcome: 'passed' | 'failed' | 'interrupted' | 'timed-out' | 'stalled';
      readonly reason: string;
    };

/** The scheduler. Pure: the same state always gives the same actions; none means "wait for the next event". */
export function decide(state: RunState): readonly Action[] {
  if (state.phase !== 'running') return [];
  if (state.stopping !== null) return isBusy(state) ? [] : [endOfStop(state)];
  const announcements = announce(state);
  // The announcements change who can start: decide again once they are published.
  if (announcements.length > 0) return announcements;
  const work = [...merges(state), ...attempts(state)];
  if (work.length > 0 || isBusy(state)) return work;
  return finish(state);
}

/** Something is under way that will publish an event when it ends. */
export function isBusy(state: RunState): boolean {
  return (
    state.validation.phase === 'running' ||
    state.epics.some((epic) => epic.phase === 'attempting' || epic.phase === 'merging')
  );
}

/** Ended without being merged: its dependants can never start in this run. */
export const isLost = (epic: EpicState): boolean =>
  epic.phase === 'failed' ||
  epic.phase === 'partial' ||
  epic.phase === 'merge-failed' ||
  epic.phase === 'blocked';

function announce(state: RunState): Action[] {
  const byId = new Map(state.epics.map((epic) => [epic.plan.id, epic]));
  const actions: Action[] = [];
  for (const epic of state.epics) {
    // One that passed hangs in the air too when a dependency was reset after that and is lost now.
    if (epic.phase !== 'waiting' && epic.phase !== 'passed') continue;
    const epicId = epic.plan.id;
    const dependencies = epic.plan.dependsOn.map((id) => byId.get(id));
    const lost = dependencies.find((dependency) => dependency !== undefined && isLost(dependency));
    if (lost !== undefined) {
      const by = lost.plan.id;
      actions.push({
        type: 'announce-blocked',
        epicId,
        by,
        reason: `waits for ${by}, which is ${lost.phase}`,
      });
    } else if (
      epic.phase === 'waiting' &&
      dependencies.every((dependency) => dependency?.phase === 'merged')
    ) {
      actions.push({ type: 'announce-ready', epicId });
    }
  }
  return actions;
}

/** One merge at a time; it holds no session slot. */
function merges(state: RunState): Action[] {
  if (state.epics.some((epic) => epic.phase === 'merging')) return [];
  const [next] = longestFirst(state, mergeable(state));
  return next === undefined ? [] : [{ type: 'merge', epicId: next.plan.id }];
}

/** A dependency that was reset after the epic passed has to be merged again first. */
function mergeable(state: RunState): readonly EpicState[] {
  const merged = idsOf(state.epics.filter((epic) => epic.phase === 'merged'));
  return state.epics.filter(
    (epic) =>
      epic.phase === 'passed' &&
      !(epic.held && cannotWork(state, epic)) &&
      epic.plan.dependsOn.every((id) => merged.has(id)),
  );
}

/** There is no session for it: the budget is spent, or every backend that it could be worked on with is paused. */
const cannotWork = (state: RunState, epic: EpicState): boolean =>
  isBudgetSpent(state) || usableBackend(state, epic.plan.backend) === null;

/** What is under way ends, and nothing else is begun. */
export const startsNoMore = (state: RunState): boolean => state.started.failFast && state.epics.some(isLost);

function attempts(state: RunState): Action[] {
  if (startsNoMore(state)) return [];
  const free = state.started.parallel - state.epics.filter((epic) => epic.phase === 'attempting').length;
  if (free <= 0) return [];
  const ready = state.epics.filter((epic) => epic.phase === 'ready' && !cannotWork(state, epic));
  if (ready.length === 0) return [];
  return longestFirst(state, [...ready, ...worthWaitingFor(state)])
    .slice(0, free)
    .filter((epic) => epic.phase === 'ready')
    .map((epic) => ({ type: 'attempt', epicId: epic.plan.id }));
}

/** How much of the work that is left, spread over all slots, a chain has to be for a slot to wait for it. */
const CRITICAL_SHARE = 0.75;

/**
 * Epics that the merges under way set free. An attempt ends before its merge does: whatever takes the slot at that
 * moment would keep the longest chain waiting for a whole epic, which costs far more than the moment until the merge
 * is done. Only chains that decide when the run ends are worth an idle slot, and a conflict takes too long to wait for.
 */
function worthWaitingFor(state: RunState): readonly EpicState[] {
  const { parallel } = state.started;
  if (parallel === 1) return [];
  const merging = state.epics.filter((epic) => epic.phase === 'merging' && epic.conflicts === 0);
  const soon = idsOf([...merging, ...mergeable(state)]);
  if (soon.size === 0) return [];
  const merged = idsOf(state.epics.filter((epic) => epic.phase === 'merged'));
  const left = state.epics.filter(
    (epic) => !isLost(epic) && !merged.has(epic.plan.id) && !soon.has(epic.plan.id),
  );
  const work = left.reduce((sum, epic) => sum + weightOf(epic), 0);
  const remaining = remainingWork(state.epics.map(nodeOf));
  return left.filter(
    ({ phase, plan }) =>
      phase === 'waiting' &&
      plan.dependsOn.every((id) => merged.has(id) || soon.has(id)) &&
      (remaining.get(plan.id) ?? 0) * parallel >= work * CRITICAL_SHARE,
  );
}

/** What the longest chain of work hangs on comes first; the order of the PRD breaks ties. */
function longestFirst(state: RunState, candidates: readonly EpicState[]): readonly EpicState[] {
  if (candidates.length < 2) return candidates;
  const remaining = remainingWork(state.epics.map(nodeOf));
  return candidates.toSorted((a, b) => (remaining.get(b.plan.id) ?? 0) - (remaining.get(a.plan.id) ?? 0));
}

const idsOf = (epics: readonly EpicState[]): ReadonlySet<string> =>
  new Set(epics.map((epic) => epic.plan.id));

const weightOf = (epic: EpicState): number =>
  epic.phase === 'merged' ? 0 : Math.max(1, storiesToDo(epic).length);

const nodeOf = (epic: EpicState): GraphNode => ({
  id: epic.plan.id,
  dependsOn: epic.plan.dependsOn,
  weight: weightOf(epic),
});

function finish(state: RunState): Action[] {
  const still = state.epics.filter(
    (epic) => (epic.held || (epic.phase === 'ready' && !startsNoMore(state))) && cannotWork(state, epic),
  );
  if (still.length > 0) return waitOrStall(state, new Set(still.map((epic) => epic.plan.backend)));
  const unmerged = state.epics.filter((epic) => epic.phase !== 'merged');
  const { validation, started } = state;
  if (unmerged.length > 0) {
    const names = unmerged.map((epic) => `${epic.plan.id} (${epic.phase})`).join(', ');
    const only = unmerged.every((epic) => isFix(epic.plan.id))
      ? 'what the final validation found was not mended'
      : '';
    return [{ type: 'end', outcome: 'failed', reason: `${only || 'not merged'}: ${names}` }];
  }
  if (validation.phase === 'passed') {
    if (started.land === 'merge' && state.landing === null) return [{ type: 'land' }];
    if (state.landing?.type === 'run.land-failed') {
      return [
        { type: 'end', outcome: 'failed', reason: `all passed, but not landed: ${state.landing.reason}` },
      ];
    }
    return [{ type: 'end', outcome: 'passed', reason: 'every epic is merged and the verdict is pass' }];
  }
  if (validation.failures >= started.attempts.final) {
    return [
      { type: 'end', outcome: 'failed', reason: `the verdict is fail: ${validation.reasons.join('; ')}` },
    ];
  }
  const round = validation.rounds + 1;
  const fixPlanned = state.epics.some((epic) => epic.plan.id === fixIdOf(validation.rounds));
  if (validation.phase === 'failed' && validation.findings.length > 0 && !fixPlanned) {
    return [{ type: 'plan-fix', round: validation.rounds }];
  }
  const judges = !isBudgetSpent(state) && usableBackend(state, started.finalBackend) !== null;
  if (started.finalValidation && !judges) {
    return waitOrStall(state, new Set([started.finalBackend]));
  }
  return [{ type: 'validate', round }];
}

/** Nothing but what paused backends would do is left: the end of a pause is an event, or there will be none. */
function waitOrStall(state: RunState, wished: ReadonlySet<string>): Action[] {
  if (isBudgetSpent(state)) {
    const reason = `the budget is spent: ${spentText(state) ?? ''}; ${raiseBudget(state)} to go on`;
    return [{ type: 'end', outcome: 'stalled', reason }];
  }
  const names = new Set([...wished].flatMap((name) => backendsFor(state, name)));
  const pauses = Object.entries(state.pauses).filter(([name]) => names.has(name));
  if (pauses.some(([, pause]) => pause.until !== null)) return [];
  const reason = pauses.map(([name, pause]) => `${name}: ${pause.reason}`).join('; ');
  return [{ type: 'end', outcome: 'stalled', reason: `no backend can go on: ${reason}` }];
}

function endOfStop(state: RunState): Action {
  switch (state.stopping) {
    case 'run-timeout':
      return { type: 'end', outcome: 'timed-out', reason: 'the time limit of the run was reached' };
    case 'interrupt':
    case null:
      return { type: 'end', outcome: 'interrupted', reason: 'Ctrl-C or a signal' };
  }
}
