import { looseRef } from '../adapters/git/loose-ref.ts';
import { isResumable, type RunState } from '../domain/state.ts';
import type { Whereabouts } from '../domain/whereabouts.ts';

/** Where the work of a run is that ended without landing; null: nobody would do anything about it, or git cannot tell. */
export async function whereWorkIs(root: string, state: RunState): Promise<Whereabouts | null> {
  if (isResumable(state) || state.phase === 'superseded' || state.landing?.type === 'run.landed') return null;
  if (state.head === state.started.base.commit) return null;
  if (await isAsItWasLeft(root, state)) return { landedIn: null, onBranch: true };
  const { askGit } = await import('./ask-git.ts');
  return askGit(root, state);
}

/** Mostly nothing has moved since the run ended, and git costs more than all the rest of `status`. */
async function isAsItWasLeft(root: string, { head, started: { base, branch } }: RunState): Promise<boolean> {
  if (base.ref === null) return false;
  const [own, theirs, checkedOut] = await Promise.all([
    looseRef(root, `refs/heads/${branch}`),
    looseRef(root, `refs/heads/${base.ref}`),
    looseRef(root, 'HEAD'),
  ]);
  return own === head && theirs === base.commit && checkedOut === `ref: refs/heads/${base.ref}`;
}
