import { INTEGRATION } from '../domain/branches.ts';
import type { EventOf } from '../domain/events.ts';
import type { Prd } from '../domain/prd.ts';
import { fail, ok, type Outcome, type Problem } from '../domain/problem.ts';
import { shellWord } from '../domain/shell-word.ts';
import { findEpic, type RunState } from '../domain/state.ts';
import { restoreBranch } from '../domain/whereabouts.ts';
import type { Git } from './ports.ts';

type Base = EventOf<'run.started'>['base'];

/** The first commit of an integration branch. */
interface Start {
  readonly commit: string;
  /** The branch that it goes on from; null: from the base. */
  readonly from: string | null;
}

/**
 * The base, if it has the code of every epic that is completed or was reset; otherwise what the newest run left that has
 * it, with the base merged in. Nothing ever starts on a tree that lacks finished work. `earlier`: newest first.
 */
export async function findStart(
  git: Git,
  { prd, base, earlier }: { readonly prd: Prd; readonly base: Base; readonly earlier: readonly RunState[] },
): Promise<Outcome<Start>> {
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
    return goOnFrom(git, base, { branch, tip });
  }
  if (missing.length === 0) return ok({ commit: base.commit, from: null });
  return fail(codeMissing({ base, missing, gone, holder: await branchWith(git, missing) }));
}

/** A tree with both sides, whichever moved on. */
async function goOnFrom(
  git: Git,
  base: Base,
  { branch, tip }: { readonly branch: string; readonly tip: string },
): Promise<Outcome<Start>> {
  if (await git.isAncestor(base.commit, tip)) return ok({ commit: tip, from: branch });
  const merged = await git.mergeTree(base.commit, tip);
  if (merged.conflicts.length > 0) {
    return fail({
      code: 'base-conflicts',
      what: `the merged epics are on ${branch}, which conflicts with ${nameOf(base)}`,
      where: merged.conflicts.join(', '),
      why: 'a run starts on a tree that has both',
      fix: `git merge ${shellWord(branch)}   (resolve, commit), then teams run`,
    });
  }
  // Squashed or cherry-picked: the base has all of it, only the merge commits are not in its history.
  if (merged.tree === (await git.treeOf(base.commit))) return ok({ commit: base.commit, from: null });
  const commit = await git.commitTree({
    tree: merged.tree,
    parents: [tip, base.commit],
    message: `Merge ${nameOf(base)} into the work of ${branch}`,
    trailers: {},
  });
  return ok({ commit, from: branch });
}

const nameOf = ({ ref, commit }: Base): string => ref ?? commit.slice(0, 12);

/** `gone`: a run whose branch had the code; `holder`: a branch that has it, though no run is known for it. */
function codeMissing({
  base,
  missing,
  gone,
  holder,
}: {
  readonly base: Base;
  readonly missing: readonly string[];
  readonly gone: RunState | null;
  readonly holder: string | null;
}): Problem {
  const [first = ''] = missing;
  return {
    code: 'completed-code-missing',
    what: `the PRD calls ${missing.join(', ')} completed, but that code is not in ${nameOf(base)}`,
    why: 'epics that depend on it would start on a tree that lacks it',
    fix: [
      `one of:`,
      ...(gone === null ? [] : [`    ${restoreBranch(gone)}   to have the branch back that had it`]),
      `    teams reset ${missing.join(' ')}   to do the work again`,
      `    teams run --base ${holder === null ? '<branch that has it>' : shellWord(holder)}`,
      `    git commit --allow-empty -m "${first} was done by hand" --trailer "Teams-Epic: ${first}"   if the code is there under another name`,
    ].join('\n'),
  };
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
  for (const { branch, commit } of await git.branchesUnder(`${INTEGRATION}/`)) {
    const there = await git.epicsIn(commit);
    if (epics.every((id) => there.has(id))) return branch;
  }
  return null;
}
