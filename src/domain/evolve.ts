import type { EpicPlan, EventOf, TeamsEvent } from './events.ts';
import { reasonsText } from './reasons-text.ts';
import { strikesOf } from './pause.ts';
import { addUsage, NOTHING_SPENT, spend } from './spent.ts';
import { type EpicState, findEpic, type RunState } from './state.ts';

/** The only way state changes. `run.started` makes the state; any other first event is a bug or a broken journal. */
export function evolve(state: RunState | null, event: TeamsEvent): RunState {
  if (event.type === 'run.started') return initial(event);
  if (state === null) throw new Error(`the first event of a run is run.started, not ${event.type}`);
  const next = apply(state, event);
  // What is not the state of before is a new object that nobody else has: a second copy of it is a tenth of a long replay.
  return next === state ? { ...state, seq: event.seq } : Object.assign(next, { seq: event.seq });
}

function initial(event: TeamsEvent & { type: 'run.started' }): RunState {
  return {
    seq: event.seq,
    phase: 'running',
    started: event,
    startedAt: event.at,
    endedAt: null,
    endReason: null,
    stopping: null,
    head: event.start,
    epics: event.epics.map(fresh),
    pauses: {},
    strikes: {},
    budget: event.budget,
    spent: NOTHING_SPENT,
    validation: { phase: 'none', rounds: 0, failures: 0, reasons: [], findings: [] },
    landing: null,
    processes: [],
  };
}

function fresh(plan: EpicPlan): EpicState {
  const stories = Object.entries(plan.carried?.stories ?? {}).map(
    ([id, commit]) => [id, { passes: true, commit, reason: null }] as const,
  );
  return {
    plan,
    phase: 'waiting',
    attempt: 0,
    backend: null,
    failures: 0,
    conflicts: 0,
    branch: null,
    base: plan.carried?.base ?? null,
    head: plan.carried?.head ?? null,
    stories: Object.fromEntries(stories),
    reasons: [],
    failureReason: null,
    blockedBy: null,
    mergeCommit: null,
    conflictFiles: [],
    startedAt: null,
    endedAt: null,
    usage: null,
    session: null,
    cutOff: false,
    held: false,
  };
}

function apply(state: RunState, event: Exclude<TeamsEvent, { type: 'run.started' }>): RunState {
  switch (event.type) {
    case 'run.resumed':
      return event.changed.reduce(
        (next, plan) => patch(next, plan.id, (epic) => restart({ ...epic, plan })),
        reconsider({
          ...state,
          ...(event.land !== undefined && { started: { ...state.started, land: event.land }, landing: null }),
          phase: 'running',
          stopping: null,
          endedAt: null,
          endReason: null,
          processes: [],
          // A person is there again, and may have done something about it: they are tried once more.
          pauses: {},
          strikes: {},
          budget: event.budget,
        }),
      );
    case 'epic.ready':
      return patch(state, event.epicId, (epic) => ({ ...epic, phase: 'ready' }));
    case 'epic.blocked':
      return patch(state, event.epicId, (epic) => ({
        ...epic,
        phase: 'blocked',
        blockedBy: event.by,
        failureReason: event.reason,
      }));
    case 'attempt.started':
      return patch(state, event.epicId, (epic) => ({
        ...epic,
        phase: 'attempting',
        attempt: event.attempt,
        backend: event.backend,
        branch: event.branch,
        base: event.base,
        head: event.head,
        startedAt: epic.startedAt ?? event.at,
      }));
    case 'story.updated': {
      const { epicId, storyId, passes, commit, reason } = event;
      const backend = passes ? findEpic(state, epicId)?.backend : null;
      return patch(
        // It works again: what comes next is a new trouble.
        typeof backend === 'string' ? { ...state, strikes: without(state.strikes, backend) } : state,
        epicId,
        (epic) => ({ ...epic, stories: { ...epic.stories, [storyId]: { passes, commit, reason } } }),
      );
    }
    case 'session.opened': {
      const { epicId, backend, sessionId: id } = event;
      // Those of mergers and validators are never gone on with: their worktree is made anew from other commits.
      if (epicId === null || findEpic(state, epicId)?.phase !== 'attempting') return state;
      return patch(state, epicId, ({ session, ...epic }) => ({
        ...epic,
        session: session?.id === id ? session : { backend, id, usage: null },
      }));
    }
    case 'backend.paused': {
      const { backend, kind, until, reason } = event;
      return {
        ...state,
        pauses: { ...state.pauses, [backend]: { kind, until, reason } },
        strikes: { ...state.strikes, [backend]: strikesOf(state, backend) + 1 },
      };
    }
    case 'backend.ready':
      return { ...state, pauses: without(state.pauses, event.backend) };
    case 'attempt.ended':
      return patch(state, event.epicId, (epic) => afterAttempt(state, epic, event));
    case 'merge.started':
      return patch(state, event.epicId, (epic) => ({ ...epic, phase: 'merging', held: false }));
    case 'merge.conflicted':
      return patch(state, event.epicId, (epic) => ({
        ...epic,
        conflicts: epic.conflicts + 1,
        conflictFiles: event.files,
      }));
    case 'merge.interrupted':
      return patch(state, event.epicId, (epic) => ({
        ...epic,
        phase: 'passed',
        conflicts: 0,
        held: event.held,
      }));
    case 'merge.done':
      return {
        ...patch(state, event.epicId, (epic) => ({
          ...epic,
          phase: 'merged',
          mergeCommit: event.commit,
          failureReason: null,
          endedAt: event.at,
        })),
        head: event.commit,
      };
    case 'merge.failed':
      return patch(state, event.epicId, (epic) => ({
        ...epic,
        phase: 'merge-failed',
        failureReason: event.reason,
        conflictFiles: event.files,
        endedAt: event.at,
      }));
    case 'validation.started':
      return { ...state, validation: { ...state.validation, phase: 'running' } };
    case 'validation.ended':
      return { ...state, validation: afterValidation(state, event) };
    case 'fix.planned':
      return { ...state, epics: [...state.epics, fresh(event.epic)] };
    case 'epic.reset':
      return {
        ...reconsider(patch(state, event.epicId, restart)),
        // What was judged and landed is not what the run will end with.
        validation: { ...state.validation, phase: 'none', failures: 0, reasons: [], findings: [] },
        landing: null,
      };
    case 'run.landed':
    case 'run.land-failed':
      return { ...state, landing: event };
    case 'process.started':
      return { ...state, processes: [...state.processes, event] };
    case 'process.ended':
      return {
        ...state,
        processes: state.processes.filter((process) => process.pid !== event.pid),
        spent: spend(state.spent, state.processes.find(({ pid }) => pid === event.pid)?.backend, event.usage),
      };
    case 'stop.requested':
      return { ...state, stopping: event.reason };
    case 'run.ended':
      return { ...state, phase: event.outcome, endedAt: event.at, endReason: event.reason };
    case 'check.started':
    case 'check.ended':
    case 'session.steered':
    case 'notice':
      return state;
  }
}

