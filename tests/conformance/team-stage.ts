import { mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFailed, type TestContext } from 'vitest';
import type { ConfigFile } from '../../src/domain/config.ts';
import { leftovers, processesWith } from '../rig/leftovers.ts';
import { type EpicSpec, prd } from '../rig/prd.ts';
import { startTeams, type TeamsHandle } from '../rig/teams.ts';
import { type TempRepo, tempRepo } from '../rig/temp-repo.ts';
import type { CliName } from './install/clis.ts';
import { cacheFolder } from './install/ensure-cli.ts';
import { freshHome } from './isolate/home.ts';
import { loadScenario } from './model-server/scenario.ts';
import { type ModelServer, startModelServer } from './model-server/server.ts';

/** A project whose agents are a real CLI, whose model plays `scenarios/team/<scenario>.yml`. */
export interface TeamStage {
  readonly repo: TempRepo;
  readonly server: ModelServer;
  readonly start: (args?: readonly string[]) => TeamsHandle;
  /** Takes everything away that the CLI remembers: its home is a fresh one. */
  readonly forget: () => void;
  close(): Promise<void>;
}

/** Another CLI that sessions can run on, with a model of its own. */
export interface Other {
  readonly name: CliName;
  readonly binary: string;
  readonly scenario: string;
}

export interface StageOptions {
  readonly others?: readonly Other[];
  /** Default: one epic with two stories. */
  readonly epics?: readonly EpicSpec[];
  readonly config?: ConfigFile;
  /** More files of the repository. */
  readonly files?: Readonly<Record<string, string>>;
  /** An account with usage limits instead of a key, where the CLI knows the difference. */
  readonly subscription?: boolean;
  /** Of the person who starts `teams`, beside the home. */
  readonly env?: Readonly<Record<string, string>>;
  /** For tests that run side by side: without it another one may be taken for the one that fails. */
  readonly onTestFailed?: TestContext['onTestFailed'];
}

export async function openTeamStage(
  name: CliName,
  binary: string,
  scenario: string,
  options: StageOptions = {},
): Promise<TeamStage> {
  const repo = tempRepo({
    below: workFolder(),
    files: {
      'prd.json': prd(options.epics ?? [{ id: 'E1', stories: 2 }]),
      // JSON is YAML too.
      'teams.config.yml': JSON.stringify({ version: 1, backend: name, preset: 'full', ...options.config }),
      ...options.files,
    },
  });
  const folder = dirname(repo.path);
  const homeFolder = homeOf(repo);
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const servers: ModelServer[] = [];
  const env: Record<string, string> = {};
  const makeHomes: (() => void)[] = [];
  const add = async (one: Other): Promise<ModelServer> => {
    const server = await openModel(one, options.onTestFailed ?? onTestFailed);
    const makeHome = () =>
      freshHome(one.name, server.url, homeFolder, { subscription: options.subscription ?? false });
    symlinkSync(one.binary, join(bin, one.name));
    servers.push(server);
    makeHomes.push(makeHome);
    Object.assign(env, makeHome());
    return server;
  };
  const server = await add({ name, binary, scenario });
  for (const other of options.others ?? []) await add(other);
  Object.assign(env, options.env, { PATH: `${bin}:${env['PATH'] ?? ''}` });
  const running = new Set<TeamsHandle>();
  return {
    repo,
    server,
    start: (args = ['run']) => {
      const handle = startTeams(args, { cwd: repo.path, env, inherit: false });
      running.add(handle);
      void handle.ended.then(() => running.delete(handle));
      return handle;
    },
    forget: () => {
      rmSync(homeFolder, { recursive: true });
      for (const makeHome of makeHomes) makeHome();
    },
    close: async () => {
      // Only after a failure, which must not disturb the tests after it.
      for (const handle of running) handle.kill('SIGKILL');
      await Promise.all([...running].map(({ ended }) => ended));
      for (const pid of leftovers(repo)['processes'] ?? []) process.kill(Number(pid), 'SIGKILL');
      await Promise.all(servers.map((one) => one.close()));
      repo.remove();
    },
  };
}

async function openModel(
  { name, scenario }: Other,
  whenFailed: TestContext['onTestFailed'],
): Promise<ModelServer> {
  const server = await startModelServer(
    loadScenario(fileURLToPath(new URL(`scenarios/team/${scenario}.yml`, import.meta.url))),
    process.env['TEAMS_BODIES'] ? { bodies: join(process.env['TEAMS_BODIES'], `${name}-${scenario}`) } : {},
  );
  whenFailed(() => console.error(`the model of ${name} in ${scenario} was asked\n${transcript(server)}`));
  return server;
}

/** Whether it was our scenario, the CLI or a command that went another way. */
const transcript = ({ requests }: ModelServer): string =>
  requests
    .filter(({ role }) => role !== null)
    .map(({ role, turn, answer, heard, problem }) =>
      JSON.stringify({ role, turn, answer, heard, ...(problem !== undefined && { problem }) }),
    )
    .join('\n');

const homeOf = ({ path }: TempRepo): string => join(dirname(path), 'home');

/** Neither of agents nor of `teams`, once it has ended. */
export function expectNothingLeft({ repo }: TeamStage): void {
  expect(leftovers(repo)).toMatchObject({ processes: [], worktrees: [], checkouts: [] });
  // Nor of a CLI that gave what it started another environment.
  expect(processesWith(`HOME=${homeOf(repo)}`)).toEqual([]);
}

/** Not where the rules of sandboxes and permissions are special: no repository of a person is there. */
function workFolder(): string {
  const special = ['/tmp', realpathSync(tmpdir())];
  const isSpecial = (folder: string): boolean => special.some((one) => `${folder}/`.startsWith(`${one}/`));
  const folder = [cacheFolder(), '/var/tmp'].find((one) => !isSpecial(one));
  if (folder === undefined) throw new Error('no folder outside of the one for temporary files');
  mkdirSync(folder, { recursive: true });
  return folder;
}
