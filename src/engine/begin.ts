import type { EventOf } from '../domain/events.ts';
import { list } from '../domain/words.ts';
import { type MissingBackend, pauseMissing } from './backends.ts';
import type { RunContext } from './run-context.ts';

/** Puts a new run on record, makes its integration branch and says what a person should know before walking away. */
export async function beginRun(
  ctx: RunContext,
  started: EventOf<'run.started'>,
  about: RepositoryFacts,
): Promise<void> {
  await ctx.publish(started);
  // The name holds a fresh run id: if it is taken all the same, the first merge finds it elsewhere and fails.
  await ctx.ports.git.createBranch(started.branch, started.start);
  await pauseMissing(ctx, about.missing);
  for (const notice of await notices(ctx, started, about)) await ctx.publish({ type: 'notice', ...notice });
}

export interface RepositoryFacts {
  readonly includesDirty: boolean;
  readonly hasSubmodules: boolean;
  readonly isSparse: boolean;
  /** A commit with the tracked changes of the checkout as they are now; null: there are none. */
  readonly snapshot: string | null;
  readonly missing: readonly MissingBackend[];
  /** What runs left that nothing is known of any more, for people; null: nothing. */
  readonly lost: string | null;
}

type Notice = Omit<EventOf<'notice'>, 'type'>;

async function notices(
  ctx: RunContext,
  started: EventOf<'run.started'>,
  about: RepositoryFacts,
): Promise<readonly Notice[]> {
  const found: Notice[] = [];
  if (started.goesOnFrom !== null) {
    const text = `goes on from ${started.goesOnFrom}, which is not landed and has merged epics`;
    found.push({ level: 'info', code: 'goes-on', text });
  }
  const carried = started.epics.filter((epic) => epic.carried !== undefined);
  if (carried.length > 0) {
    const text = `goes on with unmerged work of earlier runs: ${list(carried.map((epic) => epic.id))}`;
    found.push({ level: 'info', code: 'carried', text });
  }
  const { dirty } = await ctx.ports.git.checkoutFacts();
  const left = dirty.filter((path) => !ctx.setting.protectedPaths.includes(path));
  if (left.length > 0 && !about.includesDirty) {
    const text = `not committed in your checkout, so not part of the run: ${list(left)} (--include-dirty takes tracked changes)`;
    // Nothing of ours touches the checkout, but an agent could stray into it.
    const saved =
      about.snapshot === null
        ? ''
        : `; a copy of the tracked ones is in commit ${about.snapshot.slice(0, 12)}`;
    found.push({ level: 'warning', code: 'dirty-checkout', text: text + saved });
  }
  if (
    ctx.config.verify.length === 0 &&
    ctx.setting.prd.epics.every((epic) => (epic.verify ?? []).length === 0)
  ) {
    const text =
      'no checks are configured: add "verify" to teams.config.yml, so that merged also means proven';
    found.push({ level: 'warning', code: 'no-checks', text });
  }
  if (about.hasSubmodules && !ctx.config.setup.some((command) => command.includes('submodule'))) {
    const text =
      'the repository has submodules, which new worktrees lack: add "git submodule update --init" to setup';
    found.push({ level: 'warning', code: 'submodules', text });
  }
  if (about.isSparse) {
    const text =
      'the checkout is sparse, and so are the worktrees: agents and checks have only what it has (git sparse-checkout disable gives them everything)';
    found.push({ level: 'warning', code: 'sparse-checkout', text });
  }
  if (about.lost !== null) found.push({ level: 'warning', code: 'lost-runs', text: about.lost });
  return found;
}
