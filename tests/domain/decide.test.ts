import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../src/domain/decide.ts';
import type { EpicPlan, EventPayload, TeamsEvent } from '../../src/domain/events.ts';
import { evolve } from '../../src/domain/evolve.ts';
import type { RunState } from '../../src/domain/state.ts';
import { planOf, type Scenario, simulate, startedEvent } from './simulator.ts';

const scenario: fc.Arbitrary<Scenario> = fc.record({
  epics: fc.array(
    fc.record({
      distances: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 3 }),
      stories: fc.integer({ min: 1, max: 4 }),
    }),
    { minLength: 1, maxLength: 40, size: 'max' },
  ),
  parallel: fc.integer({ min: 1, max: 6 }),
  attempts: fc.record({
    epic: fc.integer({ min: 1, max: 3 }),
    merge: fc.integer({ min: 1, max: 3 }),
    final: fc.integer({ min: 1, max: 3 }),
  }),
  failFast: fc.boolean(),
  land: fc.constantFrom('leave', 'merge'),
  fallback: fc.boolean(),
  // Half of them none: a run that is always short of tokens sees little else.
  budget: fc.option(fc.integer({ min: 1, max: 300 }), { freq: 1 }),
  dice: fc.array(fc.nat(119), { maxLength: 1500, size: 'max' }),
  troubles: fc.array(
    fc.record({
      after: fc.integer({ min: 1, max: 60 }),
      kind: fc.constantFrom('crash', 'interrupt', 'run-timeout'),
    }),
    { maxLength: 12, size: 'max' },
  ),
});

/** The same runs every time. Shrinking a failure is cut off in the end: what was found by then is readable enough. */
const corpus = { seed: 20_261, interruptAfterTimeLimit: 60_000 } as const;

describe('a run, over random graphs, outcomes, stops, crashes, resets and edits', () => {
  test('keeps every rule of the Observer and comes to an end', () => {
    const ends = new Set<string>();
    const stops = new Set<string>();
    fc.assert(
      fc.property(scenario, (given) => {
        const { final, events } = simulate(given);
        ends.add(final.phase);
        for (const event of events) if (event.type === 'run.ended') stops.add(event.outcome);
      }),
      { ...corpus, numRuns: 500 },
    );
    // A generator that only ever reaches one end would prove little.
    expect([...ends].toSorted()).toEqual(['failed', 'passed']);
    expect([...stops].toSorted()).toEqual(['failed', 'interrupted', 'passed', 'stalled', 'timed-out']);
  });

  test('passes when nothing goes wrong, whatever stops and crashes come', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { final, events } = simulate({ ...given, dice: [] });
        expect(final.phase).toBe('passed');
        const merges = events.flatMap((event) => (event.type === 'merge.done' ? [event.epicId] : []));
        expect(merges.toSorted()).toEqual(final.epics.map((epic) => epic.plan.id).toSorted());
      }),
      { ...corpus, numRuns: 120 },
    );
  });

  test('is the same when replayed from any prefix of the journal', () => {
    fc.assert(
      fc.property(scenario, fc.array(fc.nat(), { minLength: 3, maxLength: 3 }), (given, cuts) => {
        const { events, states, final } = simulate(given);
        const journal = JSON.parse(JSON.stringify(events)) as TeamsEvent[];
        for (const cut of [0, ...cuts.map((n) => n % events.length)]) {
          const replayed = journal.slice(0, cut + 1).reduce(evolve, null as RunState | null);
          expect(JSON.stringify(replayed)).toBe(JSON.stringify(states[cut]));
          // state.json, a snapshot, and the rest of the journal.
          const snapshot = JSON.parse(JSON.stringify(states[cut])) as RunState;
          const continued = journal.slice(cut + 1).reduce(evolve, snapshot);
          expect(JSON.stringify(continued)).toBe(JSON.stringify(final));
        }
      }),
      { ...corpus, numRuns: 100 },
    );
  });
});

