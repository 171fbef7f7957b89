import type { Reason } from '../domain/events.ts';
import { treeReasons } from '../domain/judge.ts';
import { type Candidate, type MergeWork, type Obstacle, withMergeWorktree } from './merge-work.ts';
import { takeSeat } from './backends.ts';
import { endedBadly } from './ended-badly.ts';
import { commandsText, findingText, storiesText } from './prompts.ts';
import type { RunContext } from './run-context.ts';
import { RESULT } from './run-layout.ts';
import { runSession } from './session.ts';
import { prepareWorktree, verifyCommands } from './worktree-checks.ts';

/**
 * A merger session on the materialised candidate. Only its tree is taken; the merge commit is always made by `teams`,
 * so no answer can choose its parents.
 */
export async function resolveMerge(
  ctx: RunContext,
  work: MergeWork,
  obstacle: Obstacle,
  merged: { readonly tree: string; readonly conflicts: readonly string[] },
): Promise<Candidate | Obstacle | 'stopped' | 'held'> {
  const epic = ctx.epicText(work.epicId);
  const seat = takeSeat(ctx, ctx.epic(work.epicId).plan.backend, { ...ctx.config.models, ...epic.models });
  if (seat === null) return 'held';
  return withMergeWorktree(ctx, work.onto, async (worktree) => {
    await ctx.ports.git.materialiseMerge(worktree, work.head);
    const setup = await prepareWorktree(ctx, {
      epicId: work.epicId,
      worktree,
      folder: `${work.folder}/setup-${ctx.epic(work.epicId).conflicts}`,
    });
    if (setup.stopped || ctx.stop.aborted) return 'stopped';
    const origin = obstacle.origin ?? obstacle.reason;
    const refuse = (reason: string): Obstacle => ({ ...obstacle, reason: `${reason} (${origin})`, origin });
    if (setup.failed !== null) return refuse(setup.failed.text);

    const finding = findingText({ rule: obstacle.kind, text: obstacle.reason, details: obstacle.details });
    const { end, answer, problem, held } = await runSession(ctx, {
      role: 'merger',
      epicId: work.epicId,
      attempt: ctx.epic(work.epicId).conflicts,
      ...seat,
      worktree,
      folder: `${work.folder}/merger-${ctx.epic(work.epicId).conflicts}`,
      input: {
        epic,
        conflicts: merged.conflicts,
        findings: [finding],
      },
      values: {
        epicId: work.epicId,
        title: epic.title,
        stories: storiesText(
          epic,
          epic.userStories.map((story) => story.id),
        ),
        conflicts:
          merged.conflicts.map((path) => `- ${path}`).join('\n') || 'None: git could merge every file.',
        reason: finding,
        verify: commandsText(verifyCommands(ctx, work.epicId)),
      },
      resultName: RESULT,
      total: ctx.config.timeouts.epic,
      resume: null,
    });
    if (end.cause === 'stopped') return 'stopped';
    if (held) return 'held';
    const badly = endedBadly(end) ?? problem?.text;
    if (badly !== undefined) return refuse(badly.replace('the session', 'the merger'));
    if (answer?.resolved !== true)
      return refuse(`the merger could not resolve it: ${answer?.details ?? 'no details'}`);
    return judgeResolution(ctx, work, worktree, merged.conflicts, refuse);
  });
}

async function judgeResolution(
  ctx: RunContext,
  work: MergeWork,
  worktree: string,
  conflicts: readonly string[],
  refuse: (reason: string) => Obstacle,
): Promise<Candidate | Obstacle> {
  const { git } = ctx.ports;
  const facts = await git.worktreeFacts(worktree);
  if (facts === null) return refuse('the merger destroyed its worktree');
  if (facts.dirty.length > 0) return refuse('the merger left its work uncommitted');
  if (facts.head === null || facts.head === work.onto) return refuse('the merger committed nothing');
  const tree = await git.treeOf(facts.head);
  const [wrong] = await wrongWith(ctx, work, worktree, tree);
  if (wrong !== undefined) return refuse(wrong.text);
  const marked = await git.pathsWithMarkers(tree, conflicts);
  if (marked.length > 0) return refuse(`conflict markers are left in ${marked.join(', ')}`);
  const keepsNothing = (await git.treeOf(work.onto)) === tree && (await git.treeOf(work.head)) !== tree;
  if (keepsNothing) return refuse('the resolution drops the whole work of the epic');
  return { tree, by: 'merger' };
}

/** The rules that hold for the branch of an epic hold for what a merger makes of it. */
async function wrongWith(
  ctx: RunContext,
  { onto, head }: MergeWork,
  worktree: string,
  tree: string,
): Promise<readonly Reason[]> {
  const { git } = ctx.ports;
  const { paths, links } = await git.changesBetween(onto, tree);
  const protectedChanges = paths.filter((path) => ctx.setting.protectedPaths.includes(path));
  const nested = await git.nestedRepositories(tree, links);
  const submodules = links.filter((path) => !nested.includes(path));
  const unpublished = await git.unpublishedLinks(worktree, tree, submodules, [onto, head]);
  return treeReasons({ protectedChanges, nested, unpublished });
}
