import type { EpicPlan, EventOf, TeamsEvent } from '../../src/domain/events.ts';

interface Seen {
  plan: EpicPlan;
  running: boolean;
  merging: boolean;
  /** The last attempt passed and was not merged yet. */
  passed: boolean;
  merged: boolean;
  lost: boolean;
  /** Lost only because of another epic. */
  blocked: boolean;
  lastAttempt: number;
  failures: number;
  conflicts: number;
}

/**
 * Judges a run by its events alone, with bookkeeping of its own: it shares no code with `evolve` and `decide`, so
 * that a mistake there cannot hide itself here.
 */
export class Observer {
  private readonly epics = new Map<string, Seen>();
  private readonly log: string[] = [];
  private started: EventOf<'run.started'> | null = null;
  private stopping = false;
  private spent = 0;
  private budget: number | null = null;
  /** Until when, by backend; null: until a person comes. */
  private readonly paused = new Map<string, string | null>();
  private ended = false;
  private validating = false;
  private rounds = 0;
  private failedRounds = 0;
  /** The last round passed and nothing was merged or reset since. */
  private proven = false;
  private landing: 'none' | 'landed' | 'failed' = 'none';

  require(condition: boolean, rule: string): asserts condition {
    if (condition) return;
    throw new Error(
      [`broken rule: ${rule}`, ...this.epicLines(), 'last events:', ...this.log.slice(-25)].join('\n  '),
    );
  }

  see(event: TeamsEvent): void {
    const { v: _v, at: _at, seq, type, ...rest } = event;
    this.log.push(
      `${seq} ${type} ${type === 'run.started' ? '' : JSON.stringify(rest).replaceAll('a'.repeat(40), 'sha')}`,
    );
    this.require(
      !this.ended || ['run.resumed', 'epic.reset'].includes(type),
      'nothing happens after the end',
    );
    this.judge(event);
  }

  private judge(event: TeamsEvent): void {
    switch (event.type) {
      case 'run.started':
        this.started = event;
        this.budget = event.budget.tokens;
        for (const plan of event.epics) this.epics.set(plan.id, unseen(plan, 0));
        return;
      case 'run.resumed':
        this.stopping = false;
        this.ended = false;
        this.paused.clear();
        this.budget = event.budget.tokens;
        this.require(this.idle(), 'nothing is in flight when a run goes on');
        this.unblock();
        for (const plan of event.changed)
          this.epics.set(plan.id, unseen(plan, this.epic(plan.id).lastAttempt));
        return;
      case 'epic.reset':
        this.unblock();
        this.epics.set(
          event.epicId,
          unseen(this.epic(event.epicId).plan, this.epic(event.epicId).lastAttempt),
        );
        this.proven = false;
        this.failedRounds = 0;
        this.landing = 'none';
        return;
      case 'epic.blocked': {
        const epic = this.epic(event.epicId);
        this.require(epic.plan.dependsOn.includes(event.by), 'a blocked epic names one of its dependencies');
        this.require(this.epic(event.by).lost, 'a blocked epic names a lost dependency');
        this.require(
          !epic.lost && !epic.running && !epic.merging && !epic.merged,
          'only what waits is blocked',
        );
        Object.assign(epic, { lost: true, blocked: true, passed: false });
        return;
      }
      case 'process.ended':
        this.spent += event.usage?.inputTokens ?? 0;
        return;
      case 'backend.paused':
        this.require(!this.paused.has(event.backend), 'a backend is paused once at a time');
        this.paused.set(event.backend, event.until);
        return;
      case 'backend.ready':
        this.paused.delete(event.backend);
        return;
      case 'attempt.started':
        return this.attemptStarted(event);
      case 'attempt.ended':
        return this.attemptEnded(event);
      case 'merge.started':
        return this.mergeStarted(event);
      case 'merge.conflicted':
        this.require(
          ++this.epic(event.epicId).conflicts <= this.run().attempts.merge,
          'merge budget is respected',
        );
        return;
      case 'merge.interrupted':
        this.epic(event.epicId).merging = false;
        this.epic(event.epicId).conflicts = 0;
        return;
      case 'merge.failed':
        this.epic(event.epicId).merging = false;
        this.epic(event.epicId).lost = true;
        return;
      case 'merge.done': {
        const epic = this.epic(event.epicId);
        this.require(epic.merging, 'what is merged was being merged');
        Object.assign(epic, { merging: false, merged: true, passed: false });
        this.proven = false;
        return;
      }
      case 'validation.started':
        this.require(this.idle(), 'the final validation runs alone');
        this.require(this.canStart(), 'nothing starts while every backend for it is paused');
        this.require(!this.stopping, 'nothing starts after a stop');
        this.require(this.allMerged(), 'the final validation comes after the last merge');
        this.require(this.failedRounds < this.run().attempts.final, 'budget attempts.final is respected');
        this.require(event.round === this.rounds + 1, 'rounds are counted without gaps or repeats');
        this.validating = true;
        return;
      case 'validation.ended':
        this.validating = false;
        if (event.outcome === 'interrupted') return;
        this.rounds += 1;
        this.proven = event.outcome === 'pass';
        if (!this.proven) this.failedRounds += 1;
        return;
      case 'fix.planned':
        this.require(!this.epics.has(event.epic.id), 'a fix epic is planned once');
        this.epics.set(event.epic.id, unseen(event.epic, 0));
        return;
      case 'stop.requested':
        this.stopping = true;
        return;
      case 'run.landed':
        this.require(this.proven && this.allMerged(), 'only what is merged and proven is landed');
        this.require(this.landing === 'none', 'landed once');
        this.landing = 'landed';
        return;
      case 'run.land-failed':
        this.landing = 'failed';
        return;
      case 'run.ended':
        return this.runEnded(event);
      default:
    }
  }

