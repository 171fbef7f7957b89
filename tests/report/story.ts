import type { EventOf, EventPayload, TeamsEvent } from '../../src/domain/events.ts';
import { evolve } from '../../src/domain/evolve.ts';
import type { RunState } from '../../src/domain/state.ts';

type EpicPlan = Extract<EventPayload, { type: 'run.started' }>['epics'][number];

export const sha = (n: number): string => String(n).padStart(2, '0').repeat(20);

export function epicPlan(id: string, title: string, stories: number, dependsOn: string[] = []): EpicPlan {
  return {
    id,
    title,
    dependsOn,
    stories: Array.from({ length: stories }, (_, n) => ({ id: `${id}-S${n + 1}`, title: `Story ${n + 1}` })),
    hash: 'h',
    backend: 'scripted',
  };
}

export function runStarted(epics: EpicPlan[]): Extract<EventPayload, { type: 'run.started' }> {
  return {
    type: 'run.started',
    runId: 'r1',
    pid: 42,
    project: 'MyApp',
    prd: 'prd.json',
    base: { ref: 'main', commit: sha(1) },
    start: sha(1),
    branch: 'teams/r1',
    goesOnFrom: null,
    parallel: 2,
    attempts: { epic: 2, merge: 2, final: 2 },
    failFast: false,
    land: 'leave',
    finalValidation: true,
    finalBackend: 'scripted',
    budget: { tokens: null, costUsd: null },
    fallback: [],
    epics,
    prdScope: { total: epics.length, completed: [] },
  };
}

export interface Step {
  readonly event: TeamsEvent;
  readonly state: RunState;
}

/** Numbers the payloads, a second apart from 10:00:00 UTC, and folds them. */
export function tell(payloads: readonly EventPayload[]): {
  readonly steps: readonly Step[];
  readonly state: RunState;
} {
  let state: RunState | null = null;
  const steps: Step[] = [];
  for (const [index, payload] of payloads.entries()) {
    const at = new Date(Date.UTC(2026, 0, 1, 10, 0, index)).toISOString();
    const event: TeamsEvent = { ...payload, v: 1, seq: index + 1, at };
    state = evolve(state, event);
    steps.push({ event, state });
  }
  if (state === null) throw new Error('a story has at least one event');
  return { steps, state };
}

export const attemptStarted = (epicId: string, attempt = 1): EventOf<'attempt.started'> => ({
  type: 'attempt.started',
  epicId,
  attempt,
  branch: `teams/r1-${epicId}`,
  base: sha(1),
  head: sha(1),
  backend: 'scripted',
  todo: [`${epicId}-S1`],
});

export const storyPasses = (epicId: string, story: number, commit: number): EventPayload => ({
  type: 'story.updated',
  epicId,
  attempt: 1,
  storyId: `${epicId}-S${story}`,
  passes: true,
  commit: sha(commit),
  reason: null,
});

export const attemptEnded = (
  epicId: string,
  attempt: number,
  outcome: 'passed' | 'failed' | 'interrupted',
  ...texts: string[]
): EventPayload => ({
  type: 'attempt.ended',
  epicId,
  attempt,
  outcome,
  reasons: texts.map((text) => ({ rule: 'r', text })),
  head: sha(2),
  usage: null,
});

export const merged = (epicId: string, commit: number, by: 'git' | 'merger' = 'git'): EventPayload[] => [
  { type: 'merge.started', epicId, attempt: 1, merge: 1, onto: sha(1), head: sha(2) },
  { type: 'merge.done', epicId, attempt: 1, commit: sha(commit), by, recovered: false },
];

/** Two epics pass (one after a retry and a conflict), one fails and blocks another. */
export const eventful: readonly EventPayload[] = [
  runStarted([
    epicPlan('EPIC-001', 'Authentication', 2),
    epicPlan('EPIC-002', 'Billing', 1),
    epicPlan('E3', 'Reports', 1, ['EPIC-002']),
    epicPlan('EPIC-004', 'Search', 1),
  ]),
  { type: 'notice', level: 'warning', code: 'dirty', text: '2 files are not committed and are left out' },
  { type: 'epic.ready', epicId: 'EPIC-001' },
  { type: 'epic.ready', epicId: 'EPIC-002' },
  { type: 'epic.ready', epicId: 'EPIC-004' },
  attemptStarted('EPIC-001'),
  {
    type: 'process.started',
    backend: 'scripted',
    role: 'team-lead',
    epicId: 'EPIC-001',
    pid: 7,
    startTime: '1',
  },
  attemptStarted('EPIC-002'),
  storyPasses('EPIC-001', 1, 3),
  storyPasses('EPIC-001', 2, 4),
  {
    type: 'check.started',
    epicId: 'EPIC-001',
    where: 'epic',
    command: 'npm test',
    log: 'epics/EPIC-001/attempt-1/checks/1.log',
  },
  {
    type: 'check.ended',
    epicId: 'EPIC-001',
    where: 'epic',
    command: 'npm test',
    log: 'epics/EPIC-001/attempt-1/checks/1.log',
    exitCode: 0,
    durationMs: 1200,
  },
  { type: 'process.ended', usage: null, pid: 7, exitCode: 0, signal: null },
  attemptEnded('EPIC-001', 1, 'passed'),
  ...merged('EPIC-001', 5),
  {
    type: 'check.ended',
    epicId: 'EPIC-002',
    where: 'epic',
    command: 'npm test',
    log: 'epics/EPIC-002/attempt-1/checks/1.log',
    exitCode: 1,
    durationMs: 900,
  },
  attemptEnded('EPIC-002', 1, 'failed', 'npm test failed with exit code 1'),
  attemptStarted('EPIC-004'),
  attemptStarted('EPIC-002', 2),
  attemptEnded('EPIC-002', 2, 'failed', 'no result file was written', '\u001b[31mred\u001b[0m\nlines'),
  { type: 'epic.blocked', epicId: 'E3', by: 'EPIC-002', reason: 'waits for EPIC-002, which is failed' },
  storyPasses('EPIC-004', 1, 6),
  attemptEnded('EPIC-004', 1, 'passed'),
  { type: 'merge.started', epicId: 'EPIC-004', attempt: 1, merge: 1, onto: sha(5), head: sha(6) },
  {
    type: 'merge.conflicted',
    epicId: 'EPIC-004',
    kind: 'conflict',
    files: ['a.txt'],
    reason: 'conflicts in a.txt',
  },
  { type: 'merge.done', epicId: 'EPIC-004', attempt: 1, commit: sha(7), by: 'merger', recovered: false },
  {
    type: 'run.ended',
    outcome: 'failed',
    reason: 'not merged: EPIC-002 (failed), E3 (blocked)',
  },
];

/** Everything is merged and the verdict is pass. */
export const successful: readonly EventPayload[] = [
  runStarted([epicPlan('EPIC-001', 'Authentication', 1)]),
  { type: 'epic.ready', epicId: 'EPIC-001' },
  attemptStarted('EPIC-001'),
  storyPasses('EPIC-001', 1, 3),
  attemptEnded('EPIC-001', 1, 'passed'),
  ...merged('EPIC-001', 5),
  { type: 'validation.started', round: 1, head: sha(5) },
  { type: 'validation.ended', round: 1, outcome: 'pass', reasons: [], findings: [] },
  { type: 'run.ended', outcome: 'passed', reason: 'every epic is merged and the verdict is pass' },
];
