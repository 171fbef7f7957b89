import { type ContractRole, parseAnswer } from '../domain/contract-text.ts';
import type { Reason } from '../domain/events.ts';
import { RESULT_LIMIT } from '../domain/result.ts';
import { modelFor } from '../domain/roles.ts';
import { budgetBlindSpot } from '../domain/budget.ts';
import { pauseBackend } from './backends.ts';
import { renderPrompt, settingValues } from './prompts.ts';
import type { SessionEnd, SessionRequest } from './ports.ts';
import type { RunContext } from './run-context.ts';
import { PRD_COPY } from './run-layout.ts';
import { steerAttempt } from './steering.ts';

export interface SessionPlan<R extends ContractRole> {
  readonly role: R;
  readonly epicId: string | null;
  readonly attempt: number;
  readonly backend: string;
  readonly models: Readonly<Record<string, string>>;
  readonly worktree: string;
  /** Folder of the evidence, relative to the folder of the run. */
  readonly folder: string;
  /** What the session gets as JSON beside the prompt. */
  readonly input: unknown;
  /** Values for the placeholders of the prompt, beside the paths and the contract. */
  readonly values: Readonly<Record<string, string>>;
  readonly resultName: string;
  readonly total: number;
  /** A session that was cut off, to go on with; null: a new one. */
  readonly resume: SessionRequest['resume'];
}

type Answer<R extends ContractRole> = Extract<
  ReturnType<typeof parseAnswer<R>>,
  { answer: unknown }
>['answer'];

export interface SessionReport<R extends ContractRole> {
  readonly end: SessionEnd;
  readonly answer: Answer<R> | null;
  /** Why there is no answer, or null. */
  readonly problem: Reason | null;
  /** It could not work because of its backend, on which nothing is started for now. */
  readonly held: boolean;
}

/**
 * Runs one session of an agent: writes what it gets, waits for its end, reads its answer without trusting it. One that
 * cannot be gone on with is begun anew.
 */
export async function runSession<R extends ContractRole>(
  ctx: RunContext,
  plan: SessionPlan<R>,
): Promise<SessionReport<R>> {
  const { end, opened, resultPath } = await playSession(ctx, plan);
  const lost = plan.resume !== null && !opened && end.cause === 'exit' && end.exitCode !== 0;
  if (lost && end.failure === null) {
    const text = `${plan.backend} has no session ${plan.resume.sessionId} any more: ${plan.epicId ?? plan.role} begins a new one`;
    await ctx.publish({ type: 'notice', level: 'info', code: 'session-not-resumed', text });
    return runSession(ctx, { ...plan, resume: null });
  }
  const held =
    end.cause === 'exit' && end.failure !== null && (await pauseBackend(ctx, plan.backend, end.failure));
  return { end, held, ...(await readAnswer(ctx, plan.role, resultPath)) };
}

async function playSession<R extends ContractRole>(
  ctx: RunContext,
  plan: SessionPlan<R>,
): Promise<{ end: SessionEnd; opened: boolean; resultPath: string }> {
  const { files } = ctx.ports;
  await files.makeFolder(plan.folder);
  const resultPath = files.path(`${plan.folder}/${plan.resultName}`);
  const paths = {
    promptFile: files.path(`${plan.folder}/prompt.md`),
    epicFile: files.path(`${plan.folder}/input.json`),
    prdFile: files.path(PRD_COPY),
  };
  const { prompts } = ctx.setting;
  const prompt = renderPrompt(prompts, plan.role, {
    ...settingValues(prompts, ctx.config, plan),
    ...plan.values,
    resumed: plan.resume === null ? 'no' : 'yes',
    result: resultPath,
    worktree: plan.worktree,
    input: paths.epicFile,
    prd: paths.prdFile,
  });
  await Promise.all([
    files.write(`${plan.folder}/prompt.md`, prompt),
    files.write(`${plan.folder}/input.json`, JSON.stringify(plan.input, null, 1)),
  ]);
  let pid: number | null = null;
  let opened = false;
  // Others have a task that leaves nothing to steer.
  const steering =
    plan.epicId !== null && (plan.role === 'team-lead' || plan.role === 'builder')
      ? steerAttempt(ctx, { ...plan, epicId: plan.epicId })
      : null;
  const end = await ctx.ports.sessions.run(
    {
      role: plan.role,
      runId: ctx.runId,
      epicId: plan.epicId,
      attempt: plan.attempt,
      backend: plan.backend,
      model: modelFor({ role: plan.role, model: prompts.sessions[plan.role].tier }, plan.models),
      models: plan.models,
      worktree: plan.worktree,
      folder: files.path(plan.folder),
      ...paths,
      resultPath,
      limits: { total: plan.total, idle: ctx.config.timeouts.idle },
      resume: plan.resume,
    },
    {
      started: (process) => {
        pid = process.pid;
        void ctx
          .publish({
            type: 'process.started',
            role: plan.role,
            epicId: plan.epicId,
            backend: plan.backend,
            ...process,
          })
          .catch((error: unknown) => ctx.abort(error));
      },
      opened: (sessionId) => {
        opened = true;
        const { role, epicId, backend } = plan;
        const resumed = plan.resume?.sessionId === sessionId;
        void ctx
          .publish({ type: 'session.opened', role, epicId, backend, sessionId, resumed })
          .catch((error: unknown) => ctx.abort(error));
      },
      activity: (activity) => ctx.activity(activity),
      ...(steering !== null && { listens: steering.listens }),
      notice: (text) =>
        void ctx
          .noticeOnce({ level: 'info', code: 'session', text })
          .catch((error: unknown) => ctx.abort(error)),
    },
    ctx.stop,
  );
  await steering?.end();
  if (pid !== null) {
    const { exitCode, signal, usage } = end;
    const before = budgetBlindSpot(ctx.state, plan.backend);
    await ctx.publish({ type: 'process.ended', pid, exitCode, signal, usage });
    const blind = budgetBlindSpot(ctx.state, plan.backend);
    if (before === null && blind !== null) {
      const what = blind === 'tokens' ? 'how many tokens a session took' : 'what a session cost';
      const text = `${plan.backend} did not tell ${what}: budget.${blind} cannot count it`;
      await ctx.publish({ type: 'notice', level: 'warning', code: 'budget-blind', text });
    }
  }
  return { end, opened, resultPath };
}

/** The answer file of a role, or the rule that it breaks. */
export async function readAnswer<R extends ContractRole>(
  ctx: RunContext,
  role: R,
  path: string,
): Promise<Pick<SessionReport<R>, 'answer' | 'problem'>> {
  const content = await ctx.ports.files.readUntrusted(path, RESULT_LIMIT);
  if (content === null) {
    return { answer: null, problem: { rule: 'result-missing', text: 'the session wrote no result file' } };
  }
  if ('refused' in content) {
    return {
      answer: null,
      problem: { rule: 'result-unreadable', text: `the result file is refused: ${content.refused}` },
    };
  }
  const parsed = parseAnswer(role, content.text);
  if ('answer' in parsed) return { answer: parsed.answer, problem: null };
  return {
    answer: null,
    problem: { rule: 'result-malformed', text: `the result file breaks the contract: ${parsed.problem}` },
  };
}
