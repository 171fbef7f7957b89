import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chanceFrom } from '../../src/domain/chance.ts';
import { estimate, type EstimateRequest } from '../../src/domain/estimate.ts';
import type { EventPayload, Usage } from '../../src/domain/events.ts';
import { type Recorded, type RecordedAttempt, Recording, together } from '../../src/domain/recorded.ts';
import { simulateRun } from '../../src/domain/simulate-run.ts';
import { attemptStarted, epicPlan, runStarted, sha } from '../report/story.ts';
import { idOf, planOf } from './simulator.ts';
import { processorTime } from '../rig/processor-time.ts';

const NONE: Recorded = { attempts: [], merges: [], validations: [] };
const attempt = (more: Partial<RecordedAttempt> = {}): RecordedAttempt => ({
  runId: 'r1',
  backend: 'scripted',
  takes: 60_000,
  stories: 1,
  passes: true,
  usage: null,
  ...more,
});
const usage = (inputTokens: number | null, outputTokens: number | null, costUsd: number | null): Usage => ({
  inputTokens,
  outputTokens,
  costUsd,
});
const request = (more: Partial<EstimateRequest> = {}): EstimateRequest => ({
  epics: [planOf('A', [], 2), planOf('B', ['A'], 1), planOf('C', ['A'], 1)],
  parallel: 2,
  attempts: 2,
  finalValidation: true,
  finalBackend: 'scripted',
  kindOf: () => 'agent',
  recorded: NONE,
  seed: 1,
  ...more,
});
/** Every attempt takes a minute per story, merges and validations 10 s. */
const even: Recorded = {
  attempts: [attempt(), attempt({ takes: 120_000, stories: 2 }), attempt({ runId: 'r2' })],
  merges: [10_000, 10_000, 10_000],
  validations: [{ backend: 'scripted', takes: 10_000 }],
};

test('from records that are all alike: what the schedule of the run takes, and nothing else', () => {
  // Two stories of A and its merge, B and C side by side, their merges one after another, the verdict.
  expect(estimate(request({ recorded: even }))).toEqual({
    simulations: 50,
    wallClockMs: { low: 220_000, high: 220_000 },
    inputTokens: null,
    outputTokens: null,
    costUsd: null,
    basis: [{ backend: 'scripted', from: 'recorded', attempts: 3, runs: 2 }],
  });
  const { wallClockMs } = estimate(request({ recorded: even, parallel: 1, finalValidation: false }));
  // B is merged while C is worked on.
  expect(wallClockMs).toEqual({ low: 260_000, high: 260_000 });
});

test('too few records, or those of another backend, are not used and it says so', () => {
  const assumed = estimate(request());
  for (const attempts of [
    [attempt(), attempt()],
    [attempt({ backend: 'codex' }), attempt({ backend: 'codex' })],
  ]) {
    const one = estimate(request({ recorded: { ...even, attempts, validations: [] } }));
    expect(one.wallClockMs).toEqual(assumed.wallClockMs);
    expect(one.basis).toMatchObject([
      { from: 'assumed', attempts: attempts[0]?.backend === 'codex' ? 0 : 2 },
    ]);
  }
  // A CLI that was broken says nothing about how long work takes.
  const broken = Array.from({ length: 9 }, () => attempt({ takes: 100, passes: false }));
  expect(estimate(request({ recorded: { ...NONE, attempts: broken } })).wallClockMs).toEqual(
    assumed.wallClockMs,
  );
});

