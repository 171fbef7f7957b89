import type { EventOf, Reason } from '../domain/events.ts';
import { shellWord } from '../domain/shell-word.ts';
import { runAgain } from '../domain/why.ts';
import type { RunContext } from './run-context.ts';
import { allVerifyCommands, checkCommit } from './worktree-checks.ts';

type NotLanded = Omit<EventOf<'run.land-failed'>, 'type'>;

/**
 * Brings a passed integration branch into the branch that the run started from. Nothing local is overwritten, and no
 * commit lands that the checks did not run on. Publishes nothing when the run is being stopped: a resume lands it.
 */
export async function landRun(ctx: RunContext): Promise<void> {
  const { git } = ctx.ports;
  const { base, branch } = ctx.state.started;
  const into = base.ref;
  const merge = `git merge ${shellWord(branch)}`;
  const byHand = `check out the branch you want, then ${merge}`;
  const failed = (why: NotLanded): Promise<void> => ctx.publish({ type: 'run.land-failed', ...why });
  if (into === null) {
    const reason = 'the run started from a commit, not from a branch';
    return failed({ branch: 'HEAD', reason, fix: byHand });
  }
  for (;;) {
    const target = await git.resolve(`refs/heads/${into}`);
    if (target === null) return failed({ branch: into, reason: `branch ${into} is gone`, fix: byHand });
    const landing = await landingCommit(ctx, target, into);
    if (landing === null) {
      const reason = `${into} has moved on and conflicts with ${branch}`;
      return failed({ branch: into, reason, fix: `git checkout ${shellWord(into)} && ${merge}` });
    }
    const { commit } = landing;
    const broken = landing.isNew ? await checkLanding(ctx, commit) : null;
    if (broken === 'stopped') return;
    if (broken !== null) return failed(brokenTogether(ctx, into, broken));
    await ctx.lookAtCheckout();
    const moved = await git.fastForward(into, commit);
    if (moved.ok) {
      // That was us: it is no change to warn of.
      await ctx.checkout.look();
      return ctx.publish({ type: 'run.landed', branch: into, commit });
    }
    // The checks take their time: what was committed meanwhile is taken in, and checked as well.
    if (landing.isNew && (await git.resolve(`refs/heads/${into}`)) !== target) continue;
    const { what, fix } = moved.error;
    return failed({ branch: into, reason: what, fix: fix ?? merge });
  }
}

/** What the branch of the user moves to; null when both sides changed the same lines. New: nothing was run on it yet. */
async function landingCommit(
  ctx: RunContext,
  target: string,
  into: string,
): Promise<{ readonly commit: string; readonly isNew: boolean } | null> {
  const { git } = ctx.ports;
  const { head, started } = ctx.state;
  if (await git.isAncestor(head, target)) return { commit: target, isNew: false };
  if (await git.isAncestor(target, head)) return { commit: head, isNew: false };
  const merged = await git.mergeTree(target, head);
  if (merged.conflicts.length > 0) return null;
  const commit = await git.commitTree({
    tree: merged.tree,
    parents: [target, head],
    message: `Merge ${started.branch} into ${into}`,
    trailers: { 'Teams-Run': ctx.runId },
  });
  return { commit, isNew: true };
}

/** Either side passed its checks; that says nothing of the two together. */
const checkLanding = (ctx: RunContext, commit: string): Promise<Reason | 'stopped' | null> =>
  checkCommit(ctx, commit, {
    epicId: null,
    where: 'landing',
    folder: `landing/${commit.slice(0, 12)}`,
    commands: allVerifyCommands(ctx),
  });

function brokenTogether(ctx: RunContext, into: string, { rule, text }: Reason): NotLanded {
  const { branch } = ctx.state.started;
  return {
    branch: into,
    reason: `${into} has moved on, and with ${branch} merged in it fails: ${text}`,
    fix: `${runAgain(ctx.state)} --land merge   (goes on from ${branch} with ${into} merged in, and has that mended)`,
    rule,
  };
}
