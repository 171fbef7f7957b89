import { decide } from '../../src/domain/decide.ts';
import type { EpicPlan, EventPayload } from '../../src/domain/events.ts';
import { remainingWork } from '../../src/domain/graph.ts';
import { evolve, type RunState } from '../../src/domain/state.ts';
import { startedEvent } from './simulator.ts';

const SHA = 'c'.repeat(40);

/** How long a run of the real scheduler takes when everything passes, in units of work; merges take no time. */
export function makespan(
  plans: readonly EpicPlan[],
  parallel: number,
  durationOf: (plan: EpicPlan) => number,
): { readonly took: number; readonly criticalPath: number; readonly work: number } {
  const durations = new Map(plans.map((plan) => [plan.id, durationOf(plan)]));
  const ends = new Map<string, number>();
  let now = 0;
  let state: RunState | null = null;
  let seq = 0;
  const emit = (payload: EventPayload): RunState => {
    state = evolve(state, { v: 1, seq: ++seq, at: new Date(0).toISOString(), ...payload });
    return state;
  };
  const attempts = { epic: 1, merge: 1, final: 1 };
  let current = emit(
    startedEvent(plans, { parallel, attempts, failFast: false, land: 'leave', fallback: false }),
  );
  for (;;) {
    const actions = decide(current);
    if (actions.some((action) => action.type === 'validate')) break;
    for (const action of actions) {
      if (action.type === 'announce-ready') current = emit({ type: 'epic.ready', epicId: action.epicId });
      else if (action.type === 'attempt') {
        const { epicId } = action;
        ends.set(epicId, now + (durations.get(epicId) ?? 0));
        current = emit({
          type: 'attempt.started',
          epicId,
          attempt: 1,
          branch: 'b',
          base: SHA,
          head: SHA,
          backend: 's',
          todo: [],
        });
      } else if (action.type === 'merge') {
        const { epicId } = action;
        emit({ type: 'merge.started', epicId, attempt: 1, merge: 1, onto: SHA, head: SHA });
        current = emit({ type: 'merge.done', epicId, attempt: 1, commit: SHA, by: 'git', recovered: false });
      } else throw new Error(`unexpected: ${action.type}`);
    }
    if (actions.length > 0) continue;
    const [next] = [...ends].toSorted((a, b) => a[1] - b[1]);
    if (next === undefined) throw new Error('deadlock');
    const [epicId, at] = next;
    now = at;
    ends.delete(epicId);
    current = emit({
      type: 'attempt.ended',
      epicId,
      attempt: 1,
      outcome: 'passed',
      reasons: [],
      head: SHA,
      usage: null,
    });
  }
  const nodes = plans.map((plan) => ({
    id: plan.id,
    dependsOn: plan.dependsOn,
    weight: durations.get(plan.id) ?? 0,
  }));
  return {
    took: now,
    criticalPath: Math.max(0, ...remainingWork(nodes).values()),
    work: [...durations.values()].reduce((sum, duration) => sum + duration, 0),
  };
}
