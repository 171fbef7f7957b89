import pLimit from 'p-limit';
import type { Git } from '../../engine/ports.ts';
import { history } from './history.ts';
import { landing } from './landing.ts';
import { merge } from './merge.ts';
import { refs } from './refs.ts';
import { type RunGit, runGit } from './run.ts';
import { submoduleLinks } from './submodule-links.ts';
import { worktrees } from './worktrees.ts';

export interface Repo {
  /** The checkout of the person; an absolute path. */
  readonly root: string;
  readonly run: RunGit;
  /** Mutations of the base repository, one at a time. Never nest it: it would wait for itself. */
  readonly serial: <T>(mutate: () => Promise<T>) => Promise<T>;
}

/**
 * Git on the repository whose checkout is at `root`. Opening costs nothing; commands throw `GitError`. They carry the
 * mark of the run that they work for, so that recovery also ends a slow one that outlived a crash of `teams`.
 */
export function openGit(root: string, runId: string | null = null): Git {
  const limit = pLimit(1);
  const mark: Record<string, string> = runId === null ? {} : { TEAMS_RUN_ID: runId };
  const repo: Repo = {
    root,
    run: (cwd, args, options) => runGit(cwd, args, { ...options, env: { ...mark, ...options?.env } }),
    serial: (mutate) => limit(mutate),
  };
  return {
    ...refs(repo),
    ...worktrees(repo),
    ...history(repo),
    ...submoduleLinks(repo),
    ...merge(repo),
    ...landing(repo),
  };
}
