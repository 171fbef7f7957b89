import type { EventOf } from '../domain/events.ts';
import type { RunContext } from './run-context.ts';

/** What stands in the way of a merge. */
export interface Obstacle {
  readonly kind: EventOf<'merge.conflicted'>['kind'];
  readonly files: readonly string[];
  readonly reason: string;
  /** Of a merger that did not manage: what it was to resolve. */
  readonly origin?: string | undefined;
  /** For the merger: what the check said. */
  readonly details?: string | undefined;
}

export interface MergeWork {
  readonly epicId: string;
  readonly attempt: number;
  /** Head of the integration branch, which the merge is made onto. */
  readonly onto: string;
  /** Head of the epic branch. */
  readonly head: string;
  /** Folder of the evidence, relative to the folder of the run. */
  readonly folder: string;
}

/** A tree that could become the next head of the integration branch. */
export interface Candidate {
  readonly tree: string;
  readonly by: 'git' | 'merger';
}

/** Merges come one at a time, so they share one place; the underscore keeps it apart from every epic. */
export async function withMergeWorktree<T>(
  ctx: RunContext,
  commit: string,
  work: (worktree: string) => Promise<T>,
): Promise<T> {
  const worktree = `${ctx.ports.files.worktrees}/_merge`;
  await ctx.ports.git.addDetachedWorktree(worktree, commit);
  try {
    return await work(worktree);
  } finally {
    await ctx.ports.git.removeWorktree(worktree);
  }
}
