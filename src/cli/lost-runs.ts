import { join, relative, sep } from 'node:path';
import { isRunId, runsOnDisk, teamsFolder } from '../adapters/layout.ts';
import { StorageError } from '../adapters/storage-error.ts';
import { isThere } from '../adapters/there.ts';
import { EPICS, INTEGRATION, runOf } from '../domain/branches.ts';
import { shellPath, shellWord } from '../domain/shell-word.ts';
import { list } from '../domain/words.ts';
import type { Git } from '../engine/ports.ts';

/** More than these are named by the next run, when they are gone. */
const MOST = 5;

/**
 * Worktrees and branches of runs whose record is gone, such as when somebody removed `.teams/runs`, with the commands that
 * remove them; null: there are none. Nothing that these commands do can lose work.
 */
export async function lostRuns(git: Git, { root }: { readonly root: string }): Promise<string | null> {
  const checkouts = await git.worktreesBelow('');
  const known = await knownRuns([root, ...checkouts]);
  if (known === null) return null;
  const below = join(teamsFolder(root), 'worktrees');
  const isLost = (id: string): boolean => isRunId(id) && !known.has(id);
  const runOfWorktree = (path: string): string => relative(below, path).split(sep)[0] ?? '';
  const worktrees = checkouts.filter(
    (path) =>
      path.startsWith(below + sep) &&
      isLost(runOfWorktree(path)) &&
      // What `teams init` and `teams plan` left is removed by themselves.
      !isThere(join(root, '.teams/authoring', runOfWorktree(path))),
  );
  const epics = (await git.branchesUnder(`${EPICS}/`)).filter(({ branch }) => isLost(runOf(branch)));
  // An integration branch alone is what a run is for, and may have come from elsewhere.
  const lost = new Set([...worktrees.map(runOfWorktree), ...epics.map(({ branch }) => runOf(branch))]);
  const integration = (await git.branchesUnder(`${INTEGRATION}/`)).filter(({ branch }) =>
    lost.has(runOf(branch)),
  );
  const branches = [...epics, ...integration];
  if (worktrees.length === 0 && branches.length === 0) return null;
  const inHead = await Promise.all(branches.map(({ commit }) => git.isAncestor(commit, 'HEAD')));
  const [merged, unmerged] = [true, false].map((wanted) =>
    branches.filter((_, index) => inHead[index] === wanted).map(({ branch }) => branch),
  );
  return lostText(
    worktrees.map((path) => relative(root, path)),
    merged ?? [],
    unmerged ?? [],
  );
}

/** Linked checkouts share the branches, and each has records of its own. Null: not all of them can be looked at. */
async function knownRuns(checkouts: readonly string[]): Promise<ReadonlySet<string> | null> {
  try {
    const runs = await Promise.all(checkouts.map((checkout) => runsOnDisk(teamsFolder(checkout))));
    return new Set(runs.flat());
  } catch (error) {
    if (error instanceof StorageError) return null;
    throw error;
  }
}

function lostText(
  worktrees: readonly string[],
  merged: readonly string[],
  unmerged: readonly string[],
): string {
  const commands = worktrees.slice(0, MOST).map((path) => `git worktree remove ${shellPath(path)}`);
  // A branch is in use as long as its worktree is there.
  if (merged.length > 0) commands.push(`git branch -d ${merged.slice(0, MOST).map(shellWord).join(' ')}`);
  const said = [
    ...(commands.length === 0 ? [] : [`to remove it: ${commands.join(' && ')}`]),
    ...(unmerged.length === 0 ? [] : [`work that is not in your branch is on ${list(unmerged, MOST)}`]),
  ];
  return `something is left of runs that .teams/runs does not know any more; ${said.join('; ')}`;
}