function afterAttempt(
  state: RunState,
  epic: EpicState,
  event: EventOf<'attempt.ended'> & { at: string },
): EpicState {
  const next: EpicState = {
    ...epic,
    head: event.head ?? epic.head,
    usage: addUsage(epic.usage, event.usage),
    cutOff: event.outcome === 'interrupted',
  };
  if (event.outcome === 'interrupted') {
    const session = epic.session && { ...epic.session, usage: addUsage(epic.session.usage, event.usage) };
    return { ...next, phase: 'ready', session };
  }
  if (event.outcome === 'passed')
    return { ...next, phase: 'passed', reasons: [], failureReason: null, session: null };
  const failures = epic.failures + 1;
  const failed = {
    ...next,
    failures,
    // The next one begins with fresh eyes.
    session: null,
    reasons: event.reasons,
    failureReason: reasonsText(event.reasons),
  };
  if (failures < state.started.attempts.epic) return { ...failed, phase: 'ready' };
  const somePass = Object.values(epic.stories).some((story) => story.passes);
  return { ...failed, phase: somePass ? 'partial' : 'failed', endedAt: event.at };
}

function afterValidation(state: RunState, event: EventOf<'validation.ended'>): RunState['validation'] {
  const { rounds, failures } = state.validation;
  if (event.outcome === 'interrupted') return { ...state.validation, phase: 'none' };
  return {
    phase: event.outcome === 'pass' ? 'passed' : 'failed',
    rounds: rounds + 1,
    failures: event.outcome === 'pass' ? failures : failures + 1,
    reasons: event.reasons,
    findings: event.findings,
  };
}

/** From the start again; only the attempt number stays, so that no folder, branch or trailer is used twice. */
const restart = (epic: EpicState): EpicState => ({
  ...fresh({ ...epic.plan, carried: undefined }),
  attempt: epic.attempt,
});

/** `decide` calls ready or blocks again what still is: a dependency may have been reset or edited. */
const reconsider = (state: RunState): RunState => ({
  ...state,
  epics: state.epics.map((epic) => {
    if (epic.phase === 'ready') return { ...epic, phase: 'waiting' };
    if (epic.phase === 'blocked') return { ...epic, phase: 'waiting', blockedBy: null, failureReason: null };
    return epic;
  }),
});

function patch(state: RunState, epicId: string, change: (epic: EpicState) => EpicState): RunState {
  const index = state.epics.findIndex((epic) => epic.plan.id === epicId);
  const epic = state.epics[index];
  if (epic === undefined) throw new Error(`no epic ${epicId} in this run`);
  return { ...state, epics: state.epics.with(index, change(epic)) };
}

function without<T>(record: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> {
  // Mostly it is not there, and a journal has a hundred thousand events.
  if (!Object.hasOwn(record, name)) return record;
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}