test('tokens and cost: unknown stays unknown, and what some attempts do not tell comes from those that do', () => {
  const spending = (
    ...usages: readonly (Usage | null)[]
  ): Pick<ReturnType<typeof estimate>, 'inputTokens' | 'outputTokens' | 'costUsd'> => {
    const attempts = usages.map((one) => attempt({ usage: one }));
    const { inputTokens, outputTokens, costUsd } = estimate(request({ recorded: { ...even, attempts } }));
    return { inputTokens, outputTokens, costUsd };
  };
  expect(spending(null, null, usage(null, null, null))).toEqual({
    inputTokens: null,
    outputTokens: null,
    costUsd: null,
  });
  expect(spending(usage(1000, 10, null), null, usage(1000, null, null))).toEqual({
    inputTokens: { low: 4000, high: 4000 },
    outputTokens: { low: 40, high: 40 },
    costUsd: null,
  });
  expect(spending(usage(1, 1, 0.25), usage(1, 1, 0.25), null).costUsd).toEqual({ low: 1, high: 1 });
  // Nothing recorded: tokens are assumed for the agent CLIs, never for a program nobody knows; a cost never is.
  expect(estimate(request()).inputTokens?.low).toBeGreaterThan(300_000);
  expect(estimate(request({ kindOf: () => 'command' }))).toMatchObject({ inputTokens: null, costUsd: null });
  // One backend that does not tell makes the sum unknown.
  const epics = [planOf('A', [], 1), { ...planOf('B', [], 1), backend: 'mine' }];
  const mixed = estimate(request({ epics, kindOf: (name) => (name === 'mine' ? 'command' : 'agent') }));
  expect(mixed.inputTokens).toBe(null);
  expect(mixed.basis.map(({ backend }) => backend)).toEqual(['scripted', 'mine']);
});

test('attempts that fail cost a further one', () => {
  const attempts = Array.from({ length: 20 }, (_, n) => attempt({ passes: n % 2 === 0 }));
  const epics = [planOf('A', [], 1)];
  const { wallClockMs } = estimate(request({ epics, recorded: { ...even, attempts } }));
  expect(wallClockMs).toEqual({ low: 80_000, high: 140_000 });
  expect(estimate(request({ epics, attempts: 1, recorded: { ...even, attempts } })).wallClockMs.high).toBe(
    80_000,
  );
});

test('the range holds what it promises: most runs of the same kind end in it', () => {
  const chance = chanceFrom(3);
  // A minute a story in the mean, from a third to three times of it; one attempt in six fails.
  const drawn = (): RecordedAttempt =>
    attempt({ takes: 60_000 * 9 ** (chance() - 0.5), passes: chance() > 1 / 6 });
  const plan = request({
    epics: Array.from({ length: 6 }, (_, n) => planOf(idOf(n), n < 3 ? [] : [idOf(n - 3)], 1 + (n % 3))),
  });
  const held = Array.from({ length: 25 }, () => {
    const recorded = { ...even, attempts: Array.from({ length: 15 }, drawn) };
    const { low, high } = estimate({ ...plan, recorded }).wallClockMs;
    const took = simulateRun(plan, {
      attempt: (epicId, number) => {
        const { takes, passes } = drawn();
        const stories = plan.epics.find(({ id }) => id === epicId)?.stories.length ?? 1;
        return { takes: takes * Math.ceil(stories / number), passes: passes || number === 2 };
      },
      merge: () => 10_000,
      validation: () => 10_000,
    });
    return low <= took && took <= high;
  });
  expect(held.filter(Boolean).length).toBeGreaterThanOrEqual(17);
});

const recordeds = fc.record({
  attempts: fc.array(
    fc.record({
      runId: fc.constantFrom('r1', 'r2'),
      backend: fc.constantFrom('scripted', 'codex'),
      takes: fc.integer({ min: 0, max: 10_000_000 }),
      stories: fc.integer({ min: 1, max: 5 }),
      passes: fc.boolean(),
      usage: fc.option(
        fc.record({
          inputTokens: fc.option(fc.nat()),
          outputTokens: fc.option(fc.nat()),
          costUsd: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
        }),
      ),
    }),
    { maxLength: 8 },
  ),
  merges: fc.array(fc.nat(), { maxLength: 5 }),
  validations: fc.array(fc.record({ backend: fc.constant('scripted'), takes: fc.nat() }), { maxLength: 2 }),
});

