import type { AgentCli } from '../../../domain/backend-names.ts';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../../domain/config.ts';
import { teamOf } from '../../../domain/roles.ts';
import type { SessionRequest } from '../../../engine/ports.ts';
import { readRoles } from '../../prompt-files.ts';
import { storing } from '../../storage-error.ts';
import { overridesIn, rolesFor } from './registry.ts';
import { roleFilesIn } from './repository-roles.ts';
import type { Delivery } from './role-cli.ts';

export interface SessionRoles extends Pick<Delivery, 'args' | 'env'> {
  /** Which roles the repository defines itself: they win, and that has to be said. */
  readonly notes: readonly string[];
}

/**
 * Makes the roles of a lead's team known to its CLI: writes what has to be written into the folder of the session, and
 * says what the command line and the environment need. Sessions of other roles start no sub-agents. Throws
 * `StorageError`.
 */
export async function rolesForSession(
  cli: AgentCli,
  request: Pick<SessionRequest, 'role' | 'worktree' | 'models' | 'folder'>,
  config: Pick<Config, 'planning' | 'validation'>,
): Promise<SessionRoles> {
  const team = request.role === 'team-lead' ? teamOf(config) : [];
  const overrides = overridesIn(cli, team, await roleFilesIn(request.worktree));
  const roles = readRoles(team.filter((role) => !overrides.has(role)));
  const home = join(request.folder, 'roles');
  const { args, env, files } = rolesFor(cli, { roles, models: request.models, sessionHome: home });
  for (const file of files) {
    const path = join(home, file.path);
    await storing(path, async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(path, file.content, { mode: 0o600 });
    });
  }
  const notes = [...overrides].map(
    ([role, file]) => `The repository defines the role ${role} itself, in ${file}: it is used.`,
  );
  return { args, env, notes };
}
