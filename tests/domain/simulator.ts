import { type Action, decide, isBusy } from '../../src/domain/decide.ts';
import type { EpicPlan, EventPayload, TeamsEvent } from '../../src/domain/events.ts';
import { transitiveDependants } from '../../src/domain/graph.ts';
import { isBudgetSpent } from '../../src/domain/budget.ts';
import { usableBackend } from '../../src/domain/pause.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { findEpic, fixIdOf, isResumable, type RunState, storiesToDo } from '../../src/domain/state.ts';
import { deepFreeze } from './deep-freeze.ts';
import { Observer } from './observer.ts';

/** One run as fast-check makes it up. Every number is small and 0 is the quiet choice, so that failures shrink well. */
export interface Scenario {
  /** Epic i depends on the epics before it whose distance is listed. */
  readonly epics: readonly { readonly distances: readonly number[]; readonly stories: number }[];
  readonly parallel: number;
  readonly attempts: { readonly epic: number; readonly merge: number; readonly final: number };
  readonly failFast: boolean;
  readonly land: 'leave' | 'merge';
  /** A second backend stands in for the one that epics and validation wish for. */
  readonly fallback: boolean;
  /** In tokens; each session takes up to 9 of them. */
  readonly budget: number | null;
  /** Decides everything that is up to chance; 0 (everything goes well) once it is used up. */
  readonly dice: readonly number[];
  /** After how many events, counted from the one before, a kill -9 or a stop comes. */
  readonly troubles: readonly {
    readonly after: number;
    readonly kind: 'crash' | 'interrupt' | 'run-timeout';
  }[];
}

export interface History {
  readonly events: readonly TeamsEvent[];
  /** `states[i]` is the state after `events[i]`. */
  readonly states: readonly RunState[];
  readonly final: RunState;
}

class Crash extends Error {}

const SHA = 'a'.repeat(40);

export const idOf = (index: number): string => `E${index + 1}`;

export function planOf(id: string, dependsOn: readonly string[], stories: number): EpicPlan {
  return {
    id,
    title: id,
    dependsOn: [...dependsOn],
    stories: Array.from({ length: stories }, (_, k) => ({ id: `${id}-S${k + 1}`, title: 'a story' })),
    hash: 'h',
    backend: 'scripted',
  };
}

export function startedEvent(
  epics: readonly EpicPlan[],
  options: Pick<Scenario, 'parallel' | 'attempts' | 'failFast' | 'land' | 'fallback' | 'budget'>,
): EventPayload & { type: 'run.started' } {
  return {
    type: 'run.started',
    runId: 'r1',
    pid: 1,
    project: 'p',
    prd: 'prd.json',
    base: { ref: 'main', commit: SHA },
    start: SHA,
    branch: 'teams/r1',
    goesOnFrom: null,
    parallel: options.parallel,
    attempts: options.attempts,
    failFast: options.failFast,
    land: options.land,
    finalValidation: true,
    finalBackend: 'scripted',
    budget: { tokens: options.budget, costUsd: null },
    fallback: options.fallback ? ['other'] : [],
    epics: [...epics],
    prdScope: { total: epics.length, completed: [] },
  };
}

/** Runs a scenario to its end with the pure core alone, and lets an `Observer` judge every event. Throws on a broken rule. */
export function simulate(scenario: Scenario): History {
  return new Simulation(scenario).run();
}

