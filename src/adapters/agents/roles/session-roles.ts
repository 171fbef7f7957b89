import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../../domain/config.ts';
import { type AgentRole, teamOf } from '../../../domain/roles.ts';
import type { SessionRequest } from '../../../engine/ports.ts';
import { readRoles } from '../../prompt-files.ts';
import { storing } from '../../storage-error.ts';
import { overridesIn, type RoleCliName, rolesFor } from './registry.ts';
import { roleFilesIn } from './repository-roles.ts';
import type { Delivery } from './role-cli.ts';

export interface SessionRoles extends Pick<Delivery, 'args' | 'env'> {
  /** Roles that the repository defines itself, with the file: they win, and that has to be said. */
  readonly overrides: ReadonlyMap<AgentRole, string>;
}

/**
 * Makes the roles of a lead's team known to its CLI: writes what has to be written below `home`, and says what the
 * command line and the environment need. Sessions of other roles start no sub-agents. Throws `StorageError`.
 */
export async function rolesForSession(
  cli: RoleCliName,
  request: Pick<SessionRequest, 'role' | 'worktree' | 'models'>,
  setting: {
    readonly config: Pick<Config, 'planning' | 'validation'>;
    /** Absolute, outside of the worktree. */
    readonly home: string;
  },
): Promise<SessionRoles> {
  const team = request.role === 'team-lead' ? teamOf(setting.config) : [];
  const overrides = overridesIn(cli, team, await roleFilesIn(request.worktree));
  const roles = readRoles(team.filter((role) => !overrides.has(role)));
  const { args, env, files } = rolesFor(cli, { roles, models: request.models, sessionHome: setting.home });
  for (const file of files) {
    const path = join(setting.home, file.path);
    await storing(path, async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(path, file.content, { mode: 0o600 });
    });
  }
  return { args, env, overrides };
}
