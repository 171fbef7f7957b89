import { shellWord } from '../domain/shell-word.ts';
import type { RunContext } from './run-context.ts';

/** Brings a passed integration branch into the branch that the run started from. Nothing local is overwritten. */
export async function landRun(ctx: RunContext): Promise<void> {
  const { git } = ctx.ports;
  const { base, branch } = ctx.state.started;
  const into = base.ref;
  const merge = `git merge ${shellWord(branch)}`;
  if (into === null) {
    const reason = 'the run started from a commit, not from a branch';
    return ctx.publish({
      type: 'run.land-failed',
      branch,
      reason,
      fix: `check out the branch you want, then ${merge}`,
    });
  }
  const target = await git.resolve(`refs/heads/${into}`);
  if (target === null) {
    const reason = `branch ${into} is gone`;
    return ctx.publish({
      type: 'run.land-failed',
      branch: into,
      reason,
      fix: `check out the branch you want, then ${merge}`,
    });
  }
  const commit = await landingCommit(ctx, target, into);
  if (commit === null) {
    const reason = `${into} has moved on and conflicts with ${branch}`;
    return ctx.publish({
      type: 'run.land-failed',
      branch: into,
      reason,
      fix: `git checkout ${shellWord(into)} && ${merge}`,
    });
  }
  await ctx.lookAtCheckout();
  const moved = await git.fastForward(into, commit);
  if (!moved.ok) {
    const { what, fix } = moved.error;
    return ctx.publish({ type: 'run.land-failed', branch: into, reason: what, fix: fix ?? merge });
  }
  // That was us: it is no change to warn of.
  await ctx.checkout.look();
  await ctx.publish({ type: 'run.landed', branch: into, commit });
}

/** What the branch of the user moves to; null when both sides changed the same lines. */
async function landingCommit(ctx: RunContext, target: string, into: string): Promise<string | null> {
  const { git } = ctx.ports;
  const { head, started } = ctx.state;
  if (await git.isAncestor(head, target)) return target;
  if (await git.isAncestor(target, head)) return head;
  const merged = await git.mergeTree(target, head);
  if (merged.conflicts.length > 0) return null;
  return git.commitTree({
    tree: merged.tree,
    parents: [target, head],
    message: `Merge ${started.branch} into ${into}`,
    trailers: { 'Teams-Run': ctx.runId },
  });
}
