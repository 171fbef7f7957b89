import { integrationBranch } from '../domain/branches.ts';
import type { Config } from '../domain/config.ts';
import type { EpicPlan, EventOf } from '../domain/events.ts';
import type { Epic, Prd } from '../domain/prd.ts';
import { ok, type Outcome } from '../domain/problem.ts';
import { findEpic, type RunState } from '../domain/state.ts';
import { findStart } from './find-start.ts';
import { finalBackend, planEpic } from './plan-epic.ts';
import type { Git } from './ports.ts';

export interface RunWish {
  readonly runId: string;
  readonly prd: Prd;
  /** Path of the PRD from the root of the repository. */
  readonly prdPath: string;
  readonly config: Config;
  readonly base: { readonly ref: string | null; readonly commit: string };
  readonly scope: readonly Epic[];
  readonly failFast: boolean;
  /** Earlier runs, newest first. */
  readonly earlier: readonly RunState[];
}

/** The first event of a new run: from which commit it starts, and what of earlier runs it goes on with. */
export async function planRun(git: Git, wish: RunWish): Promise<Outcome<EventOf<'run.started'>>> {
  const start = await findStart(git, wish);
  if (!start.ok) return start;
  const inScope = new Set(wish.scope.map((epic) => epic.id));
  const epics: EpicPlan[] = [];
  for (const epic of wish.scope) {
    const plan = planEpic(epic, wish.config);
    epics.push({
      ...plan,
      dependsOn: plan.dependsOn.filter((id) => inScope.has(id)),
      carried: await carriedWork(git, epic, plan, start.value.commit, wish.earlier),
    });
  }
  return ok({
    type: 'run.started',
    runId: wish.runId,
    pid: process.pid,
    project: wish.prd.project,
    prd: wish.prdPath,
    base: wish.base,
    start: start.value.commit,
    branch: integrationBranch(wish.runId),
    goesOnFrom: start.value.from,
    parallel: wish.config.parallel,
    attempts: wish.config.attempts,
    failFast: wish.failFast,
    land: wish.config.land,
    finalValidation: wish.config.validation.final !== 'never',
    finalBackend: finalBackend(wish.config),
    budget: wish.config.budget,
    fallback: [...wish.config.fallback],
    epics,
    prdScope: {
      total: wish.prd.epics.length,
      completed: wish.prd.epics.filter((epic) => epic.status === 'completed').map((epic) => epic.id),
    },
  });
}

/** Unmerged work of an earlier run, if the PRD still counts on it and it fits onto the new start. */
async function carriedWork(
  git: Git,
  epic: Epic,
  plan: EpicPlan,
  start: string,
  earlier: readonly RunState[],
): Promise<EpicPlan['carried']> {
  // A reset takes all of these back, and with them the wish to go on.
  if (epic.status === 'pending' && !epic.userStories.some((story) => story.passes)) return undefined;
  for (const run of earlier) {
    const known = findEpic(run, epic.id);
    if (known === undefined || known.branch === null || known.base === null || known.phase === 'merged')
      continue;
    if (known.plan.hash !== plan.hash) return undefined;
    const head = await git.resolve(`refs/heads/${known.branch}`);
    if (head === null || !(await git.isAncestor(known.base, start))) return undefined;
    const stories = Object.entries(known.stories).flatMap(([id, story]) =>
      story.passes && story.commit !== null ? [[id, story.commit] as const] : [],
    );
    if (stories.length === 0) return undefined;
    return { branch: known.branch, head, base: known.base, stories: Object.fromEntries(stories) };
  }
  return undefined;
}
