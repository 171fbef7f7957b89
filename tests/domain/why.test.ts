import { expect, test } from 'vitest';
import type { EventPayload } from '../../src/domain/events.ts';
import { spentText } from '../../src/domain/budget.ts';
import type { RunState } from '../../src/domain/state.ts';
import { nextForRun, whyUnfinished } from '../../src/domain/why.ts';
import {
  attemptEnded,
  attemptStarted,
  epicPlan,
  eventful,
  merged,
  runStarted,
  sha,
  successful,
  tell,
} from '../report/story.ts';

const lines = (state: RunState, alive: boolean): string[] =>
  whyUnfinished(state, alive).map(({ epicId, reason, next }) => `${epicId}: ${reason} -> ${next}`);
const why = (payloads: readonly EventPayload[], alive: boolean): string[] =>
  lines(tell(payloads).state, alive);

const started = runStarted([
  epicPlan('A', 'One', 1),
  epicPlan('B', 'Two', 2, ['A']),
  epicPlan('C', 'Three', 1, ['B']),
  epicPlan('D', 'Four', 1),
  epicPlan('E', 'Five', 1),
]);

const busy: readonly EventPayload[] = [
  started,
  { type: 'epic.ready', epicId: 'A' },
  { type: 'epic.ready', epicId: 'D' },
  { type: 'epic.ready', epicId: 'E' },
  attemptStarted('A'),
  attemptStarted('D'),
  attemptEnded('D', 1, 'passed'),
  attemptEnded('A', 1, 'failed', 'npm test failed'),
];

test('while a run is at work', () => {
  expect(why(busy, true)).toMatchInlineSnapshot(`
    [
      "A: attempt 1 failed and is tried again: npm test failed -> teams logs A -f",
      "B: waits for A (ready) -> teams status",
      "C: waits for B (waiting) -> teams status",
      "D: passed, and waits for its turn to merge -> teams logs D -f",
      "E: waits for a free session, 2 at a time -> teams logs -f",
    ]
  `);
  expect(why([...busy, attemptStarted('A', 2)], true)[0]).toBe('A: attempt 2 is at work -> teams logs A -f');
});

test('with --fail-fast nothing is tried again once an epic has failed', () => {
  const failFast: EventPayload = { ...started, failFast: true };
  const [, ...rest] = busy;
  const lost = [attemptStarted('E'), attemptEnded('E', 1, 'failed', 'no'), attemptStarted('E', 2)];
  const events = [failFast, ...rest, ...lost, attemptEnded('E', 2, 'failed', 'no')];
  expect(why(events, true)[0]).toBe(
    'A: attempt 1 failed: npm test failed; not tried again: another epic failed, and --fail-fast is on -> teams logs A -f',
  );
});

test('after a crash everything points to resume', () => {
  expect(why([...busy, attemptStarted('E'), ...merged('A', 3).slice(0, 1)], false)).toMatchInlineSnapshot(`
    [
      "A: its merge was cut off -> teams resume",
      "B: waits for A (merging) -> teams resume",
      "C: waits for B (waiting) -> teams resume",
      "D: passed, and not merged yet -> teams resume",
      "E: attempt 1 was cut off -> teams resume",
    ]
  `);
});

test('a budget that is spent hides no attempt that failed', () => {
  const { state } = tell([...busy, attemptStarted('E'), attemptEnded('E', 1, 'interrupted')]);
  const stalled: RunState = {
    ...state,
    phase: 'stalled',
    budget: { tokens: null, costUsd: 1 },
    spent: { ...state.spent, costUsd: 1.25 },
  };
  const raise = 'the budget is spent; first raise budget.costUsd in teams.config.yml -> teams resume';
  expect(lines(stalled, false).filter((line) => line.includes('budget'))).toEqual([
    `A: attempt 1 failed: npm test failed; not tried again, ${raise}`,
    `E: attempt 1 was interrupted, and ${raise}`,
  ]);
  const fresh = { ...stalled, epics: stalled.epics.map((epic) => ({ ...epic, attempt: 0, failures: 0 })) };
  expect(lines(fresh, false).filter((line) => line.startsWith('A'))).toEqual([`A: not started: ${raise}`]);
});

test('a backend that is paused hides no attempt that failed', () => {
  const paused: EventPayload = {
    type: 'backend.paused',
    backend: 'scripted',
    kind: 'auth',
    until: null,
    reason: '401 invalid api key',
  };
  const waits = 'waits for scripted (401 invalid api key) -> teams logs';
  expect(why([...busy, paused], true).filter((line) => /^[AE]/.test(line))).toEqual([
    `A: attempt 1 failed: npm test failed; the next one ${waits} A -f`,
    `E: ${waits} -f`,
  ]);
  const limited = [...busy, attemptStarted('A', 2), attemptEnded('A', 2, 'interrupted')];
  expect(why([...limited, paused], true)[0]).toBe(
    `A: an attempt failed: npm test failed; the next one ${waits} A -f`,
  );
  expect(why(limited, true)[0]).toBe(
    'A: an attempt failed and is tried again: npm test failed -> teams logs A -f',
  );
});

