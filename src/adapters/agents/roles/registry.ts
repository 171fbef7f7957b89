import type { AgentCli } from '../../../domain/backend-names.ts';
import type { AgentRole } from '../../../domain/role-names.ts';
import { modelFor, type Models, type RoleSource } from '../../../domain/roles.ts';
import { claudeRoles } from './claude.ts';
import { codexRoles } from './codex.ts';
import { copilotRoles } from './copilot.ts';
import { opencodeRoles } from './opencode.ts';
import type { CastRole, Delivery, RoleCli } from './role-cli.ts';

/** The CLIs that know roles. */
export const ROLE_CLIS: Readonly<Record<AgentCli, RoleCli>> = {
  claude: claudeRoles,
  codex: codexRoles,
  copilot: copilotRoles,
  opencode: opencodeRoles,
};

/**
 * What makes roles known to a session of a CLI. Leave out those that the repository defines itself (`overridesIn`):
 * with two of one name it is up to the CLI which one counts.
 */
export function rolesFor(
  cli: AgentCli,
  session: {
    readonly roles: readonly RoleSource[];
    /** `models` of the configuration, with those of the epic on top. */
    readonly models: Models;
    /** Absolute, outside of the worktree. */
    readonly sessionHome: string;
  },
): Delivery {
  return ROLE_CLIS[cli].deliver(
    session.roles.map((role) => cast(cli, role, session.models)),
    session.sessionHome,
  );
}

/** The file that defines a role for a CLI. */
export const renderRole = (cli: AgentCli, role: RoleSource, models: Models): string =>
  ROLE_CLIS[cli].render(cast(cli, role, models));

function cast(cli: AgentCli, role: RoleSource, models: Models): CastRole {
  return { role, model: modelFor(role, { ...ROLE_CLIS[cli].tiers, ...models }) };
}

/** Which of the roles a repository defines itself for a CLI, by its files; paths are relative to its root. */
export function overridesIn(
  cli: AgentCli,
  roles: readonly AgentRole[],
  files: readonly string[],
): ReadonlyMap<AgentRole, string> {
  const found = new Map<AgentRole, string>();
  for (const path of files) {
    const name = ROLE_CLIS[cli].definedBy(path);
    const role = roles.find((candidate) => candidate === name);
    if (role !== undefined && !found.has(role)) found.set(role, path);
  }
  return found;
}
