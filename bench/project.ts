import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ConfigFile } from '../src/domain/config.ts';
import type { TeamsEvent } from '../src/domain/events.ts';
import { type EpicSpec, prd } from '../tests/rig/prd.ts';
import { cleanEnvironment } from './teams-process.ts';

export interface ProjectSpec {
  readonly epics: readonly EpicSpec[];
  readonly config: ConfigFile;
  readonly files?: Readonly<Record<string, string>>;
}

/** A repository of some eighty files with a PRD and a configuration, committed. */
export function makeProject(folder: string, { epics, config, files = {} }: ProjectSpec): void {
  const sources = Array.from({ length: 80 }, (_, i) => [
    `src/m${i % 20}/file-${i}.txt`,
    `file ${i}\n`.repeat(20),
  ]);
  const all: Readonly<Record<string, string>> = {
    ...Object.fromEntries(sources),
    'prd.json': prd(epics),
    // JSON is YAML too.
    'teams.config.yml': `${JSON.stringify({ version: 1, preset: 'minimal', ...config }, null, 2)}\n`,
    ...files,
  };
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content, { mode: name.endsWith('.sh') ? 0o755 : 0o644 });
  }
  const git = (...args: string[]): void =>
    void execFileSync('git', args, { cwd: folder, env: cleanEnvironment() });
  git('init', '-q', '-b', 'main');
  git('config', 'user.name', 'Bench');
  git('config', 'user.email', 'bench@example.invalid');
  // A gc in the background would be measured with whatever runs at that moment.
  git('config', 'gc.auto', '0');
  git('config', 'maintenance.auto', 'false');
  git('add', '-A');
  git('commit', '-q', '-m', 'Start');
}

/** The events of the only run in a project. */
export function journalOf(folder: string): readonly TeamsEvent[] {
  const run = runFolderOf(folder);
  return readFileSync(join(run, 'journal.ndjson'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TeamsEvent);
}

export function runFolderOf(folder: string): string {
  const runs = join(folder, '.teams', 'runs');
  const [id, ...more] = readdirSync(runs);
  if (id === undefined || more.length > 0) throw new Error(`${runs} has to hold exactly one run`);
  return join(runs, id);
}