test('what is spent is told in words of its unit', () => {
  const { spent } = tell(busy).state;
  const blind = { ...spent, withoutTokens: ['agents'], withoutCost: ['agents'] };
  expect([
    spentText({ spent: blind, budget: { tokens: null, costUsd: 1 } }),
    spentText({ spent: blind, budget: { tokens: 1500, costUsd: null } }),
    spentText({ spent: { ...blind, costUsd: 0.5 }, budget: { tokens: null, costUsd: 1 } }),
    spentText({ spent, budget: { tokens: null, costUsd: null } }),
    spentText({ spent: { ...blind, tokens: 1500, costUsd: 0.5 }, budget: { tokens: null, costUsd: null } }),
    spentText({
      spent: { ...blind, tokens: 1500, costUsd: 0.5, withoutTokens: [] },
      budget: { tokens: 2000, costUsd: null },
    }),
  ]).toEqual([
    'an unknown part of $1.00',
    'an unknown part of 1,500 tokens',
    '$0.50 of $1.00 and what agents did not tell',
    null,
    '1,500 tokens, $0.50 and what agents did not tell',
    '1,500 of 2,000 tokens, $0.50 and what agents did not tell',
  ]);
});

test('after a run that failed', () => {
  expect(why(eventful, false)).toMatchInlineSnapshot(`
    [
      "EPIC-002: failed after 2 attempts: no result file was written; [31mred[0m
    lines -> teams logs EPIC-002",
      "E3: waits for EPIC-002, which is failed -> teams logs EPIC-002",
    ]
  `);
});

test('a story that passes makes a failed epic partial; a merge that failed names its branch', () => {
  expect(
    why(
      [
        runStarted([epicPlan('A', 'One', 2), epicPlan('B', 'Two', 1), epicPlan('C', 'Three', 1, ['B'])]),
        attemptStarted('A'),
        {
          type: 'story.updated',
          epicId: 'A',
          attempt: 1,
          storyId: 'A-S1',
          passes: true,
          commit: sha(2),
          reason: null,
        },
        attemptEnded('A', 1, 'failed', 'S2 is missing'),
        attemptEnded('A', 2, 'failed', 'S2 is missing'),
        attemptStarted('B'),
        attemptEnded('B', 1, 'passed'),
        {
          type: 'merge.failed',
          epicId: 'B',
          reason: 'conflict in a.txt',
          files: ['a.txt'],
          branch: 'teams/r1-B',
        },
        { type: 'epic.blocked', epicId: 'C', by: 'B', reason: 'waits for B, which is merge-failed' },
        { type: 'run.ended', outcome: 'failed', reason: 'not merged' },
      ],
      false,
    ),
  ).toMatchInlineSnapshot(`
    [
      "A: some stories pass after 2 attempts, not all: S2 is missing -> teams logs A",
      "B: could not be merged: conflict in a.txt; the work is on teams/r1-B -> teams run",
      "C: waits for B, which is merge-failed -> teams run",
    ]
  `);
});

test('an epic whose stories all pass while a check fails is not said to lack a story', () => {
  const passes: EventPayload = {
    type: 'story.updated',
    epicId: 'D',
    attempt: 1,
    storyId: 'D-S1',
    passes: true,
    commit: sha(2),
    reason: null,
  };
  const failed = [1, 2].map((n) => attemptEnded('D', n, 'failed', '`npm test` exited with 7'));
  expect(why([started, attemptStarted('D'), passes, ...failed], false)).toContain(
    'D: every story passes, but not the epic after 2 attempts: `npm test` exited with 7 -> teams logs D',
  );
});

test('--fail-fast leaves ready epics behind', () => {
  const events: readonly EventPayload[] = [
    { ...started, failFast: true },
    { type: 'epic.ready', epicId: 'D' },
    { type: 'epic.ready', epicId: 'A' },
    attemptStarted('A'),
    attemptEnded('A', 1, 'failed', 'x'),
    attemptEnded('A', 2, 'failed', 'x'),
    { type: 'run.ended', outcome: 'failed', reason: 'not merged' },
  ];
  expect(why(events, false)).toContain(
    'D: not started: another epic failed, and --fail-fast is on -> teams run',
  );
});

test('the next command for the run as a whole', () => {
  expect(nextForRun(tell(busy).state, true)).toBe('teams logs -f');
  expect(nextForRun(tell(busy).state, false)).toBe('teams resume');
  expect(nextForRun(tell(eventful).state, false)).toBe('teams run');
  expect(nextForRun(tell(successful).state, false)).toBe('git merge teams/r1');
  const landed: EventPayload = { type: 'run.landed', branch: 'main', commit: sha(5) };
  expect(nextForRun(tell([...successful, landed]).state, false)).toBeNull();
});

test('a name that a shell would act on is quoted in the next command', () => {
  const { state } = tell(successful);
  const hostile = { ...state, started: { ...state.started, branch: 'teams/$(id)' } };
  expect(nextForRun(hostile, false)).toBe("git merge 'teams/$(id)'");
});

test('a run over a PRD that is not at the root names it in the next command', () => {
  const next = (prd: string): string | null => {
    const story = tell([...eventful]);
    return nextForRun({ ...story.state, started: { ...story.state.started, prd } }, false);
  };
  expect(next('prd.json')).toBe('teams run');
  expect(next('plans/next.json')).toBe('teams run plans/next.json');
  expect(next("my plan's.json")).toBe(`teams run 'my plan'\\''s.json'`);
  expect(next('-n.json')).toBe('teams run ./-n.json');
});
