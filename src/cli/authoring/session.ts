import { join } from 'node:path';
import type { TalkRequest } from '../../adapters/agents/backend.ts';
import { createSessions } from '../../adapters/agents/sessions.ts';
import { authoringWorktree, inAuthoringWorktree } from '../../adapters/authoring-place.ts';
import { writePrivate } from '../../adapters/private-files.ts';
import { processes } from '../../adapters/process/processes.ts';
import type { Config } from '../../domain/config.ts';
import { EXIT } from '../../domain/exit-codes.ts';
import { clip, printable } from '../../domain/printable.ts';
import { because, lastWords } from '../../domain/words.ts';
import type { Git, SessionEnd, SessionWatch } from '../../engine/ports.ts';
import type { CommandContext } from '../output.ts';
import { onStopSignals } from '../stop-signals.ts';
import { onUncaught } from '../uncaught.ts';

/** A session in which a PRD or a plan is written, before there is a run. */
export interface AuthoringSession {
  readonly role: 'author' | 'planner';
  /** Of the command; several sessions may share it. */
  readonly id: string;
  readonly epicId: string | null;
  /** Absolute, made by `openAuthoring` or below such a folder. */
  readonly folder: string;
  readonly backend: string;
  readonly model: string | null;
  readonly models: Readonly<Record<string, string>>;
  readonly prompt: string;
  /** What it gets as JSON beside the prompt. */
  readonly input: unknown;
  readonly prdFile: string;
  readonly resultName: string;
}

/** Writes what the session gets and says how to start it, in `worktree`. Throws `StorageError`. */
export async function prepareSession(session: AuthoringSession, worktree: string): Promise<TalkRequest> {
  const { folder, id } = session;
  const promptFile = join(folder, 'prompt.md');
  const epicFile = join(folder, 'input.json');
  await writePrivate(promptFile, session.prompt);
  await writePrivate(epicFile, `${JSON.stringify(session.input, null, 1)}\n`);
  return {
    role: session.role,
    runId: id,
    epicId: session.epicId,
    attempt: 1,
    backend: session.backend,
    model: session.model,
    models: session.models,
    worktree,
    folder,
    promptFile,
    epicFile,
    resultPath: join(folder, session.resultName),
    prdFile: session.prdFile,
    resume: null,
  };
}

/**
 * One session that nobody talks to, in a worktree of its own: whatever it does there is thrown away, only its result
 * file counts. The lock of the repository has to be held.
 */
export async function runAlone(
  { git, config, root, teams, head }: Setting,
  session: AuthoringSession,
  watch: SessionWatch,
  stop: AbortSignal,
): Promise<SessionEnd> {
  const worktree = authoringWorktree(teams, session.id, session.epicId ?? session.role);
  return inAuthoringWorktree(git, { worktree, head }, async () => {
    const request = await prepareSession(session, worktree);
    const limits = { total: config.timeouts.epic, idle: config.timeouts.idle };
    return createSessions({ config, root }).run({ ...request, limits }, watch, stop);
  });
}

export interface Setting {
  /** One for all sessions of a command: what changes the repository happens one after another. */
  readonly git: Git;
  readonly config: Config;
  /** Of the checkout. */
  readonly root: string;
  readonly teams: string;
  /** The commit that the session sees. */
  readonly head: string;
}

/** Why a session that has ended by itself gave nothing; null: that is not known yet. */
export function failureOf(end: SessionEnd): string | null {
  if (end.cause !== 'exit') return 'the session reached a time limit';
  if (end.exitCode === 0) return null;
  const how = `the session exited with ${end.exitCode ?? `signal ${end.signal}`}`;
  return because(how, end.failure !== null ? clip(printable(end.failure.text), 200) : lastWords(end.tail));
}

/**
 * Until `unwatch` is called: Ctrl-C and the like abort, so that sessions are asked to end. A second one, and an error that
 * nobody catches, kill what the command has started; `clearLeft` tidies up after that.
 */
export function stopOnSignals(
  context: CommandContext,
  id: string,
): { readonly stop: AbortSignal; readonly unwatch: () => void } {
  const controller = new AbortController();
  const unwatch = onStopSignals(
    () => controller.abort(),
    () => void processes.reap(id, [], 0).finally(() => process.exit(EXIT.interrupted)),
  );
  const uncatch = onUncaught(context, () => processes.reap(id, []));
  return {
    stop: controller.signal,
    unwatch: () => {
      unwatch();
      uncatch();
    },
  };
}
