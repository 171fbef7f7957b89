import { join, relative } from 'node:path';
import about from '../../../package.json' with { type: 'json' };
import { isThere } from '../../adapters/there.ts';
import { findExecutable } from '../../adapters/agents/executable.ts';
import { inspectBackends } from '../../adapters/agents/inspect.ts';
import { ROLE_CLIS } from '../../adapters/agents/roles/registry.ts';
import { diskFacts } from '../../adapters/disk.ts';
import { gitVersion } from '../../adapters/git/version.ts';
import { teamsFolder } from '../../adapters/layout.ts';
import { workProblem, openRepository } from '../../adapters/repository.ts';
import { type Config, DEFAULTS } from '../../domain/config.ts';
import { type UsedBackend, type DoctorFacts, findingsOf, isReady } from '../../domain/doctor.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import type { Prd } from '../../domain/prd.ts';
import { ok } from '../../domain/problem.ts';
import { doctorText } from '../../report/doctor.ts';
import { paintFor } from '../../report/paint.ts';
import { backendNames, CONFIG_FILE, loadConfig } from '../../source/load-config.ts';
import { loadPrd } from '../../source/load-prd.ts';
import { wishedBackends } from '../backends.ts';
import type { CommandContext } from '../output.ts';
import { findRepository } from '../../adapters/find-repository.ts';

export interface DoctorOptions extends CommandContext {
  readonly json?: boolean | undefined;
}

/** Everything that a run needs of its surroundings, with a fix for what is missing. Works anywhere, changes nothing. */
export async function doctorCommand(options: DoctorOptions): Promise<ExitCode> {
  const facts = await gatherFacts(options);
  const findings = findingsOf(facts);
  const ready = isReady(findings);
  if (options.json === true) {
    const repository = facts.repository.ok ? facts.repository.value : null;
    options.stdout(`${JSON.stringify({ v: 1, ready, ...facts, repository, findings })}\n`);
  } else {
    options.stdout(doctorText(facts, findings, paintFor(options.color)));
  }
  return ready ? EXIT.passed : EXIT.environment;
}

async function gatherFacts({ cwd, env }: DoctorOptions): Promise<DoctorFacts> {
  const [git, gitPath, opened, around] = await Promise.all([
    gitVersion(cwd),
    findExecutable('git', cwd),
    openRepository(cwd),
    findRepository(cwd),
  ]);
  // A repository that cannot be worked with, without a commit say, may have a configuration all the same.
  const root = opened.ok ? opened.value.root : around.ok ? around.value : cwd;
  const name = relative(cwd, join(root, CONFIG_FILE));
  const { config, diagnostics, file } = await loadConfig({ root, name, flags: {}, env });
  const found = await findPrd(cwd, root, config);
  const uses = usesIn(config, found?.prd ?? null);
  const names = new Set([
    ...Object.keys(ROLE_CLIS),
    ...Object.keys((config ?? DEFAULTS).backends),
    ...uses.keys(),
  ]);
  const teams = teamsFolder(root);
  const [backends, disk, unworkable] = await Promise.all([
    inspectBackends(names, config ?? DEFAULTS, root),
    diskFacts(isThere(teams) ? teams : root),
    opened.ok ? workProblem(root) : null,
  ]);
  return {
    teams: about.version,
    platform: `${process.platform} ${process.arch}`,
    git: { ...git, path: gitPath },
    node: {
      version: process.versions.node,
      path: process.execPath,
      oldest: about.engines.node.replace('>=', ''),
    },
    disk,
    repository: opened.ok
      ? ok({ root, branch: opened.value.branch, head: opened.value.head, problem: unworkable })
      : opened,
    configuration: {
      file: file === null ? null : name,
      permissions: (config ?? DEFAULTS).permissions,
      diagnostics,
    },
    prd: found === null ? null : found.facts,
    backends: backends.map((backend) => ({ ...backend, use: uses.get(backend.name) ?? 'none' })),
  };
}

async function findPrd(
  cwd: string,
  root: string,
  config: Config | null,
): Promise<{ readonly prd: Prd | null; readonly facts: NonNullable<DoctorFacts['prd']> } | null> {
  const path = join(root, 'prd.json');
  if (!isThere(path)) return null;
  const file = relative(cwd, path);
  const { prd, diagnostics } = await loadPrd(path, {
    name: file,
    toRun: true,
    ...(config === null ? {} : { backends: backendNames(config) }),
  });
  const epics = prd?.epics ?? [];
  const stories = epics.reduce((sum, { userStories }) => sum + userStories.length, 0);
  return { prd, facts: { file, epics: epics.length, stories, diagnostics } };
}

/** Nobody knows what a run would use when the configuration is not valid. */
function usesIn(config: Config | null, prd: Prd | null): ReadonlyMap<string, UsedBackend['use']> {
  if (config === null) return new Map();
  const open = (prd?.epics ?? []).filter(({ status }) => status !== 'completed');
  return new Map([
    ...config.fallback.map((name) => [name, 'stand-in'] as const),
    ...[...wishedBackends(config, open)].map((name) => [name, 'needed'] as const),
  ]);
}
