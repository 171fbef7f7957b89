import { decide } from './decide.ts';
import type { EpicPlan, EventOf, EventPayload } from './events.ts';
import { evolve } from './evolve.ts';
import type { RunState } from './state.ts';

/** What only the real world knows. All times in any unit, as long as it is the same one. */
export interface World {
  readonly attempt: (epicId: string, attempt: number) => { readonly takes: number; readonly passes: boolean };
  readonly merge: (epicId: string) => number;
  readonly validation: () => number;
}

export interface SimulatedPlan {
  readonly epics: readonly EpicPlan[];
  readonly parallel: number;
  /** Attempts per epic, at most; the world has to let the last one pass. */
  readonly attempts: number;
  readonly finalValidation: boolean;
}

/**
 * How long a run takes from its first attempt to its verdict, with the real scheduler on a clock of its own. Nothing
 * conflicts, and the first verdict is a pass.
 */
export function simulateRun(plan: SimulatedPlan, world: World): number {
  let now = 0;
  let seq = 0;
  let state: RunState | null = null;
  const pending: { readonly at: number; readonly event: EventPayload }[] = [];
  const publish = (event: EventPayload): void => {
    state = evolve(state, { v: 1, seq: ++seq, at: START, ...event });
  };
  const later = (takes: number, event: EventPayload): void => {
    pending.push({ at: now + takes, event });
  };
  const tried = new Map<string, number>();
  publish(started(plan));
  for (;;) {
    if (state === null) throw new Error('a run begins with its first event');
    const actions = decide(state);
    for (const action of actions) {
      switch (action.type) {
        case 'announce-ready':
          publish({ type: 'epic.ready', epicId: action.epicId });
          break;
        case 'attempt': {
          const { epicId } = action;
          const attempt = (tried.get(epicId) ?? 0) + 1;
          tried.set(epicId, attempt);
          const { takes, passes } = world.attempt(epicId, attempt);
          publish({ type: 'attempt.started', epicId, attempt, ...UNUSED });
          later(takes, {
            type: 'attempt.ended',
            epicId,
            attempt,
            outcome: passes ? 'passed' : 'failed',
            reasons: [],
            head: SHA,
            usage: null,
          });
          break;
        }
        case 'merge': {
          const { epicId } = action;
          publish({ type: 'merge.started', epicId, attempt: 1, merge: 1, onto: SHA, head: SHA });
          later(world.merge(epicId), {
            type: 'merge.done',
            epicId,
            attempt: 1,
            commit: SHA,
            by: 'git',
            recovered: false,
          });
          break;
        }
        case 'validate':
          return now + (plan.finalValidation ? world.validation() : 0);
        case 'announce-blocked':
        case 'plan-fix':
        case 'land':
        case 'end':
          throw new Error(`a run in which everything passes does not come to ${action.type}`);
      }
    }
    if (actions.length > 0) continue;
    const next = pending.reduce<(typeof pending)[number] | undefined>(
      (first, one) => (first === undefined || one.at < first.at ? one : first),
      undefined,
    );
    if (next === undefined) throw new Error('nothing is under way and nothing is decided');
    pending.splice(pending.indexOf(next), 1);
    now = next.at;
    publish(next.event);
  }
}

const START = new Date(0).toISOString();
const SHA = '0'.repeat(40);
/** What the scheduler does not look at. */
const UNUSED = { branch: '', base: SHA, head: SHA, backend: '', todo: [] };

const started = (plan: SimulatedPlan): EventOf<'run.started'> => ({
  type: 'run.started',
  runId: '',
  pid: 0,
  project: '',
  prd: '',
  base: { ref: null, commit: SHA },
  start: SHA,
  branch: '',
  goesOnFrom: null,
  parallel: plan.parallel,
  attempts: { epic: plan.attempts, merge: 1, final: 1 },
  failFast: false,
  land: 'leave',
  finalValidation: plan.finalValidation,
  finalBackend: '',
  budget: { tokens: null, costUsd: null },
  fallback: [],
  epics: [...plan.epics],
  prdScope: { total: plan.epics.length, completed: [] },
});