class Simulation {
  private readonly events: TeamsEvent[] = [];
  private readonly states: RunState[] = [];
  private readonly observer: Observer = new Observer();
  private readonly scenario: Scenario;
  private cast = 0;
  private trouble = 0;
  private troubleAt: number;
  private readonly limit: number;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.troubleAt = scenario.troubles[0]?.after ?? Infinity;
    const { attempts, epics, troubles } = scenario;
    const perEpic = 4 + (attempts.epic + 1) * 8 + attempts.merge * 2;
    const pauses = scenario.dice.length * 5;
    this.limit = 50 + (epics.length + attempts.final) * perEpic * (troubles.length + 1) * 6 + pauses;
  }

  run(): History {
    const { epics } = this.scenario;
    const plans = epics.map((epic, i) =>
      planOf(
        idOf(i),
        [...new Set(epic.distances.map((d) => i - d).filter((k) => k >= 0))].map(idOf),
        epic.stories,
      ),
    );
    this.survive(() => this.emit(startedEvent(plans, this.scenario)));
    let fresh = true;
    while (isResumable(this.state)) {
      const resume = !fresh;
      fresh = false;
      this.survive(() => {
        if (resume) this.resume();
        while (this.state.phase === 'running') this.step();
      });
    }
    this.observer.require(decide(this.state).length === 0, 'nothing is decided after the end');
    return { events: this.events, states: this.states, final: this.state };
  }

  private survive(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }

  private step(): void {
    const actions = decide(this.state);
    this.observer.require(
      JSON.stringify(decide(this.state)) === JSON.stringify(actions),
      'decide gives the same twice',
    );
    if (actions.length > 0) {
      const stopping = this.state.stopping;
      for (const action of actions) {
        this.perform(action);
        // As the engine does: after a stop, ask again instead of going on with the old list.
        if (this.state.stopping !== stopping) return;
        const again = decide(this.state).map((other) => JSON.stringify(other));
        this.observer.require(!again.includes(JSON.stringify(action)), `not decided twice: ${action.type}`);
      }
      return;
    }
    const timed = Object.entries(this.state.pauses).flatMap(([name, { until }]) =>
      until === null ? [] : [name],
    );
    const [paused] = timed;
    this.observer.require(
      isBusy(this.state) || paused !== undefined,
      'no deadlock: something is decided, under way or waited for',
    );
    if (paused !== undefined && (!isBusy(this.state) || this.chance(3))) {
      // A stop is not held up by a pause.
      this.observer.require(isBusy(this.state) || this.state.stopping === null, 'a stop ends at once');
      return this.emit({ type: 'backend.ready', backend: paused });
    }
    this.progress();
  }

  private perform(action: Action): void {
    switch (action.type) {
      case 'announce-ready':
        return this.emit({ type: 'epic.ready', epicId: action.epicId });
      case 'announce-blocked':
        return this.emit({
          type: 'epic.blocked',
          epicId: action.epicId,
          by: action.by,
          reason: action.reason,
        });
      case 'attempt': {
        const epic = findEpic(this.state, action.epicId);
        return this.emit({
          type: 'attempt.started',
          epicId: action.epicId,
          attempt: (epic?.attempt ?? 0) + 1,
          branch: `teams/r1/${action.epicId}`,
          base: SHA,
          head: SHA,
          backend: usableBackend(this.state, 'scripted') ?? 'none',
          todo: epic === undefined ? [] : [...storiesToDo(epic)],
        });
      }
      case 'merge':
        return this.emit({
          type: 'merge.started',
          epicId: action.epicId,
          attempt: 1,
          merge: 1,
          onto: SHA,
          head: SHA,
        });
      case 'validate':
        return this.emit({ type: 'validation.started', round: action.round, head: SHA });
      case 'plan-fix':
        return this.emit({
          type: 'fix.planned',
          round: action.round,
          epic: planOf(fixIdOf(action.round), [], 1),
        });
      case 'land':
        return this.chance(3)
          ? this.emit({ type: 'run.land-failed', branch: 'main', reason: 'dirty', fix: 'git stash' })
          : this.emit({ type: 'run.landed', branch: 'main', commit: SHA });
      case 'end':
        return this.emit({ type: 'run.ended', outcome: action.outcome, reason: action.reason });
    }
  }

  /** Something that is under way, by chance, takes its next step. */
  private progress(): void {
    const { epics, validation, stopping } = this.state;
    const busy = epics.filter((epic) => epic.phase === 'attempting' || epic.phase === 'merging');
    const interrupted = stopping !== null && !this.chance(4);
    if (validation.phase === 'running') return this.endValidation(interrupted);
    const epic = busy[this.roll(busy.length)];
    if (epic === undefined) throw new Error('nothing is under way');
    const epicId = epic.plan.id;
    if (epic.phase === 'merging') return this.progressMerge(epicId, interrupted);
    if (interrupted) return this.endAttempt(epicId, 'interrupted');
    if (this.pause(epic.backend ?? 'none')) return this.endAttempt(epicId, 'interrupted');
    const next = storiesToDo(epic)[0];
    if (next !== undefined && !this.chance(6)) {
      const passes = !this.chance(8);
      this.emit({
        type: 'story.updated',
        epicId,
        attempt: epic.attempt,
        storyId: next,
        passes,
        commit: passes ? SHA : null,
        reason: passes ? null : 'red',
      });
      if (passes || this.state.stopping !== null) return;
    }
    this.endAttempt(epicId, next === undefined && !this.chance(6) ? 'passed' : 'failed');
  }

  /** Of a session that ends; a real one has a process all the while. */
  private spend(epicId: string | null): void {
    const process = { type: 'process.started', role: 'team-lead', epicId, pid: 7, startTime: '1' } as const;
    this.emit({ ...process, backend: 'scripted' });
    const usage = this.chance(4) ? null : { inputTokens: this.roll(10), outputTokens: null, costUsd: null };
    this.emit({ type: 'process.ended', pid: 7, exitCode: 0, signal: null, usage });
  }

  /** A person who goes on with a run whose budget is spent raises it, mostly. */
  private raised(): RunState['budget'] {
    const { budget, spent } = this.state;
    if (budget.tokens === null || this.chance(4)) return budget;
    return { ...budget, tokens: budget.tokens + spent.tokens + 1 };
  }

  private endAttempt(epicId: string, outcome: 'passed' | 'failed' | 'interrupted'): void {
    this.spend(epicId);
    const attempt = findEpic(this.state, epicId)?.attempt ?? 1;
    const reasons = outcome === 'failed' ? [{ rule: 'check', text: 'red' }] : [];
    this.emit({ type: 'attempt.ended', epicId, attempt, outcome, reasons, head: SHA, usage: null });
  }

  private progressMerge(epicId: string, interrupted: boolean): void {
    if (interrupted) return this.emit({ type: 'merge.interrupted', epicId, held: false });
    const conflicts = findEpic(this.state, epicId)?.conflicts ?? 0;
    if (conflicts >= this.scenario.attempts.merge) {
      return this.emit({ type: 'merge.failed', epicId, reason: 'conflict', files: ['a'], branch: 'b' });
    }
    const merger = isBudgetSpent(this.state) ? null : usableBackend(this.state, 'scripted');
    if (conflicts > 0 && (merger === null || this.pause(merger))) {
      return this.emit({ type: 'merge.interrupted', epicId, held: true });
    }
    if (this.chance(4)) {
      return this.emit({ type: 'merge.conflicted', epicId, kind: 'conflict', files: ['a'], reason: 'a' });
    }
    this.emit({ type: 'merge.done', epicId, attempt: 1, commit: SHA, by: 'git', recovered: false });
  }

  /** By chance the session on a backend runs into a wall. */
  private pause(backend: string): boolean {
    if (!this.chance(9)) return false;
    if (Object.hasOwn(this.state.pauses, backend)) return true;
    const until = this.chance(3) ? null : new Date(0).toISOString();
    this.emit({ type: 'backend.paused', backend, kind: 'rate-limit', until, reason: 'a wall' });
    return true;
  }

  private endValidation(interrupted: boolean): void {
    this.spend(null);
    const held = !interrupted && this.pause(usableBackend(this.state, 'scripted') ?? 'none');
    const outcome =
      interrupted || held
        ? 'interrupted'
        : ((['pass', 'pass', 'fail', 'fail', 'invalid'] as const)[this.roll(5)] ?? 'pass');
    const findings = outcome === 'fail' && !this.chance(3) ? [{ title: 'broken' }] : [];
    const round = this.state.validation.rounds + 1;
    const reasons = outcome === 'pass' ? [] : [outcome];
    this.emit({ type: 'validation.ended', round, outcome, reasons, findings });
  }

  /** What `teams resume` does first: ends what was in flight, then goes on. Resets and edits come between. */
  private resume(): void {
    for (const epic of this.state.epics) {
      const epicId = epic.plan.id;
      if (epic.phase === 'attempting') this.endAttempt(epicId, 'interrupted');
      if (epic.phase === 'merging') {
        if (this.chance(2)) {
          this.emit({ type: 'merge.done', epicId, attempt: 1, commit: SHA, by: 'git', recovered: true });
        } else this.emit({ type: 'merge.interrupted', epicId, held: false });
      }
    }
    if (this.state.validation.phase === 'running') this.endValidation(true);
    if (this.chance(4)) this.reset();
    const changed = this.state.epics
      .filter((epic) => epic.phase !== 'merged' && !epic.plan.id.startsWith('_') && this.chance(8))
      .map((epic) => this.edit(epic.plan));
    this.emit({
      type: 'run.resumed',
      budget: { tokens: null, costUsd: null },
      pid: 2,
      found: 'as it was left',
      changed,
    });
    // `teams reset` of a run that can go on leaves it resumed.
    if (this.chance(6)) this.reset();
  }

  /** As `teams reset --cascade`: merged dependants go with it. */
  private reset(): void {
    const victim = this.state.epics[this.roll(this.state.epics.length)];
    if (victim === undefined) return;
    const nodes = this.state.epics.map((epic) => ({
      id: epic.plan.id,
      dependsOn: epic.plan.dependsOn,
      weight: 1,
    }));
    const dependants = transitiveDependants(nodes, [victim.plan.id]);
    const ids = this.state.epics
      .filter((epic) => epic === victim || (dependants.has(epic.plan.id) && epic.phase === 'merged'))
      .map((epic) => epic.plan.id);
    for (const epicId of ids.toReversed()) this.emit({ type: 'epic.reset', epicId, kept: null });
  }

  /** Dependencies only ever point to earlier epics, so no edit makes a cycle. */
  private edit(plan: EpicPlan): EpicPlan {
    const index = Number(plan.id.slice(1)) - 1;
    const dependsOn = plan.dependsOn.filter(() => !this.chance(2));
    if (index > 0) dependsOn.push(idOf(this.roll(index)));
    return { ...planOf(plan.id, [...new Set(dependsOn)], 1 + this.roll(3)), hash: `${plan.hash}'` };
  }

  private get state(): RunState {
    const state = this.states.at(-1);
    if (state === undefined) throw new Error('the run has not started');
    return state;
  }

  private emit(payload: EventPayload): void {
    const seq = this.events.length + 1;
    const event = deepFreeze({ v: 1 as const, seq, at: new Date(seq * 1000).toISOString(), ...payload });
    this.observer.see(event);
    this.observer.require(seq <= this.limit, `everything ends within ${this.limit} events`);
    const state = deepFreeze(evolve(this.states.at(-1) ?? null, event));
    this.events.push(event);
    this.states.push(state);
    this.observer.require(state.seq === seq, 'evolve keeps seq');
    if (seq >= this.troubleAt) this.strike();
  }

  private strike(): void {
    const { troubles } = this.scenario;
    const kind = troubles[this.trouble]?.kind;
    const next = troubles[++this.trouble];
    this.troubleAt = next === undefined ? Infinity : this.events.length + next.after;
    if (!isResumable(this.state)) return;
    if (kind === 'crash') throw new Crash();
    if (kind !== undefined && this.state.phase === 'running')
      this.emit({ type: 'stop.requested', reason: kind });
  }

  /** 0 … sides-1; 0 when the dice are used up. */
  private roll(sides: number): number {
    return (this.scenario.dice[this.cast++] ?? 0) % sides;
  }

  /** True once in `sides` times, never when the dice are used up. */
  private chance(sides: number): boolean {
    return this.roll(sides) === sides - 1;
  }
}
