import { isOurs } from '../domain/branches.ts';
import type { RunState } from '../domain/state.ts';
import type { Whereabouts } from '../domain/whereabouts.ts';
import type { Git } from './ports.ts';

/** Asks git where the work of a run is: merged by hand, squashed, on its integration branch, or on none. */
export async function findWork(
  git: Pick<Git, 'branchesWith' | 'isAncestor' | 'resolve' | 'mergeTree' | 'treeOf'>,
  { head, started: { base, branch } }: RunState,
): Promise<Whereabouts> {
  const holders = await git.branchesWith(head);
  const holder =
    holders.find((each) => each.branch === base.ref) ??
    // Work on a branch of ours is not with the person yet.
    holders.find((each) => each.checkedOut && !isOurs(each.branch));
  const onBranch = holders.some((each) => each.branch === branch);
  if (holder !== undefined) return { landedIn: holder.branch, onBranch };
  if (base.ref === null && holders.every((each) => !each.checkedOut)) {
    // Begun without a branch, and merged without one.
    return { landedIn: (await git.isAncestor(head, 'HEAD')) ? 'HEAD' : null, onBranch };
  }
  const squashed = base.ref !== null && (await isSquashedInto(git, base.ref, head));
  return { landedIn: squashed ? base.ref : null, onBranch };
}

/** Merging it would change nothing. */
async function isSquashedInto(
  git: Pick<Git, 'resolve' | 'mergeTree' | 'treeOf'>,
  ref: string,
  head: string,
): Promise<boolean> {
  const tip = await git.resolve(`refs/heads/${ref}`);
  if (tip === null || (await git.resolve(head)) === null) return false;
  const { tree, conflicts } = await git.mergeTree(tip, head);
  return conflicts.length === 0 && tree === (await git.treeOf(tip));
}