test('any plan and any records: the same answer twice, in order, and no number that is none', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 5 })), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      recordeds,
      (shape, parallel, attempts, recorded) => {
        const epics = shape.map(([distance, stories], n) =>
          planOf(idOf(n), n - distance >= 0 ? [idOf(n - distance)] : [], stories),
        );
        const one = request({ epics, parallel, attempts, recorded });
        const { wallClockMs, inputTokens, outputTokens, costUsd } = estimate(one);
        expect(estimate(one)).toMatchObject({ wallClockMs, inputTokens, outputTokens, costUsd });
        for (const range of [wallClockMs, inputTokens, outputTokens, costUsd]) {
          if (range === null) continue;
          expect(Number.isFinite(range.low) && range.low >= 0 && range.low <= range.high).toBe(true);
        }
      },
    ),
    { seed: 5, numRuns: 40 },
  );
});

test('1,000 epics are estimated by the bound that holds for every schedule, at once', async () => {
  const epics = Array.from({ length: 1000 }, (_, n) => planOf(idOf(n), n % 10 === 0 ? [] : [idOf(n - 1)], 1));
  const took = await processorTime(() => {
    const { wallClockMs } = estimate(request({ epics, parallel: 10, recorded: even }));
    // 70 s per epic with its merge: a chain of 10, the other 990 over 10 slots, and the verdict.
    expect(wallClockMs).toEqual({ low: 7_640_000, high: 7_640_000 });
  });
  expect(took).toBeLessThan(5_000);
});

const usageOf = usage(1000, 100, null);
function record(payloads: readonly EventPayload[]): Recorded {
  const recording = new Recording();
  for (const [n, payload] of payloads.entries()) {
    const at = new Date(Date.UTC(2026, 0, 1, 10, 0, n)).toISOString();
    recording.event({ ...payload, v: 1, seq: n + 1, at });
  }
  return recording.recorded;
}
const ended = (outcome: 'passed' | 'failed' | 'interrupted', number = 1): EventPayload => ({
  type: 'attempt.ended',
  epicId: 'A',
  attempt: number,
  outcome,
  reasons: [],
  head: sha(2),
  usage: usageOf,
});
const opened = (role: 'team-lead' | 'final-validator', backend: string, resumed: boolean): EventPayload => ({
  type: 'session.opened',
  role,
  epicId: role === 'team-lead' ? 'A' : null,
  backend,
  sessionId: 's',
  resumed,
});

test('a journal says how long attempts, merges and verdicts took; what was cut off is left out', () => {
  const recorded = record([
    runStarted([epicPlan('A', 'A', 2)]),
    attemptStarted('A'),
    opened('team-lead', 'scripted', false),
    ended('failed'),
    attemptStarted('A', 2),
    ended('interrupted', 2),
    attemptStarted('A', 3),
    opened('team-lead', 'scripted', true),
    ended('passed', 3),
    attemptStarted('A', 4),
    { type: 'run.resumed', budget: { tokens: null, costUsd: null }, pid: 1, found: 'x', changed: [] },
    ended('passed', 4),
    { type: 'merge.started', epicId: 'A', attempt: 3, merge: 1, onto: sha(1), head: sha(2) },
    { type: 'merge.conflicted', epicId: 'A', kind: 'conflict', files: [], reason: 'x' },
    { type: 'merge.done', epicId: 'A', attempt: 3, commit: sha(3), by: 'merger', recovered: false },
    { type: 'validation.started', round: 1, head: sha(3) },
    opened('final-validator', 'codex', false),
    { type: 'validation.ended', round: 1, outcome: 'fail', reasons: [], findings: [] },
    { type: 'validation.started', round: 2, head: sha(3) },
    { type: 'validation.ended', round: 2, outcome: 'interrupted', reasons: [], findings: [] },
  ]);
  expect(together([recorded])).toEqual({
    attempts: [attempt({ takes: 2000, passes: false, usage: usageOf })],
    merges: [2000],
    validations: [{ backend: 'codex', takes: 2000 }],
  });
});
