import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect } from 'vitest';
import type { EventOf } from '../../src/domain/events.ts';
import { loadPrd } from '../../src/source/load-prd.ts';
import { survivors } from '../rig/leftovers.ts';
import { type EpicSpec, prd } from '../rig/prd.ts';
import { eventsOf, journal, runFolder } from '../rig/run-files.ts';
import { cleanEnvironment } from '../rig/teams.ts';
import { gitEnvironment, type TempRepo, tempRepo } from '../rig/temp-repo.ts';
import type { Answer, Wish } from './crash-entry.ts';

const AGENT = fileURLToPath(new URL('agent.sh', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Everything of a campaign lies in one temporary folder. */
export interface Campaign {
  /** A copy of the repository as it was before any run. */
  fresh(): Case;
  /** `teams run` or `resume` as a process that kills itself at a boundary ('' never); names of all boundaries go to `log`. */
  crash(
    at: Case,
    command: 'run' | 'resume',
    boundary: string,
    log?: string,
  ): Promise<NodeJS.Signals | number>;
  /**
   * Goes on after a crash, to the end and with success: by default `resume`, or `run` when the crash came before there
   * was anything to resume.
   */
  goOn(at: Case, command?: 'run' | 'resume'): Promise<void>;
  remove(): Promise<void>;
}

export interface Case {
  readonly path: string;
  remove(): void;
}

export async function campaign(epics: readonly EpicSpec[], parallel: number): Promise<Campaign> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'teams-fault-')));
  const entry = await bundleEntry(join(folder, 'entry'));
  const template = templateOf(epics, parallel);
  const env = { ...cleanEnvironment(), ...gitEnvironment };
  const server = serve(entry, env);
  return {
    fresh() {
      const parent = mkdtempSync(join(folder, 'case-'));
      const path = join(parent, 'repo');
      cpSync(template.path, path, { recursive: true });
      return { path, remove: () => rmSync(parent, { recursive: true, force: true }) };
    },
    async crash(at, command, boundary, log = '') {
      const child = spawn(process.execPath, [entry, command, boundary, log], {
        cwd: at.path,
        env,
        stdio: 'ignore',
      });
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      return signal ?? code ?? -1;
    },
    async goOn(at, command = hasBegun(at) ? 'resume' : 'run') {
      const { code, said } = await server.perform({ command, cwd: at.path });
      if (code !== 0) expect.fail(`${command} ended with ${code}:\n${said}`);
    },
    async remove() {
      await server.end();
      template.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function serve(entry: string, env: NodeJS.ProcessEnv) {
  const child = fork(entry, ['serve'], { env, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  child.on('exit', () => {
    for (const [id, answer] of waiting) answer({ id, code: null, said: 'the server of the campaign died' });
  });
  return {
    perform: (wish: Omit<Wish, 'id'>): Promise<Answer> =>
      new Promise((resolve) => {
        const id = ++last;
        waiting.set(id, resolve);
        child.send({ ...wish, id } satisfies Wish);
      }),
    async end(): Promise<void> {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/** The package as far as a run needs it: its code with the fault in it, and its prompts. */
async function bundleEntry(folder: string): Promise<string> {
  const outfile = join(folder, 'crash-entry.js');
  await build({
    entryPoints: [fileURLToPath(new URL('crash-entry.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    mainFields: ['module', 'main'],
    minifyWhitespace: true,
    minifySyntax: true,
    // Dependencies that are not ES modules ask for modules of node.
    banner: { js: 'const require=process.getBuiltinModule;' },
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const part of ['prompts', 'schemas']) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  }
  return outfile;
}

function templateOf(epics: readonly EpicSpec[], parallel: number): TempRepo {
  const config = {
    version: 1,
    backend: 'agent',
    parallel,
    timeouts: { grace: '3s' },
    backends: { agent: { command: [AGENT], stdin: 'none' } },
  };
  return tempRepo({
    files: { 'register.txt': '', 'teams.config.yml': JSON.stringify(config), 'prd.json': prd(epics) },
  });
}

/** The first event of a run is on disk. */
const hasBegun = (at: Case): boolean =>
  existsSync(join(at.path, '.teams/runs')) && journal(at.path).length > 0;

/** The tree that the newest run ended with. */
export const treeOf = (at: Case): string => firstParents(at)[0]?.tree ?? '';

/** What has to hold once a run has ended, whatever happened on the way: read from the disk, the processes and git. */
export async function expectIntact(at: Case, tree: string): Promise<void> {
  const events = journal(at.path);
  const { epics } = startOf(at);
  const line = firstParents(at);
  const loaded = await loadPrd(join(at.path, 'prd.json'));
  const verdict = JSON.parse(readFileSync(join(runFolder(at.path), 'verdict.json'), 'utf8')) as {
    verdict: string;
  };
  const below = (path: string): readonly string[] => {
    const folder = join(at.path, path);
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  const everyRun = (path: string): readonly string[] =>
    below(path).flatMap((run) => below(`${path}/${run}`).map((name) => `${run}/${name}`));
  expect({
    tree: line[0]?.tree,
    merges: line.flatMap((commit) => commit.epics).toSorted(),
    journaled: eventsOf(events, 'merge.done')
      .map((event) => event.epicId)
      .toSorted(),
    gaps: events.filter((event, index) => event.seq !== index + 1),
    last: events.at(-1)?.type,
    verdict: verdict.verdict,
    diagnostics: loaded.diagnostics,
    undone: loaded.prd?.epics.filter(
      (epic) => epic.status !== 'completed' || epic.userStories.some((story) => !story.passes),
    ),
    processes: below('.teams/runs').flatMap(survivors),
    worktrees: [...below('.git/worktrees'), ...everyRun('.teams/worktrees')],
    branches: everyRun('.git/refs/heads/teams-epics'),
    lock: below('.teams').filter((name) => name === 'lock'),
    checkout: git(at, 'status', '--porcelain'),
  }).toEqual({
    tree,
    merges: loaded.prd?.epics.map((epic) => epic.id).toSorted(),
    journaled: epics.map((epic) => epic.id).toSorted(),
    gaps: [],
    last: 'run.ended',
    verdict: 'pass',
    diagnostics: [],
    undone: [],
    processes: [],
    worktrees: [],
    branches: [],
    lock: [],
    checkout: 'M prd.json',
  });
}

const startOf = (at: Case): EventOf<'run.started'> =>
  eventsOf(journal(at.path), 'run.started')[0] ?? expect.fail('no run has started');

/** What was merged into the base, newest first, by an earlier run as well. */
function firstParents(at: Case): readonly { readonly tree: string; readonly epics: readonly string[] }[] {
  const { branch, base } = startOf(at);
  const format = '--format=%T %(trailers:key=Teams-Epic,valueonly,separator=%x20)';
  return git(at, 'log', '--first-parent', format, `${base.commit}..${branch}`)
    .split('\n')
    .map((text) => {
      const [tree = '', ...epics] = text.trim().split(' ');
      return { tree, epics };
    });
}

function git(at: Case, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: at.path, encoding: 'utf8' }).trim();
}
