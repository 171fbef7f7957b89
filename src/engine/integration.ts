import { sep } from 'node:path';
import type { RunContext } from './run-context.ts';

/** Moves the integration branch from one commit to the next. Null: it is there; otherwise why not. */
export async function advance(ctx: RunContext, from: string, to: string): Promise<string | null> {
  const { git, files } = ctx.ports;
  const { branch } = ctx.state.started;
  const checkout = await git.checkoutOf(branch);
  // A session that checked it out in its own worktree has failed its attempt by that; nothing there is worth keeping.
  if (checkout !== null && !checkout.startsWith(files.worktrees + sep)) {
    return advanceUnder(ctx, checkout, from, to);
  }
  if (await git.moveBranch(branch, to, from)) return null;
  if ((await git.resolve(`refs/heads/${branch}`)) === null && (await restore(ctx, to))) return null;
  return movedBySomebody(ctx, from);
}

/** A ref that moves under a checkout makes all that is new in it look deleted, and the next commit there deletes it. */
async function advanceUnder(
  ctx: RunContext,
  checkout: string,
  from: string,
  to: string,
): Promise<string | null> {
  const { git } = ctx.ports;
  const { branch } = ctx.state.started;
  if ((await git.resolve(`refs/heads/${branch}`)) !== from) return movedBySomebody(ctx, from);
  await ctx.noticeOnce({
    level: 'info',
    code: 'integration-checked-out',
    text: `${branch} is checked out in ${checkout}: the files there follow every merge`,
  });
  await ctx.lookAtCheckout();
  const moved = await git.fastForward(branch, to);
  // That was us: it is no change to warn of.
  await ctx.checkout.look();
  if (moved.ok) return null;
  return `${branch} is checked out in ${checkout}, where something is in the way: ${moved.error.why ?? moved.error.what}`;
}

/** What was merged stays on a branch, whatever somebody did to it. */
export async function keepIntegration(ctx: RunContext): Promise<void> {
  const { head, landing, started } = ctx.state;
  if (landing?.type === 'run.landed' || head === started.base.commit) return;
  if ((await ctx.ports.git.resolve(`refs/heads/${started.branch}`)) === null) await restore(ctx, head);
}

async function restore(ctx: RunContext, commit: string): Promise<boolean> {
  const { branch } = ctx.state.started;
  if (!(await ctx.ports.git.createBranch(branch, commit))) return false;
  const text = `${branch} was deleted while the run was going on; it is there again, with all that is merged`;
  await ctx.publish({ type: 'notice', level: 'warning', code: 'integration-restored', text });
  return true;
}

const movedBySomebody = ({ state }: RunContext, from: string): string =>
  `${state.started.branch} is not at ${from.slice(0, 12)} any more; something other than teams moved it`;
