import { existsSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { TalkRequest } from '../../adapters/agents/backend.ts';
import { createSessions } from '../../adapters/agents/sessions.ts';
import { newRunId, worktreesFolder } from '../../adapters/layout.ts';
import { processes } from '../../adapters/process/processes.ts';
import { storing } from '../../adapters/storage-error.ts';
import type { Config } from '../../domain/config.ts';
import { EXIT } from '../../domain/exit-codes.ts';
import type { Git, SessionEnd, SessionWatch } from '../../engine/ports.ts';
import { onStopSignals } from '../stop-signals.ts';

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

/** Where the files of one command are that writes a PRD. */
export function authoringPlace(teams: string): { readonly id: string; readonly folder: string } {
  const id = newRunId(new Date());
  return { id, folder: join(teams, 'authoring', id) };
}

/** A fresh folder below `.teams/authoring/`. Throws `StorageError`. */
export async function openAuthoring(teams: string): Promise<ReturnType<typeof authoringPlace>> {
  const { id, folder } = authoringPlace(teams);
  await storing(folder, () => mkdir(folder, { recursive: true, mode: 0o700 }));
  return { id, folder };
}

/** Writes what the session gets and says how to start it, in `worktree`. Throws `StorageError`. */
export async function prepareSession(session: AuthoringSession, worktree: string): Promise<TalkRequest> {
  const { folder, id } = session;
  const promptFile = join(folder, 'prompt.md');
  const epicFile = join(folder, 'input.json');
  await storing(folder, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(promptFile, session.prompt, { mode: 0o600 });
    await writeFile(epicFile, `${JSON.stringify(session.input, null, 1)}\n`, { mode: 0o600 });
  });
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
  const folder = worktreesFolder(teams, session.id);
  const worktree = join(folder, session.epicId ?? session.role);
  await git.addDetachedWorktree(worktree, head);
  try {
    const request = await prepareSession(session, worktree);
    const limits = { total: config.timeouts.epic, idle: config.timeouts.idle };
    return await createSessions({ config, root }).run({ ...request, limits }, watch, stop);
  } finally {
    await git.removeWorktree(worktree);
    // Another session of the same command may still be there.
    await rmdir(folder).catch(() => undefined);
  }
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

/**
 * Until `unwatch` is called: Ctrl-C and the like abort, so that sessions are asked to end. A second one kills what the
 * command has started; `clearLeft` tidies up after that.
 */
export function stopOnSignals(id: string): { readonly stop: AbortSignal; readonly unwatch: () => void } {
  const controller = new AbortController();
  const unwatch = onStopSignals(
    () => controller.abort(),
    () => void processes.reap(id, [], 0).finally(() => process.exit(EXIT.interrupted)),
  );
  return { stop: controller.signal, unwatch };
}

/** Ends and removes what sessions of a command that was killed left behind. The lock of the repository has to be held. */
export async function clearLeft(git: Git, teams: string): Promise<void> {
  if (!existsSync(join(teams, 'authoring'))) return;
  for (const worktree of await git.worktreesBelow(join(teams, 'worktrees'))) {
    const id = basename(dirname(worktree));
    if (!existsSync(join(teams, 'authoring', id))) continue;
    await processes.reap(id, []);
    await git.removeWorktree(worktree);
    await rmdir(dirname(worktree)).catch(() => undefined);
  }
}
