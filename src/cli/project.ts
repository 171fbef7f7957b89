import { join, relative, resolve } from 'node:path';
import { writeEditorSchemas } from '../adapters/editor-schemas.ts';
import { loadRuns } from '../adapters/journal/runs.ts';
import { makeTeamsFolder, runFolder, teamsFolder } from '../adapters/layout.ts';
import { workProblem, excludeTeamsFolder, openRepository, type Repository } from '../adapters/repository.ts';
import { isThere } from '../adapters/there.ts';
import type { Config } from '../domain/config.ts';
import { hasErrors } from '../domain/diagnostics.ts';
import { EXIT, type ExitCode } from '../domain/exit-codes.ts';
import type { Prd } from '../domain/prd.ts';
import { fail, ok, type Outcome } from '../domain/problem.ts';
import { shellPath } from '../domain/shell-word.ts';
import type { RunState } from '../domain/state.ts';
import { isTask } from '../domain/task.ts';
import { PRD_COPY } from '../engine/run-layout.ts';
import { renderDiagnostics } from '../report/diagnostics.ts';
import { backendNames, CONFIG_FILE, type ConfigRequest, loadConfig } from '../source/load-config.ts';
import { loadPrd } from '../source/load-prd.ts';
import { isInside } from './is-inside.ts';
import { type CommandContext, refuse, lookOf } from './output.ts';
import { runToResume } from './run-to-resume.ts';

/** What every command that changes something works on: a repository, its configuration and its PRD, all valid. */
export interface Project {
  readonly repository: Repository;
  readonly root: string;
  /** `.teams` of the repository. */
  readonly teams: string;
  readonly config: Config;
  readonly prdFile: string;
  /** From the root, with forward slashes: as git prints it. */
  readonly prdPath: string;
  readonly prd: Prd;
}

export interface ProjectWish extends CommandContext {
  /** As typed; absent: prd.json at the root of the repository. Of a run: the one that it is about. The last run is no task. */
  readonly prd?: string | undefined | { readonly of: 'last-run' | 'run-to-resume' };
  readonly flags: ConfigRequest['flags'];
}

/** Opens it, or says on stderr what is wrong and gives the exit code. Warnings are said and do not stop. */
export async function openProject(wish: ProjectWish): Promise<Outcome<Project, ExitCode>> {
  const opened = await openRepository(wish.cwd);
  if (!opened.ok) return fail(refuse(wish, opened.error, EXIT.environment));
  const repository = opened.value;
  const { root } = repository;
  const unworkable = await workProblem(root);
  if (unworkable !== null) return fail(refuse(wish, unworkable, EXIT.environment));
  const configName = relative(wish.cwd, join(root, CONFIG_FILE));
  const { config, diagnostics: ofConfig } = await loadConfig({
    root,
    name: configName,
    flags: wish.flags,
    env: wish.env,
  });
  const found = await findPrd(wish, root);
  if (!found.ok) return fail(refuse(wish, found.error, EXIT.environment));
  const { file: prdFile, copy } = found.value;
  const { prd, diagnostics: ofPrd } = await loadPrd(prdFile, {
    name: relative(wish.cwd, prdFile),
    ...(config === null ? {} : { backends: backendNames(config) }),
  });
  const diagnostics = [...ofConfig, ...ofPrd];
  if (diagnostics.length > 0) wish.stderr(renderDiagnostics(diagnostics, lookOf(wish)));
  if (prd === null && copy !== null && isThere(copy)) {
    const [from, to] = [copy, prdFile].map((path) => shellPath(relative(wish.cwd, path)));
    wish.stderr(`the run has a copy of it: cp ${from} ${to}\n`);
  }
  if (config === null || prd === null || hasErrors(diagnostics)) return fail(EXIT.usage);
  const prdPath = relative(root, prdFile).replaceAll('\\', '/');
  if (!isInside(root, prdFile))
    return fail(
      refuse(
        wish,
        {
          code: 'prd-outside',
          what: 'the PRD is outside of the repository',
          where: prdFile,
          fix: 'move it into the repository, it need not be committed',
        },
        EXIT.usage,
      ),
    );
  await excludeTeamsFolder(repository);
  const teams = await makeTeamsFolder(root);
  // In a fresh clone, `$schema` of the files in it names what is not there yet.
  await writeEditorSchemas(teams);
  return ok({ repository, root, teams, config, prdFile, prdPath, prd });
}

/** `copy`: the one of the run that it is about, if it is about one. */
async function findPrd(
  { prd, cwd }: ProjectWish,
  root: string,
): Promise<Outcome<{ readonly file: string; readonly copy: string | null }>> {
  if (typeof prd === 'string') return ok({ file: resolve(cwd, prd), copy: null });
  const teams = teamsFolder(root);
  const run = prd === undefined ? ok(null) : await runOf(prd.of, teams);
  if (!run.ok) return run;
  const started = run.value?.started;
  return ok({
    file: join(root, started?.prd ?? 'prd.json'),
    copy: started === undefined ? null : join(runFolder(teams, started.runId), PRD_COPY),
  });
}

async function runOf(which: 'last-run' | 'run-to-resume', teams: string): Promise<Outcome<RunState | null>> {
  if (which === 'run-to-resume') return runToResume(teams);
  const runs = await loadRuns(teams);
  return runs.ok ? ok(runs.value.find((run) => !isTask(run)) ?? null) : runs;
}
