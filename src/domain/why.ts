import { isLost, startsNoMore } from './decide.ts';
import { isBudgetSpent, raiseBudget } from './budget.ts';
import { backendsFor, usableBackend } from './pause.ts';
import { shellPath, shellWord } from './shell-word.ts';
import { type EpicState, findEpic, isResumable, type RunState, storiesToDo } from './state.ts';
import { isAdrift, isProven, restoreBranch, type Whereabouts } from './whereabouts.ts';

/** Why an epic is not merged, and the one command that brings it further. */
export interface Why {
  readonly epicId: string;
  readonly reason: string;
  readonly next: string;
}

/**
 * One entry per epic that is not merged. `alive`: a process is working on the run right now; otherwise a state that
 * says "running" was cut off.
 */
export function whyUnfinished(state: RunState, alive: boolean): readonly Why[] {
  return state.epics
    .filter((epic) => epic.phase !== 'merged')
    .map((epic) => ({
      epicId: epic.plan.id,
      reason: reasonOf(state, epic, alive),
      next: nextOf(state, epic, alive),
    }));
}

function reasonOf(state: RunState, epic: EpicState, alive: boolean): string {
  switch (epic.phase) {
    case 'waiting':
      return waitingReason(state, epic);
    case 'ready':
      return readyReason(state, epic, alive);
    case 'attempting':
      return alive ? `attempt ${epic.attempt} is at work` : `attempt ${epic.attempt} was cut off`;
    case 'passed':
      if (epic.held) return `passed, and its merge ${waitsForBackend(state, epic) ?? 'needs a merger'}`;
      return alive ? 'passed, and waits for its turn to merge' : 'passed, and not merged yet';
    case 'merging':
      return alive ? mergingReason(epic) : 'its merge was cut off';
    case 'failed':
      return `failed after ${times(epic.failures)}: ${epic.failureReason ?? 'no reason given'}`;
    case 'partial':
      return `${partialStory(epic)}: ${epic.failureReason ?? 'no reason given'}`;
    case 'merge-failed':
      return `could not be merged: ${epic.failureReason ?? 'no reason given'}${keptOn(epic)}`;
    case 'blocked':
      return epic.failureReason ?? `waits for ${epic.blockedBy ?? 'another epic'}`;
    case 'merged':
      throw new Error(`${epic.plan.id} is merged: there is nothing to explain`);
  }
}

function waitingReason(state: RunState, epic: EpicState): string {
  const open = epic.plan.dependsOn.filter((id) => findEpic(state, id)?.phase !== 'merged');
  if (open.length === 0) return 'nothing is in its way; it was not started';
  return `waits for ${open.map((id) => `${id} (${findEpic(state, id)?.phase ?? 'unknown'})`).join(', ')}`;
}

function readyReason(state: RunState, epic: EpicState, alive: boolean): string {
  if (isBudgetSpent(state) && (alive || state.phase === 'stalled'))
    return `${whatBudgetKeeps(epic)}the budget is spent; first ${raiseBudget(state)}`;
  const paused = waitsForBackend(state, epic);
  if (paused !== null && (alive || state.phase === 'stalled'))
    return epic.failures > 0 ? `${failedBefore(epic)}; the next one ${paused}` : paused;
  if (startsNoMore(state)) {
    const not = epic.failures > 0 ? `${failedBefore(epic)}; not tried again` : 'not started';
    return `${not}: another epic failed, and --fail-fast is on`;
  }
  if (epic.failures > 0)
    return `${failedAttempt(epic)} failed and is tried again: ${epic.failureReason ?? ''}`;
  if (alive) return `waits for a free session, ${state.started.parallel} at a time`;
  return epic.attempt > 0 ? `attempt ${epic.attempt} was interrupted` : 'not started yet';
}

/** The last one may be one that was cut off since. */
const failedAttempt = ({ attempt, cutOff }: EpicState): string =>
  cutOff ? 'an attempt' : `attempt ${attempt}`;

const failedBefore = (epic: EpicState): string =>
  `${failedAttempt(epic)} failed: ${epic.failureReason ?? 'no reason given'}`;

function whatBudgetKeeps(epic: EpicState): string {
  if (epic.failures > 0) return `${failedBefore(epic)}; not tried again, `;
  return epic.attempt > 0 ? `attempt ${epic.attempt} was interrupted, and ` : 'not started: ';
}