  private attemptStarted(event: EventOf<'attempt.started'>): void {
    const epic = this.epic(event.epicId);
    this.require(!epic.running && !epic.merging, 'nothing runs twice at once');
    this.require(!epic.merged && !epic.passed, 'what passed or is merged is not attempted again');
    this.require(!epic.lost, 'what is lost is not attempted again');
    this.require(!this.stopping, 'nothing starts after a stop');
    this.require(this.canStart(), 'nothing starts while every backend for it is paused');
    this.require(!this.paused.has(event.backend), 'an attempt runs on a backend that is not paused');
    this.require(this.dependenciesMerged(epic), 'nothing starts before all its dependencies are merged');
    this.require(event.attempt > epic.lastAttempt, 'attempt numbers are never used twice');
    this.require(epic.failures < this.run().attempts.epic, 'budget attempts.epic is respected');
    const lost = [...this.epics.values()].some((other) => other.lost);
    this.require(!(this.run().failFast && lost), 'fail-fast starts nothing after a loss');
    epic.running = true;
    epic.lastAttempt = event.attempt;
    const running = [...this.epics.values()].filter((other) => other.running).length;
    this.require(running <= this.run().parallel, 'attempts in flight <= parallel');
  }

  private attemptEnded(event: EventOf<'attempt.ended'>): void {
    const epic = this.epic(event.epicId);
    this.require(epic.running, 'what ends was running');
    epic.running = false;
    if (event.outcome === 'passed') epic.passed = true;
    if (event.outcome === 'failed') epic.lost = ++epic.failures >= this.run().attempts.epic;
  }

  private mergeStarted(event: EventOf<'merge.started'>): void {
    const epic = this.epic(event.epicId);
    this.require(epic.passed && !epic.merged, 'only what passed is merged, and only once');
    this.require(![...this.epics.values()].some((other) => other.merging), 'one merge at a time');
    this.require(!this.stopping, 'nothing starts after a stop');
    this.require(this.dependenciesMerged(epic), 'dependencies are merged first');
    epic.merging = true;
  }

  private runEnded(event: EventOf<'run.ended'>): void {
    this.ended = true;
    this.require(this.idle(), 'nothing is in flight at the end');
    const run = this.run();
    const open = [...this.epics.values()].filter((epic) => !epic.merged);
    if (event.outcome === 'passed') {
      this.require(
        open.length === 0 && this.proven,
        'passed means every epic merged and the validation passed',
      );
      this.require(
        run.land === 'leave' || this.landing === 'landed',
        'passed means landed when that was asked for',
      );
    } else if (event.outcome === 'failed') {
      const lost = open.some((epic) => epic.lost);
      this.require(
        lost || this.landing === 'failed' || this.failedRounds >= run.attempts.final,
        'a run only fails for a reason',
      );
      this.require(
        run.failFast || open.every((epic) => epic.lost),
        'a run only fails when nothing more could be done',
      );
    } else if (event.outcome === 'stalled') {
      this.require(!this.canStart(), 'a run only stalls when no backend is left');
      this.require(
        this.isBudgetSpent() || [...this.paused.values()].every((until) => until === null),
        'a run never stalls while the end of a pause is known',
      );
    } else {
      this.require(this.stopping, 'a run is only interrupted by a stop');
    }
  }

  private isBudgetSpent = (): boolean => this.budget !== null && this.spent >= this.budget;

  private canStart(): boolean {
    if (this.isBudgetSpent()) return false;
    return ['scripted', ...this.run().fallback].some((name) => !this.paused.has(name));
  }

  private unblock(): void {
    for (const epic of this.epics.values())
      if (epic.blocked) Object.assign(epic, { lost: false, blocked: false });
  }

  private dependenciesMerged = (epic: Seen): boolean =>
    epic.plan.dependsOn.every((id) => this.epic(id).merged);
  private allMerged = (): boolean => [...this.epics.values()].every((epic) => epic.merged);
  private idle = (): boolean =>
    !this.validating && ![...this.epics.values()].some((epic) => epic.running || epic.merging);

  private epic(id: string): Seen {
    const epic = this.epics.get(id);
    this.require(epic !== undefined, `${id} is an epic of the run`);
    return epic;
  }

  private run(): EventOf<'run.started'> {
    this.require(this.started !== null, 'run.started comes first');
    return this.started;
  }

  private epicLines(): string[] {
    return [...this.epics.values()].map((epic) => {
      const marks = Object.entries(epic).filter(([, value]) => value === true || typeof value === 'number');
      return `${epic.plan.id} <- [${epic.plan.dependsOn.join(' ')}] ${marks.map(([k, v]) => (v === true ? k : `${k}=${v}`)).join(' ')}`;
    });
  }
}

const unseen = (plan: EpicPlan, lastAttempt: number): Seen => ({
  plan,
  running: false,
  merging: false,
  passed: false,
  merged: false,
  lost: false,
  blocked: false,
  lastAttempt,
  failures: 0,
  conflicts: 0,
});
