import pLimit from 'p-limit';
import type { Epic } from '../../domain/prd.ts';
import type { Git } from '../../engine/ports.ts';
import { formatDuration } from '../../report/words.ts';
import { failureOf, runAlone } from '../authoring/session.ts';
import { authoringWorktree } from '../../adapters/authoring-place.ts';
import type { Project } from '../project.ts';
import type { Narrator } from './narrator.ts';
import { type PlanEnd, planIn, type Planning, planSession } from './session.ts';

export interface AloneSetting {
  readonly project: Project;
  readonly git: Git;
  readonly planning: Planning;
  readonly narrator: Narrator;
  readonly stop: AbortSignal;
}

/**
 * Plans epics in sessions that nobody talks to, as many at a time as there are slots. `done` is called, and waited for,
 * when one has ended by itself; those that a stop ended or kept from beginning are left out.
 */
export async function planAlone(
  { project, git, planning, narrator, stop }: AloneSetting,
  epics: readonly Epic[],
  done: (epic: Epic, end: PlanEnd) => Promise<void>,
): Promise<void> {
  const { root, teams, config } = project;
  const slots = pLimit(config.parallel);
  const planOne = async (epic: Epic): Promise<void> => {
    if (stop.aborted) return;
    const begin = performance.now();
    const worktree = authoringWorktree(teams, planning.id, epic.id);
    const session = planSession(planning, epic, { worktree, interactive: false });
    narrator.say(epic.id, `is being planned on ${session.backend}: ${epic.title}`);
    const watch = {
      started: () => undefined,
      opened: () => undefined,
      activity: () => undefined,
      notice: (text: string) => narrator.say(epic.id, text),
    };
    const ended = await runAlone({ git, config, root, teams, head: planning.base }, session, watch, stop);
    if (ended.cause === 'stopped') return;
    const failure = failureOf(ended);
    const end = failure === null ? await planIn(planning, session) : { failed: failure };
    if ('plan' in end)
      narrator.say(epic.id, `planned in ${formatDuration(performance.now() - begin)}`, 'good');
    else
      narrator.say(epic.id, `not planned: ${end.failed} (logs: ${narrator.toPath(session.folder)})`, 'bad');
    await done(epic, end);
  };
  const ends = await Promise.allSettled(epics.map((epic) => slots(planOne, epic)));
  // By now every session has ended, whatever went wrong with one of them.
  const thrown = ends.find((end) => end.status === 'rejected');
  if (thrown !== undefined) throw thrown.reason;
}