/** Null: there is a backend for it. */
export function waitsForBackend(state: RunState, epic: EpicState): string | null {
  if (usableBackend(state, epic.plan.backend) !== null) return null;
  const waits = backendsFor(state, epic.plan.backend).map((name) => {
    const pause = state.pauses[name];
    return `${name}${typeof pause?.until === 'string' ? ` until ${pause.until}` : ''} (${pause?.reason ?? ''})`;
  });
  return `waits for ${waits.join(', or for ')}`;
}

const partialStory = (epic: EpicState): string =>
  storiesToDo(epic).length > 0
    ? `some stories pass after ${times(epic.failures)}, not all`
    : `every story passes, but not the epic after ${times(epic.failures)}`;

const mergingReason = (epic: EpicState): string =>
  epic.conflictFiles.length === 0
    ? 'is being merged'
    : `a conflict is being resolved in ${epic.conflictFiles.join(', ')}`;

const keptOn = (epic: EpicState): string => (epic.branch === null ? '' : `; the work is on ${epic.branch}`);

const times = (n: number): string => (n === 1 ? '1 attempt' : `${n} attempts`);

function nextOf(state: RunState, epic: EpicState, alive: boolean): string {
  if (isLost(epic)) return nextOfLost(state, epic, alive);
  if (!alive) return isResumable(state) ? 'teams resume' : runAgain(state);
  if (epic.phase === 'waiting') return 'teams status';
  return epic.attempt > 0 ? `${logsOf(epic)} -f` : 'teams logs -f';
}

/** A new run tries lost epics again; what failed on its own deserves a look first. */
function nextOfLost(state: RunState, epic: EpicState, alive: boolean): string {
  if (epic.phase === 'failed' || epic.phase === 'partial') return logsOf(epic);
  const root = epic.phase === 'blocked' ? rootBlocker(state, epic) : epic;
  if (root.phase === 'failed' || root.phase === 'partial') return logsOf(root);
  if (alive) return 'teams status';
  return isResumable(state) ? 'teams resume' : runAgain(state);
}

const logsOf = ({ plan }: EpicState): string => `teams logs ${shellWord(plan.id)}`;

/** Blockers name each other in a chain that ends at an epic which failed itself. */
function rootBlocker(state: RunState, epic: EpicState): EpicState {
  let root = epic;
  // A chain is no longer than the list of epics; the bound keeps a broken journal from hanging us.
  for (let steps = 0; steps < state.epics.length && root.blockedBy !== null; steps++) {
    root = findEpic(state, root.blockedBy) ?? root;
  }
  return root;
}

/** A new run over the PRD that this run is about, as typed at the root of the repository. */
export function runAgain({ started: { prd } }: RunState): string {
  if (prd === 'prd.json') return 'teams run';
  return `teams run ${shellPath(prd)}`;
}

/** The command that brings the run as a whole further; null when there is nothing left to do. `where`: null, if nobody asked. */
export function nextForRun(state: RunState, alive: boolean, where: Whereabouts | null = null): string | null {
  if (alive) return 'teams logs -f';
  if (isResumable(state)) return 'teams resume';
  if (where !== null && isAdrift(where)) return restoreBranch(state);
  if (where !== null && where.landedIn !== null && isProven(state)) return null;
  if (state.phase === 'failed') {
    return state.landing?.type === 'run.land-failed' ? state.landing.fix : runAgain(state);
  }
  // Reset since: what is merged can wait for what is to be done again.
  if (state.epics.some((epic) => epic.phase !== 'merged')) return runAgain(state);
  if (state.phase === 'passed' && state.landing === null)
    return `git merge ${shellWord(state.started.branch)}`;
  return null;
}

/** What a PRD says of an epic that no run has taken up. */
export interface PendingEpic {
  readonly id: string;
  readonly status: string;
  readonly dependsOn: readonly string[];
}

/** The same for epics of a PRD that are not part of the last run (all of them when there was none), and its next command. */
export function whyNotInRun(
  epics: readonly PendingEpic[],
  open: readonly PendingEpic[],
  next: string,
): readonly Why[] {
  const status = new Map(epics.map((epic) => [epic.id, epic.status]));
  return open.map((epic) => {
    const waits = epic.dependsOn.filter((id) => status.get(id) !== 'completed');
    const start =
      epic.status === 'pending' ? 'no run has started it yet' : `it is ${epic.status} since an earlier run`;
    const reason =
      waits.length === 0
        ? start
        : `waits for ${waits.map((id) => `${id} (${status.get(id) ?? 'unknown'})`).join(', ')}`;
    return { epicId: epic.id, reason, next };
  });
}