describe('decide', () => {
  const options = {
    parallel: 2,
    attempts: { epic: 2, merge: 2, final: 2 },
    failFast: false,
    land: 'leave',
    fallback: false,
    budget: null,
  } as const;
  const chain = [planOf('A', [], 1), planOf('B', ['A'], 1), planOf('C', [], 1), planOf('D', [], 1)];

  const after = (...payloads: EventPayload[]): RunState => afterOf(chain, ...payloads);
  const afterOf = (plans: readonly EpicPlan[], ...payloads: EventPayload[]): RunState =>
    [startedEvent(plans, options), ...payloads].reduce<RunState | null>(
      (state, payload, i) => evolve(state, { v: 1, seq: i + 1, at: new Date(i).toISOString(), ...payload }),
      null,
    ) as RunState;
  const ready = ['A', 'C', 'D'].map((epicId) => ({ type: 'epic.ready', epicId }) as const);
  const sha = 'b'.repeat(40);
  const attempted = (
    epicId: string,
    outcome: 'passed' | 'failed' = 'passed',
    attempt = 1,
  ): EventPayload[] => [
    {
      type: 'attempt.started',
      epicId,
      attempt,
      branch: epicId,
      base: sha,
      head: sha,
      backend: 'scripted',
      todo: [],
    },
    { type: 'attempt.ended', epicId, attempt, outcome, reasons: [], head: sha, usage: null },
  ];
  const merged = (epicId: string): EventPayload[] => [
    ...attempted(epicId),
    { type: 'merge.started', epicId, attempt: 1, merge: 1, onto: sha, head: sha },
    { type: 'merge.done', epicId, attempt: 1, commit: sha, by: 'git', recovered: false },
  ];
  const judged = (
    round: number,
    outcome: 'pass' | 'fail' | 'invalid',
    ...titles: string[]
  ): EventPayload[] => [
    { type: 'validation.started', round, head: sha },
    {
      type: 'validation.ended',
      round,
      outcome,
      reasons: outcome === 'pass' ? [] : ['red'],
      findings: titles.map((title) => ({ title })),
    },
  ];
  const everything = [
    ...ready,
    ...merged('A'),
    ...merged('C'),
    ...merged('D'),
    { type: 'epic.ready', epicId: 'B' } as const,
    ...merged('B'),
  ];

  test('announces what can start before it starts anything', () => {
    expect(decide(after())).toEqual(ready.map(({ epicId }) => ({ type: 'announce-ready', epicId })));
  });

  test('starts the longest chain first, then in the order of the PRD', () => {
    expect(decide(after(...ready))).toEqual([
      { type: 'attempt', epicId: 'A' },
      { type: 'attempt', epicId: 'C' },
    ]);
  });

  test('merges without taking a slot', () => {
    expect(decide(after(...ready, ...attempted('A')))).toEqual([
      { type: 'merge', epicId: 'A' },
      { type: 'attempt', epicId: 'C' },
      { type: 'attempt', epicId: 'D' },
    ]);
  });

  test('keeps a slot for the critical chain while the merge that sets it free is made, unless it conflicts', () => {
    const plans = [planOf('A', [], 1), planOf('B', ['A'], 4), planOf('C', [], 1), planOf('D', [], 1)];
    const merging = {
      type: 'merge.started',
      epicId: 'A',
      attempt: 1,
      merge: 1,
      onto: sha,
      head: sha,
    } as const;
    const conflict: EventPayload = {
      type: 'merge.conflicted',
      epicId: 'A',
      kind: 'conflict',
      files: [],
      reason: '',
    };
    const start = (epicId: string) => ({ type: 'attempt', epicId });
    expect(decide(afterOf(plans, ...ready, ...attempted('A'), merging))).toEqual([start('C')]);
    const conflicted = afterOf(plans, ...ready, ...attempted('A'), merging, conflict);
    expect(decide(conflicted)).toEqual([start('C'), start('D')]);
  });

  test('blocks the dependants of a failed epic, by name, and goes on with the others', () => {
    const lost = after(...ready, ...attempted('A', 'failed'), ...attempted('A', 'failed', 2));
    expect(decide(lost)).toEqual([
      { type: 'announce-blocked', epicId: 'B', by: 'A', reason: 'waits for A, which is failed' },
    ]);
  });

  test('an answer that cannot be judged is asked for again; findings are mended first', () => {
    expect(decide(after(...everything, ...judged(1, 'invalid')))).toEqual([{ type: 'validate', round: 2 }]);
    expect(decide(after(...everything, ...judged(1, 'fail', 'broken')))).toEqual([
      { type: 'plan-fix', round: 1 },
    ]);
    expect(
      decide(after(...everything, ...judged(1, 'fail', 'broken'), ...judged(2, 'fail', 'broken'))),
    ).toEqual([{ type: 'end', outcome: 'failed', reason: 'the verdict is fail: red' }]);
  });

  test('a reset after the verdict: everything is judged again, with a budget of its own', () => {
    const state = after(
      ...everything,
      ...judged(1, 'fail'),
      ...judged(2, 'pass'),
      { type: 'epic.reset', epicId: 'D', kept: null },
      { type: 'epic.ready', epicId: 'D' },
      ...merged('D'),
    );
    expect(decide(state)).toEqual([{ type: 'validate', round: 3 }]);
  });

  test('an epic that is ready, or passed, waits again when a dependency is reset', () => {
    const reset = { type: 'epic.reset', epicId: 'A', kept: null } as const;
    const untilReady = [...ready, ...merged('A'), { type: 'epic.ready', epicId: 'B' } as const];
    const announced = ['A', 'C', 'D'].map((epicId) => ({ type: 'announce-ready', epicId }));
    expect(decide(after(...untilReady, reset))).toEqual(announced);
    const again = after(...untilReady, ...attempted('B'), reset, { type: 'epic.ready', epicId: 'A' });
    expect(decide(again)).not.toContainEqual({ type: 'merge', epicId: 'B' });
  });

  test('a stop waits for what is under way, then ends the run', () => {
    const started = attempted('A')[0] as EventPayload;
    const stop = { type: 'stop.requested', reason: 'run-timeout' } as const;
    expect(decide(after(...ready, started, stop))).toEqual([]);
    expect(decide(after(...ready, stop))).toEqual([
      { type: 'end', outcome: 'timed-out', reason: 'the time limit of the run was reached' },
    ]);
  });
});
