import { crossCheck, findingsToMend } from '../domain/cross-check.ts';
import type { EpicPlan } from '../domain/events.ts';
import { clip, printable } from '../domain/printable.ts';
import { fixIdOf } from '../domain/state.ts';
import type { ValidatorAnswer, Verdict } from '../domain/verdict.ts';
import { takeSeat } from './backends.ts';
import { endedBadly } from './ended-badly.ts';
import { leadBackend } from './plan-epic.ts';
import { commandsText, storiesText } from './prompts.ts';
import type { RunContext } from './run-context.ts';
import { runSession } from './session.ts';
import { allVerifyCommands, type CheckRecord, prepareWorktree, runChecks } from './worktree-checks.ts';

type Ending =
  | { readonly outcome: 'interrupted' }
  | { readonly outcome: 'invalid'; readonly reasons: readonly string[] }
  | { readonly outcome: 'pass' | 'fail'; readonly verdict: Verdict };

/**
 * One round of the final validation, on the head of the integration branch: the checks, then the validator session,
 * then the cross-check of its answer against both.
 */
export async function validateRun(ctx: RunContext, round: number): Promise<void> {
  const { head } = ctx.state;
  await ctx.publish({ type: 'validation.started', round, head });
  const worktree = `${ctx.ports.files.worktrees}/_final`;
  await ctx.ports.git.addDetachedWorktree(worktree, head);
  const ending = await judgeHead(ctx, round, worktree);
  await ctx.ports.git.removeWorktree(worktree);
  switch (ending.outcome) {
    case 'interrupted':
      return ctx.publish({
        type: 'validation.ended',
        round,
        outcome: 'interrupted',
        reasons: [],
        findings: [],
      });
    case 'invalid':
      return ctx.publish({
        type: 'validation.ended',
        round,
        outcome: 'invalid',
        reasons: [...ending.reasons],
        findings: [],
      });
    case 'pass':
    case 'fail': {
      const { verdict } = ending;
      await ctx.ports.files.write('verdict.json', `${JSON.stringify(verdict, null, 2)}\n`);
      const findings = ending.outcome === 'pass' ? [] : distinctTitles(findingsToMend(verdict));
      return ctx.publish({
        type: 'validation.ended',
        round,
        outcome: ending.outcome,
        reasons: verdict.reasons,
        findings,
      });
    }
  }
}

async function judgeHead(ctx: RunContext, round: number, worktree: string): Promise<Ending> {
  const folder = `final/round-${round}`;
  const setup = await prepareWorktree(ctx, { epicId: null, worktree, folder: `${folder}/checks` });
  if (setup.stopped) return { outcome: 'interrupted' };
  const checks =
    setup.failed === null
      ? await runFinalChecks(ctx, worktree, `${folder}/checks`)
      : { records: setup.records, stopped: false };
  if (checks.stopped) return { outcome: 'interrupted' };

  let answer: ValidatorAnswer | null = null;
  if (ctx.state.started.finalValidation) {
    const session = await validatorSession(ctx, { round, worktree, folder, checks: checks.records });
    if (session === 'stopped') return { outcome: 'interrupted' };
    if ('none' in session) return { outcome: 'invalid', reasons: [session.none] };
    answer = session;
  }
  const verdict = crossCheck(answer, {
    runId: ctx.runId,
    round,
    now: new Date(ctx.ports.clock.now()).toISOString(),
    range: { from: ctx.state.started.base.commit, to: ctx.state.head },
    checks: checks.records,
    state: ctx.state,
  });
  return { outcome: verdict.verdict, verdict };
}

/** Every check is run, also after a failed one: the verdict lists them all. */
async function runFinalChecks(
  ctx: RunContext,
  worktree: string,
  folder: string,
): Promise<{ records: readonly CheckRecord[]; stopped: boolean }> {
  const records: CheckRecord[] = [];
  for (const [index, command] of allVerifyCommands(ctx).entries()) {
    const report = await runChecks(ctx, {
      epicId: null,
      where: 'final',
      worktree,
      folder: `${folder}/${index + 1}`,
      commands: [command],
    });
    if (report.stopped) return { records, stopped: true };
    records.push(...report.records);
  }
  return { records, stopped: false };
}

/** The answer, or why there is none. */
async function validatorSession(
  ctx: RunContext,
  place: { round: number; worktree: string; folder: string; checks: readonly CheckRecord[] },
): Promise<ValidatorAnswer | { readonly none: string } | 'stopped'> {
  const { prd } = ctx.setting;
  const seat = takeSeat(ctx, ctx.state.started.finalBackend, ctx.config.models);
  if (seat === null) return 'stopped';
  const inScope = new Set(ctx.state.epics.map((epic) => epic.plan.id));
  const epics = prd.epics.filter((epic) => inScope.has(epic.id));
  const range = { from: ctx.state.started.base.commit, to: ctx.state.head };
  const { end, answer, problem, held } = await runSession(ctx, {
    role: 'final-validator',
    epicId: null,
    attempt: place.round,
    ...seat,
    worktree: place.worktree,
    folder: place.folder,
    input: { prd: { ...prd, epics }, range, checks: place.checks },
    values: {
      project: prd.project,
      description: prd.description,
      from: range.from,
      to: range.to,
      epics: epics
        .map(
          (epic) =>
            `## ${epic.id}: ${epic.title}\n\n${storiesText(
              epic,
              epic.userStories.map((story) => story.id),
            )}`,
        )
        .join('\n\n'),
      checks:
        place.checks
          .map((check) => `- \`${check.command}\` exited with ${check.exitCode ?? 'a signal'}`)
          .join('\n') || 'None are configured.',
      setup: commandsText(ctx.config.setup),
      now: new Date(ctx.ports.clock.now()).toISOString(),
    },
    resultName: 'answer.json',
    total: ctx.config.timeouts.epic,
    resume: null,
  });
  // Whatever it wrote was not its last word.
  if (end.cause === 'stopped' || held) return 'stopped';
  const badly = endedBadly(end) ?? problem?.text;
  if (badly !== undefined) return { none: badly.replace('the session', 'the final validator') };
  return answer ?? { none: 'the final validator wrote no answer' };
}

/** Makes the epic in which a builder mends what the last round found; it is attempted and merged like any other. */
export async function planFix(ctx: RunContext, round: number): Promise<void> {
  const stories = ctx.state.validation.findings.map((finding, index) => ({
    id: `F-${index + 1}`,
    title: finding.title,
  }));
  const epic: EpicPlan = {
    id: fixIdOf(round),
    title: 'Mend what the final validation found',
    dependsOn: [],
    stories,
    hash: '',
    backend: leadBackend(ctx.config),
  };
  await ctx.publish({ type: 'fix.planned', round, epic });
}

/** Titles serve as keys for the details later, and they end up in prompts and on terminals. */
function distinctTitles(
  findings: readonly { title: string; details?: string }[],
): { title: string; details?: string }[] {
  const byTitle = new Map(findings.map(({ title, details }) => [clip(printable(title), 200), details]));
  return [...byTitle].slice(0, 20).map(([title, details]) => ({ title, details }));
}
