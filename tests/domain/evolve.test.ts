import { describe, expect, test } from 'vitest';
import type { EventPayload } from '../../src/domain/events.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { findEpic, isResumable, type RunState, storiesToDo } from '../../src/domain/state.ts';
import { planOf, startedEvent } from './simulator.ts';

const sha = (digit: string): string => digit.repeat(40);
const options = {
  parallel: 2,
  attempts: { epic: 2, merge: 2, final: 2 },
  failFast: false,
  land: 'leave',
  fallback: false,
  budget: null,
} as const;
const carried = { branch: 'teams/r0/B', head: sha('1'), base: sha('2'), stories: { 'B-S1': sha('3') } };
const plans = [planOf('A', [], 2), { ...planOf('B', ['A'], 2), carried }];

const after = (...payloads: EventPayload[]): RunState =>
  [startedEvent(plans, options), ...payloads].reduce<RunState | null>(
    (state, payload, i) =>
      evolve(state, { v: 1, seq: i + 1, at: new Date(i * 1000).toISOString(), ...payload }),
    null,
  ) as RunState;
const epic = (state: RunState, id: string) => findEpic(state, id);

const started = (epicId: string, attempt: number): EventPayload => ({
  type: 'attempt.started',
  epicId,
  attempt,
  branch: `teams/r1/${epicId}`,
  base: sha('4'),
  head: sha('5'),
  backend: 'scripted',
  todo: [],
});
const ended = (
  attempt: number,
  outcome: 'passed' | 'failed' | 'interrupted',
  tokens: number | null,
): EventPayload => ({
  type: 'attempt.ended',
  epicId: 'A',
  attempt,
  outcome,
  reasons: outcome === 'failed' ? [{ rule: 'check', text: 'npm test exits with 1' }] : [],
  head: sha('6'),
  usage: { inputTokens: tokens, outputTokens: 1, costUsd: null },
});
const storyPassed: EventPayload = {
  type: 'story.updated',
  epicId: 'A',
  attempt: 1,
  storyId: 'A-S1',
  passes: true,
  commit: sha('7'),
  reason: null,
};

describe('an attempt', () => {
  test('that fails goes back to ready while the budget lasts, with the reason for the next prompt', () => {
    expect(epic(after(started('A', 1), ended(1, 'failed', 1)), 'A')).toMatchObject({
      phase: 'ready',
      failures: 1,
      reasons: [{ rule: 'check', text: 'npm test exits with 1' }],
      failureReason: 'npm test exits with 1',
      head: sha('6'),
    });
  });

  test('that fails for the last time leaves failed, or partial when a story passed', () => {
    const twice = [started('A', 1), ended(1, 'failed', 1), started('A', 2), ended(2, 'failed', 1)];
    expect(epic(after(...twice), 'A')).toMatchObject({ phase: 'failed' });
    expect(epic(after(storyPassed, ...twice), 'A')).toMatchObject({ phase: 'partial' });
  });

  test('that is interrupted costs nothing and keeps what passed', () => {
    const state = epic(after(started('A', 1), storyPassed, ended(1, 'interrupted', 1)), 'A');
    expect(state).toMatchObject({ phase: 'ready', failures: 0, attempt: 1 });
    expect(state === undefined ? [] : storiesToDo(state)).toEqual(['A-S2']);
  });

  test('adds its usage; one that does not tell makes the sum unknown', () => {
    expect(
      epic(after(started('A', 1), ended(1, 'failed', 3), started('A', 2), ended(2, 'passed', 4)), 'A')?.usage,
    ).toEqual({ inputTokens: 7, outputTokens: 2, costUsd: null });
    expect(
      epic(after(started('A', 1), ended(1, 'failed', 3), started('A', 2), ended(2, 'passed', null)), 'A')
        ?.usage,
    ).toMatchObject({ inputTokens: null });
  });
});

test('unmerged work of an earlier run is taken over, and dropped by a reset', () => {
  expect(epic(after(), 'B')).toMatchObject({ head: carried.head, base: carried.base });
  const reset = epic(after(started('B', 1), { type: 'epic.reset', epicId: 'B', kept: null }), 'B');
  expect(reset).toMatchObject({ phase: 'waiting', head: null, stories: {}, attempt: 1 });
});

test('an interrupted merge gives its tries back', () => {
  const state = after(
    started('A', 1),
    ended(1, 'passed', 1),
    { type: 'merge.started', epicId: 'A', attempt: 1, merge: 1, onto: sha('a'), head: sha('6') },
    { type: 'merge.conflicted', epicId: 'A', kind: 'conflict', files: ['x'], reason: 'x' },
    { type: 'merge.interrupted', epicId: 'A', held: false },
  );
  expect(epic(state, 'A')).toMatchObject({ phase: 'passed', conflicts: 0 });
});

test('a run that goes on starts edited epics again and forgets the stop', () => {
  const state = after(
    started('A', 1),
    storyPassed,
    { type: 'stop.requested', reason: 'interrupt' },
    ended(1, 'interrupted', 1),
    { type: 'run.ended', outcome: 'interrupted', reason: 'Ctrl-C or a signal' },
    {
      type: 'run.resumed',
      budget: { tokens: null, costUsd: null },
      pid: 2,
      found: '',
      changed: [{ ...planOf('A', [], 1), hash: 'other' }],
    },
  );
  expect(state).toMatchObject({ phase: 'running', stopping: null, endedAt: null, endReason: null });
  expect(epic(state, 'A')).toMatchObject({
    phase: 'waiting',
    stories: {},
    attempt: 1,
    plan: { hash: 'other' },
  });
});

test('what was started and not seen to end is known', () => {
  const process = {
    type: 'process.started',
    backend: 'scripted',
    role: 'team-lead',
    epicId: 'A',
    startTime: '9',
  } as const;
  const state = after(
    { ...process, pid: 7 },
    { ...process, pid: 8 },
    { type: 'process.ended', usage: null, pid: 7, exitCode: 0, signal: null },
  );
  expect(state.processes.map((one) => one.pid)).toEqual([8]);
});

test('only a run that was cut off can go on', () => {
  const end = (outcome: 'passed' | 'failed' | 'timed-out' | 'interrupted' | 'superseded'): RunState =>
    after({ type: 'run.ended', outcome, reason: '' });
  const outcomes = ['passed', 'failed', 'timed-out', 'interrupted', 'superseded'] as const;
  expect(outcomes.filter((outcome) => isResumable(end(outcome)))).toEqual(['timed-out', 'interrupted']);
  expect(isResumable(after())).toBe(true);
});

test('a journal that begins in the middle, or names an epic that is not there, is a bug', () => {
  const notice = { type: 'notice', level: 'info', code: 'x', text: 'x' } as const;
  expect(() => evolve(null, { v: 1, seq: 1, at: '', ...notice })).toThrow('run.started');
  expect(() => after({ type: 'epic.ready', epicId: 'Z' })).toThrow('no epic Z');
});
