import { createSessions } from '../adapters/agents/sessions.ts';
import { createChecks } from '../adapters/checks.ts';
import { systemClock } from '../adapters/clock.ts';
import { runFiles } from '../adapters/files.ts';
import { openInboxes } from '../adapters/inbox.ts';
import { openGit } from '../adapters/git/open.ts';
import { openJournal } from '../adapters/journal/journal.ts';
import { runFolder, worktreesFolder } from '../adapters/layout.ts';
import { prdProjection } from '../adapters/prd-file.ts';
import { processes } from '../adapters/process/processes.ts';
import { secretsOf } from '../adapters/secrets.ts';
import { readPrompts } from '../adapters/prompt-files.ts';
import { CONFIG_FILE } from '../source/load-config.ts';
import type { Ports } from '../engine/ports.ts';
import { type Listener, RunContext } from '../engine/run-context.ts';
import type { RunState } from '../domain/state.ts';
import type { Project } from './project.ts';

/** The only place that knows which adapter stands behind which port. */
export async function composePorts(project: Project, runId: string, lastSeq: number): Promise<Ports> {
  const { root, teams, config, prdFile } = project;
  const folder = runFolder(teams, runId);
  const secrets = secretsOf(config);
  return {
    git: openGit(root, runId),
    journal: await openJournal(folder, lastSeq),
    sessions: createSessions({ config, root }),
    checks: createChecks({ grace: config.timeouts.grace, secrets }),
    processes,
    inboxes: openInboxes(secrets.text),
    files: runFiles(folder, worktreesFolder(teams, runId), root, secrets),
    prd: prdProjection(prdFile, teams),
    clock: systemClock,
  };
}

export type Compose = typeof composePorts;

/** `state`: null for a run that has not begun. */
export async function openRun(
  project: Project,
  run: { readonly runId: string; readonly state: RunState | null },
  listeners: readonly Listener[],
  compose: Compose,
): Promise<RunContext> {
  const setting = {
    ports: await compose(project, run.runId, run.state?.seq ?? 0),
    config: project.config,
    prd: project.prd,
    prdPath: project.prdPath,
    prompts: readPrompts(),
    protectedPaths: [project.prdPath, CONFIG_FILE],
  };
  return new RunContext(setting, run.runId, run.state, listeners);
}
