import { type EpicState, type RunState, storiesToDo } from '../domain/state.ts';
import { isTask } from '../domain/task.ts';
import type { Whereabouts } from '../domain/whereabouts.ts';
import { nextForRun } from '../domain/why.ts';
import { type PrdEpic, type PrdStatusView, shownPhase, type StatusView } from './status.ts';

/** `teams status --json`. People script against it: fields may be added, never changed. */
export function statusJson(view: StatusView): object {
  const { state, where, pid, folder, others, cutOff, plans, why } = view;
  const { started, validation } = state;
  return {
    v: 1,
    run: {
      id: started.runId,
      task: isTask(state),
      project: started.project,
      phase: shownPhase(state, pid !== null),
      pid,
      startedAt: state.startedAt,
      endedAt: state.endedAt,
      reason: state.endReason,
      base: started.base,
      branch: started.branch,
      head: state.head,
      folder,
      next: nextForRun(state, pid !== null, where),
    },
    epics: state.epics.map(epicJson),
    notInRun: others.map(prdEpicJson),
    spent: state.spent,
    budget: state.budget,
    pauses: Object.entries(state.pauses).map(([backend, pause]) => ({ backend, ...pause })),
    plans: Object.fromEntries(plans),
    cutOffBefore: cutOff === null ? null : { id: cutOff.started.runId, project: cutOff.started.project },
    verdict: { phase: validation.phase, rounds: validation.rounds, reasons: validation.reasons },
    landing: landingJson(state, where),
    ...(why === null ? {} : { why }),
  };
}

function landingJson({ landing, head }: RunState, where: Whereabouts | null): object | null {
  if (where !== null && where.landedIn !== null)
    return { landed: true, branch: where.landedIn, commit: head };
  if (landing === null) return null;
  const { branch } = landing;
  return landing.type === 'run.landed'
    ? { landed: true, branch, commit: landing.commit }
    : { landed: false, branch, reason: landing.reason, fix: landing.fix };
}

function epicJson(epic: EpicState): object {
  return {
    id: epic.plan.id,
    title: epic.plan.title,
    phase: epic.phase,
    attempt: epic.attempt,
    stories: epic.plan.stories.map((story) => ({
      id: story.id,
      passes: epic.stories[story.id]?.passes ?? false,
      commit: epic.stories[story.id]?.commit ?? null,
      reason: epic.stories[story.id]?.reason ?? null,
    })),
    todo: storiesToDo(epic),
    branch: epic.branch,
    head: epic.head,
    mergeCommit: epic.mergeCommit,
    reason: epic.failureReason,
    blockedBy: epic.blockedBy,
    conflictFiles: epic.conflictFiles,
    startedAt: epic.startedAt,
    endedAt: epic.endedAt,
    usage: epic.usage,
  };
}

const prdEpicJson = (epic: PrdEpic): object => ({
  id: epic.id,
  title: epic.title,
  status: epic.status,
  stories: epic.stories,
});

export function prdStatusJson({ project, epics, plans, why }: PrdStatusView): object {
  return {
    v: 1,
    run: null,
    project,
    notInRun: epics.map(prdEpicJson),
    plans: Object.fromEntries(plans),
    ...(why === null ? {} : { why }),
  };
}
