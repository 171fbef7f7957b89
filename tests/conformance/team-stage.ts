import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConfigFile } from '../../src/domain/config.ts';
import { type EpicSpec, prd } from '../rig/prd.ts';
import { startTeams, type TeamsHandle } from '../rig/teams.ts';
import { type TempRepo, tempRepo } from '../rig/temp-repo.ts';
import type { CliName } from './install/clis.ts';
import { freshHome } from './isolate/home.ts';
import { loadScenario } from './model-server/scenario.ts';
import { type ModelServer, startModelServer } from './model-server/server.ts';

/** A project whose agents are one real CLI, whose model plays `scenarios/team/<scenario>.yml`. */
export interface TeamStage {
  readonly repo: TempRepo;
  readonly server: ModelServer;
  readonly start: (args?: readonly string[]) => TeamsHandle;
  close(): Promise<void>;
}

export interface StageOptions {
  /** Default: one epic with two stories. */
  readonly epics?: readonly EpicSpec[];
  readonly config?: ConfigFile;
  /** An account with usage limits instead of a key, where the CLI knows the difference. */
  readonly subscription?: boolean;
  /** Of the person who starts `teams`, beside the home. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function openTeamStage(
  name: CliName,
  binary: string,
  scenario: string,
  options: StageOptions = {},
): Promise<TeamStage> {
  const repo = tempRepo({
    files: {
      'prd.json': prd(options.epics ?? [{ id: 'E1', stories: 2 }]),
      // JSON is YAML too.
      'teams.config.yml': JSON.stringify({ version: 1, backend: name, preset: 'full', ...options.config }),
    },
  });
  const folder = dirname(repo.path);
  const server = await startModelServer(
    loadScenario(fileURLToPath(new URL(`scenarios/team/${scenario}.yml`, import.meta.url))),
    process.env['TEAMS_BODIES'] ? { bodies: join(process.env['TEAMS_BODIES'], `${name}-${scenario}`) } : {},
  );
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(binary, join(bin, name));
  const home = freshHome(name, server.url, join(folder, 'home'), {
    subscription: options.subscription ?? false,
  });
  const env = { ...home, ...options.env, PATH: `${bin}:${home['PATH'] ?? ''}` };
  return {
    repo,
    server,
    start: (args = ['run']) => startTeams(args, { cwd: repo.path, env }),
    close: async () => {
      await server.close();
      repo.remove();
    },
  };
}
