import { newRunId } from '../src/adapters/layout.ts';
import type { EventPayload, TeamsEvent } from '../src/domain/events.ts';

export const RUN_ID = newRunId(new Date(Date.UTC(2026, 0, 1)), () => 0);
const SHA = 'c'.repeat(40);
const EPICS = 200;
const STORIES = 5;

/** The journal of a finished run, of about as many events as asked for: epics that were interrupted again and again. */
export function longJournal(events: number): string {
  const lines: string[] = [];
  const emit = (payload: EventPayload): void => {
    const seq = lines.length + 1;
    const at = new Date(Date.UTC(2026, 0, 1) + seq * 250).toISOString();
    const event: TeamsEvent = { v: 1, seq, at, ...payload };
    lines.push(JSON.stringify(event));
  };
  const ids = Array.from({ length: EPICS }, (_, k) => `E-${k + 1}`);
  emit(started(ids));
  for (const epicId of ids) emit({ type: 'epic.ready', epicId });
  for (const [k, epicId] of ids.entries()) {
    const until = Math.round((events * (k + 1)) / EPICS) - 20;
    let attempt = 1;
    while (lines.length < until) emitAttempt(emit, epicId, attempt++, 'interrupted');
    emitAttempt(emit, epicId, attempt, 'passed');
    emit({ type: 'merge.started', epicId, attempt, merge: 1, onto: SHA, head: SHA });
    emit({ type: 'merge.done', epicId, attempt, commit: SHA, by: 'git', recovered: false });
  }
  emit({ type: 'validation.started', round: 1, head: SHA });
  emit({ type: 'validation.ended', round: 1, outcome: 'pass', reasons: [], findings: [] });
  emit({ type: 'run.ended', outcome: 'passed', reason: 'every epic is merged and the verdict is pass' });
  return `${lines.join('\n')}\n`;
}

function emitAttempt(
  emit: (payload: EventPayload) => void,
  epicId: string,
  attempt: number,
  outcome: 'passed' | 'interrupted',
): void {
  const stories = Array.from({ length: STORIES }, (_, k) => `${epicId}-${k + 1}`);
  const branch = `teams-epics/${RUN_ID}/${epicId}`;
  const started = {
    type: 'attempt.started',
    epicId,
    attempt,
    branch,
    base: SHA,
    head: SHA,
    backend: 'agents',
  } as const;
  emit({ ...started, todo: stories });
  emit({
    type: 'process.started',
    backend: 'scripted',
    role: 'team-lead',
    epicId,
    pid: 1000 + attempt,
    startTime: '1234567',
  });
  for (const storyId of stories) {
    emit({
      type: 'story.updated',
      epicId,
      attempt,
      storyId,
      passes: outcome === 'passed',
      commit: SHA,
      reason: null,
    });
  }
  emit({ type: 'process.ended', usage: null, pid: 1000 + attempt, exitCode: 0, signal: null });
  const check = {
    epicId,
    where: 'epic',
    command: 'npm test',
    log: `epics/${epicId}/attempt-${attempt}/checks/epic-1.log`,
  } as const;
  emit({ type: 'check.started', ...check });
  emit({ type: 'check.ended', ...check, exitCode: 0, durationMs: 1200 });
  emit({ type: 'attempt.ended', epicId, attempt, outcome, reasons: [], head: SHA, usage: null });
}

const started = (ids: readonly string[]): EventPayload => ({
  type: 'run.started',
  runId: RUN_ID,
  pid: 1,
  project: 'bench',
  prd: 'prd.json',
  base: { ref: 'main', commit: SHA },
  start: SHA,
  branch: `teams/${RUN_ID}`,
  goesOnFrom: null,
  parallel: 5,
  attempts: { epic: 2, merge: 2, final: 2 },
  failFast: false,
  land: 'leave',
  finalValidation: false,
  finalBackend: 'scripted',
  budget: { tokens: null, costUsd: null },
  fallback: [],
  epics: ids.map((id) => ({
    id,
    title: `Epic ${id}`,
    dependsOn: [],
    stories: Array.from({ length: STORIES }, (_, k) => ({ id: `${id}-${k + 1}`, title: `Story ${k + 1}` })),
    hash: '0123456789abcdef',
    backend: 'agents',
  })),
  prdScope: { total: ids.length, completed: [] },
});
