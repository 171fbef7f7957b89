import { type EpicState, storiesToDo } from '../domain/state.ts';
import { isTask } from '../domain/task.ts';
import { nextForRun } from '../domain/why.ts';
import { type PrdEpic, type PrdStatusView, shownPhase, type StatusView } from './status.ts';

/** `teams status --json`. People script against it: fields may be added, never changed. */
export function statusJson({ state, pid, folder, others, cutOff, plans, why }: StatusView): object {
  const { started, validation, landing } = state;
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
      next: nextForRun(state, pid !== null),
    },
    epics: state.epics.map(epicJson),
    notInRun: others.map(prdEpicJson),
    spent: state.spent,
    budget: state.budget,
    pauses: Object.entries(state.pauses).map(([backend, pause]) => ({ backend, ...pause })),
    plans: Object.fromEntries(plans),
    cutOffBefore: cutOff === null ? null : { id: cutOff.started.runId, project: cutOff.started.project },
    verdict: { phase: validation.phase, rounds: validation.rounds, reasons: validation.reasons },
    landing:
      landing === null
        ? null
        : landing.type === 'run.landed'
          ? { landed: true, branch: landing.branch, commit: landing.commit }
          : { landed: false, branch: landing.branch, reason: landing.reason, fix: landing.fix },
    ...(why === null ? {} : { why }),
  };
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
