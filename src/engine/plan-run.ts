import { createHash } from 'node:crypto';
import type { Config } from '../domain/config.ts';
import type { EpicPlan, EventOf } from '../domain/events.ts';
import type { Epic, Prd } from '../domain/prd.ts';
import { fail, ok, type Outcome } from '../domain/problem.ts';
import { shellWord } from '../domain/shell-word.ts';
import { findEpic, type RunState } from '../domain/state.ts';
import { restoreBranch } from '../domain/whereabouts.ts';
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

/** Integration branch of a run. Epic branches live under another name: git cannot have both `a` and `a/b`. */
export const integrationBranch = (runId: string): string => `teams/${runId}`;

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

/** What a run keeps of an epic. The hash covers what an agent or a check would see, so a new status changes nothing. */
export function planEpic(epic: Epic, config: Config): EpicPlan {
  const text = [
    epic.title,
    epic.description,
    epic.dependsOn,
    epic.verify,
    epic.userStories.map((story) => [
      story.id,
      story.title,
      story.description,
      story.acceptanceCriteria,
      story.priority,
    ]),
  ];
  return {
    id: epic.id,
    title: epic.title,
    dependsOn: epic.dependsOn,
    stories: epic.userStories
      .toSorted((a, b) => a.priority - b.priority)
      .map((story) => ({ id: story.id, title: story.title })),
    hash: createHash('sha256').update(JSON.stringify(text)).digest('hex').slice(0, 16),
    backend: epic.backend ?? leadBackend(config),
  };
}

export const leadBackend = ({ backend, backendFor }: Config): string => backendFor.teamLead ?? backend;
export const finalBackend = ({ backend, backendFor }: Config): string => backendFor.finalValidator ?? backend;

/**
 * The first commit of the integration branch: the base, if it has the code of every epic that is completed or was reset;
 * otherwise what the newest run left that has it, with the base merged in. Nothing ever starts on a tree that lacks
 * finished work.
 */
export async function findStart(
  git: Git,
  { prd, base, earlier }: Pick<RunWish, 'prd' | 'base' | 'earlier'>,
): Promise<Outcome<{ readonly commit: string; readonly from: string | null }>> {
  const completed = prd.epics.filter((epic) => epic.status === 'completed').map((epic) => epic.id);
  const missingIn = async (commit: string): Promise<readonly string[]> => {
    if (completed.length === 0) return [];
    const there = await git.epicsIn(commit);
    return completed.filter((id) => !there.has(id));
  };
  const missing = await missingIn(base.commit);
  let gone: RunState | null = null;
  for (const run of earlier) {
    const { branch } = run.started;
    const again = missing.length > 0 ? [] : doneAgain(prd, run);
    if (missing.length + again.length === 0) continue;
    const tip = await git.resolve(`refs/heads/${branch}`);
    if (tip === null && gone === null) {
      const head = await git.resolve(run.head);
      if (head !== null && (await missingIn(head)).length === 0) gone = run;
    }
    if (tip === null || (await missingIn(tip)).length > 0) continue;
    if (missing.length === 0) {
      const merges = await git.mergesOf(base.commit, tip);
      if (!merges.some(({ epicId }) => again.includes(epicId))) continue;
    }
    if (await git.isAncestor(base.commit, tip)) return ok({ commit: tip, from: branch });
    const merged = await git.mergeTree(base.commit, tip);
    // Squashed or cherry-picked: the base has all of it, only the merge commits are not in its history.
    if (merged.conflicts.length === 0 && merged.tree === (await git.treeOf(base.commit))) {
      return ok({ commit: base.commit, from: null });
    }
    if (merged.conflicts.length > 0) {
      return fail({
        code: 'base-conflicts',
        what: `the merged epics are on ${branch}, which conflicts with ${base.ref ?? base.commit.slice(0, 12)}`,
        where: merged.conflicts.join(', '),
        why: 'a run starts on a tree that has both',
        fix: `git merge ${shellWord(branch)}   (resolve, commit), then teams run`,
      });
    }
    const commit = await git.commitTree({
      tree: merged.tree,
      parents: [tip, base.commit],
      message: `Merge ${base.ref ?? base.commit.slice(0, 12)} into the work of ${branch}`,
      trailers: {},
    });
    return ok({ commit, from: branch });
  }
  const [first] = missing;
  if (first === undefined) return ok({ commit: base.commit, from: null });
  const holder = await branchWith(git, missing);
  return fail({
    code: 'completed-code-missing',
    what: `the PRD calls ${missing.join(', ')} completed, but that code is not in ${base.ref ?? base.commit.slice(0, 12)}`,
    why: 'epics that depend on it would start on a tree that lacks it',
    fix: [
      `one of:`,
      ...(gone === null ? [] : [`    ${restoreBranch(gone)}   to have the branch back that had it`]),
      `    teams reset ${missing.join(' ')}   to do the work again`,
      `    teams run --base ${holder === null ? '<branch that has it>' : shellWord(holder)}`,
      `    git commit --allow-empty -m "${first} was done by hand" --trailer "Teams-Epic: ${first}"   if the code is there under another name`,
    ].join('\n'),
  });
}

/** Epics that a run knows as not merged: where its branch has a merge of them all the same, they were reset. */
const doneAgain = (prd: Prd, run: RunState): readonly string[] =>
  prd.epics
    .filter(({ id, status }) => {
      const known = findEpic(run, id);
      return status !== 'completed' && known !== undefined && known.phase !== 'merged';
    })
    .map(({ id }) => id);

/** An integration branch that has the code, though no run that could be gone on from knows of it. */
async function branchWith(git: Git, epics: readonly string[]): Promise<string | null> {
  for (const { branch, commit } of await git.branchesUnder('teams/')) {
    const there = await git.epicsIn(commit);
    if (epics.every((id) => there.has(id))) return branch;
  }
  return null;
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
