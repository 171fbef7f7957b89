import { join, relative } from 'node:path';
import { installedRole, installRole } from '../../adapters/agents/roles/install.ts';
import { overridesIn, renderRole, ROLE_CLIS } from '../../adapters/agents/roles/registry.ts';
import { roleFilesIn } from '../../adapters/agents/roles/repository-roles.ts';
import { readRoles } from '../../adapters/prompt-files.ts';
import type { Config } from '../../domain/config.ts';
import { AGENT_CLIS, type AgentCli, isAgentCli } from '../../domain/backend-names.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { printable } from '../../domain/printable.ts';
import { fail, ok, type Outcome } from '../../domain/problem.ts';
import { AGENT_ROLES } from '../../domain/role-names.ts';
import type { RoleSource } from '../../domain/roles.ts';
import { renderDiagnostics } from '../../report/diagnostics.ts';
import { hanging } from '../../report/width.ts';
import { CONFIG_FILE, loadConfig } from '../../source/load-config.ts';
import { nearMiss } from '../../domain/near-miss.ts';
import { columnsOf, type CommandContext, printProblem, refuse, lookOf } from '../output.ts';
import { findRepository } from '../../adapters/find-repository.ts';

export interface AgentsOptions extends CommandContext {
  /** The agent CLI; absent: the backend of the configuration. */
  readonly backend?: string | undefined;
}

/** The roles, and where the repository has its own. */
export async function agentsListCommand(
  options: AgentsOptions & { readonly json?: boolean | undefined },
): Promise<ExitCode> {
  const wanted = options.backend;
  if (wanted !== undefined && !isAgentCli(wanted)) return refuse(options, unknownCli(wanted), EXIT.usage);
  const repository = await findRepository(options.cwd);
  // Roles can be looked at anywhere; only a repository can have its own.
  const root = repository.ok ? repository.value : null;
  const loaded = await configOf(options, root ?? options.cwd);
  if (loaded === null) return EXIT.usage;
  const roles = readRoles();
  const clis = wanted === undefined ? AGENT_CLIS : [wanted];
  const own = root === null ? [] : await ownRoles(root, clis, roles, loaded);
  if (options.json === true) {
    const rows = roles.map(({ role, description, model, access, tools }) => ({
      role,
      description,
      model,
      access,
      tools,
      repository: own.flatMap((one) =>
        one.role === role ? [{ backend: one.backend, file: one.file, same: one.same }] : [],
      ),
    }));
    options.stdout(`${JSON.stringify({ v: 1, roles: rows })}\n`);
    return EXIT.passed;
  }
  for (const { role, model, access, description } of roles) {
    const head = `${role.padEnd(16)} ${model.padEnd(6)} ${access.padEnd(6)} `;
    options.stdout(`${hanging(head, description, Math.min(columnsOf(options), 80))}\n`);
  }
  if (own.length > 0) options.stdout('\nIn this repository, and so instead of those above:\n');
  for (const { backend, role, file, same } of own) {
    const how = same ? 'as teams has it' : 'its own';
    options.stdout(`${backend.padEnd(16)} ${role.padEnd(16)} ${printable(file)} (${how})\n`);
  }
  return EXIT.passed;
}

/** Prints a role as the file that a CLI reads. */
export async function agentsShowCommand(
  options: AgentsOptions & { readonly role: string },
): Promise<ExitCode> {
  const [role] = readRoles(AGENT_ROLES.filter((name) => name === options.role));
  if (role === undefined) return refuse(options, unknownRole(options.role), EXIT.usage);
  const place = await placeOf(options);
  if (place === null) return EXIT.usage;
  options.stdout(printable(renderRole(place.cli, role, place.config.models), { multiline: true }));
  return EXIT.passed;
}

/** Writes the roles into the repository, for those who want to change them or to use them without `teams`. */
export async function agentsInstallCommand(
  options: AgentsOptions & { readonly force?: boolean | undefined },
): Promise<ExitCode> {
  const repository = await findRepository(options.cwd);
  if (!repository.ok) return refuse(options, repository.error, EXIT.environment);
  const place = await placeOf(options);
  if (place === null) return EXIT.usage;
  let kept = 0;
  for (const role of readRoles()) {
    const path = ROLE_CLIS[place.cli].fileOf(role.role);
    const content = renderRole(place.cli, role, place.config.models);
    const outcome = await installRole(repository.value, { path, content }, { force: options.force === true });
    if (!outcome.ok) return refuse(options, outcome.error, EXIT.environment);
    options.stdout(`${outcome.value === 'same' ? 'as it is' : outcome.value.padEnd(8)} ${path}\n`);
    if (outcome.value === 'kept') kept += 1;
  }
  if (kept === 0) return EXIT.passed;
  options.stdout(
    `${kept === 1 ? 'one file is' : `${kept} files are`} not as teams would write; --force replaces\n`,
  );
  return EXIT.notPassed;
}

interface OwnRole {
  readonly backend: AgentCli;
  readonly role: string;
  readonly file: string;
  readonly same: boolean;
}

async function ownRoles(
  root: string,
  clis: readonly AgentCli[],
  roles: readonly RoleSource[],
  config: Config,
): Promise<readonly OwnRole[]> {
  const files = await roleFilesIn(root);
  const found = clis.flatMap((backend) => {
    const overrides = overridesIn(backend, AGENT_ROLES, files);
    return roles.flatMap((role) => {
      const file = overrides.get(role.role);
      return file === undefined ? [] : [{ backend, role, file }];
    });
  });
  return Promise.all(
    found.map(async ({ backend, role, file }) => {
      // Copilot reads the files of Claude too: whichever of ours it is, it says the same.
      const ours = AGENT_CLIS.map((cli) =>
        installedRole(root, { path: file, content: renderRole(cli, role, config.models) }),
      );
      return { backend, role: role.role, file, same: (await Promise.all(ours)).includes('same') };
    }),
  );
}

/** The CLI that is meant and the configuration, or null after saying what is wrong. */
async function placeOf(
  options: AgentsOptions,
): Promise<{ readonly cli: AgentCli; readonly config: Config } | null> {
  const repository = await findRepository(options.cwd);
  const config = await configOf(options, repository.ok ? repository.value : options.cwd);
  if (config === null) return null;
  const cli = cliOf(options.backend ?? config.backend);
  if (cli.ok) return { cli: cli.value, config };
  printProblem(options, cli.error);
  return null;
}

const cliOf = (name: string): Outcome<AgentCli> => (isAgentCli(name) ? ok(name) : fail(unknownCli(name)));

async function configOf(options: AgentsOptions, root: string): Promise<Config | null> {
  const name = relative(options.cwd, join(root, CONFIG_FILE));
  const { config, diagnostics } = await loadConfig({ root, name, flags: {}, env: options.env });
  if (diagnostics.length > 0) options.stderr(renderDiagnostics(diagnostics, lookOf(options)));
  return config;
}

const unknownCli = (name: string) => ({
  code: 'no-roles',
  what: `the backend ${JSON.stringify(name)} has no files for roles`,
  fix: `choose one with --backend: ${Object.keys(ROLE_CLIS).join(', ')}`,
});

function unknownRole(name: string) {
  const near = nearMiss(name, AGENT_ROLES);
  return {
    code: 'unknown-role',
    what: `there is no role ${JSON.stringify(name)}`,
    fix: near === null ? `the roles are: ${AGENT_ROLES.join(', ')}` : `did you mean "${near}"?`,
  };
}
