import type { Budget, EpicPlan, EventOf, PauseKind, Reason, Usage } from './events.ts';
import type { Spent } from './spent.ts';

/**
 * waiting → ready → attempting → passed → merging → merged, with the ways out:
 * a failed attempt goes back to ready while the budget lasts, then ends in failed or partial;
 * a merge that cannot be made ends in merge-failed; a dependant of any of these is blocked.
 */
export type EpicPhase =
  | 'waiting'
  | 'ready'
  | 'attempting'
  | 'passed'
  | 'merging'
  | 'merged'
  | 'partial'
  | 'failed'
  | 'merge-failed'
  | 'blocked';

export interface StoryState {
  readonly passes: boolean;
  readonly commit: string | null;
  readonly reason: string | null;
}

export interface EpicState {
  readonly plan: EpicPlan;
  readonly phase: EpicPhase;
  /** Number of the last attempt; it never goes back, so that every attempt has a folder and a trailer of its own. */
  readonly attempt: number;
  /** What the last attempt runs on. */
  readonly backend: string | null;
  /** Attempts that count against the budget: interrupted ones do not. */
  readonly failures: number;
  /** Resolutions tried for the merge; counts against the budget, which an interrupted merge gets back. */
  readonly conflicts: number;
  readonly branch: string | null;
  readonly base: string | null;
  readonly head: string | null;
  readonly stories: Readonly<Record<string, StoryState>>;
  /** Why the last attempt that was not cut off failed; carried into the next prompt. */
  readonly reasons: readonly Reason[];
  /** The one line for people: why it failed, could not be merged or is blocked. */
  readonly failureReason: string | null;
  readonly blockedBy: string | null;
  readonly mergeCommit: string | null;
  readonly conflictFiles: readonly string[];
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly usage: Usage | null;
  /** The session of the last attempt, when it was cut off and can be gone on with. */
  readonly session: {
    readonly backend: string;
    readonly id: string;
    /** What its attempts so far spent; null: they did not tell. */
    readonly usage: Usage | null;
  } | null;
  /** The last attempt that ended was cut off; `reasons` are of the one before, if that failed. */
  readonly cutOff: boolean;
  /** Its merge needs a merger, and could not have one. */
  readonly held: boolean;
}

/** A backend that no session is started on for now. */
export interface Pause {
  readonly kind: PauseKind;
  /** ISO 8601; null: until a person has done something about it. */
  readonly until: string | null;
  readonly reason: string;
}

export type RunPhase =
  | 'running'
  | 'interrupted'
  | 'timed-out'
  | 'stalled'
  | 'passed'
  | 'failed'
  | 'superseded';

export interface RunState {
  readonly seq: number;
  readonly phase: RunPhase;
  readonly started: EventOf<'run.started'>;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly endReason: string | null;
  readonly stopping: EventOf<'stop.requested'>['reason'] | null;
  /** Head of the integration branch as far as the journal knows. */
  readonly head: string;
  readonly epics: readonly EpicState[];
  /** By name of the backend. */
  readonly pauses: Readonly<Record<string, Pause>>;
  /** How often a backend was paused since it last worked, by name. */
  readonly strikes: Readonly<Record<string, number>>;
  readonly budget: Budget;
  /** By all sessions of the run, as far as their agent CLIs tell. */
  readonly spent: Spent;
  readonly validation: {
    readonly phase: 'none' | 'running' | 'passed' | 'failed';
    /** Rounds that ended, without interrupted ones; it never goes back, so that every fix epic has a name of its own. */
    readonly rounds: number;
    /** Rounds that count against the budget: those without a pass since the last reset. */
    readonly failures: number;
    readonly reasons: readonly string[];
    readonly findings: EventOf<'validation.ended'>['findings'];
  };
  readonly landing: EventOf<'run.landed'> | EventOf<'run.land-failed'> | null;
  /** Processes that were started and not seen to end: what recovery has to reap. */
  readonly processes: readonly EventOf<'process.started'>[];
}

/** Ids of epics that `teams` makes itself start with this; no id of a PRD can. */
const FIX_PREFIX = '_fix-';

export const isFix = (epicId: string): boolean => epicId.startsWith(FIX_PREFIX);

/** The epic in which a builder mends what round `round` of the final validation found. */
export const fixIdOf = (round: number): string => `${FIX_PREFIX}${round}`;

/** Stories that still have to be done, in the order of the PRD. */
export const storiesToDo = (epic: EpicState): readonly string[] =>
  epic.plan.stories.map((story) => story.id).filter((id) => epic.stories[id]?.passes !== true);

export const findEpic = (state: RunState, epicId: string): EpicState | undefined =>
  state.epics.find((epic) => epic.plan.id === epicId);

/** A run that was cut off, by a person, a limit or a crash: `resume` goes on with it. */
export const isResumable = (state: RunState): boolean =>
  state.phase === 'running' ||
  state.phase === 'interrupted' ||
  state.phase === 'timed-out' ||
  state.phase === 'stalled';
