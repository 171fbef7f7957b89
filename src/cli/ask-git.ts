import { openGit } from '../adapters/git/open.ts';
import { GitError } from '../adapters/git/run.ts';
import type { RunState } from '../domain/state.ts';
import type { Whereabouts } from '../domain/whereabouts.ts';
import { findWork } from '../engine/find-work.ts';

/** Apart from what asks: it is loaded only when it is called. Null: git cannot tell. */
export async function askGit(root: string, state: RunState): Promise<Whereabouts | null> {
  try {
    return await findWork(openGit(root), state);
  } catch (error) {
    // Whoever only looks is shown what the journal knows; a command that needs git will say what is wrong with it.
    if (error instanceof GitError) return null;
    throw error;
  }
}
