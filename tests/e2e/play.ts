import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Reason } from '../../src/domain/events.ts';
import { eventsOf, journal } from '../rig/run-files.ts';
import { scriptedProject, type ScriptSpec } from '../rig/scripted-project.ts';
import type { TempRepo } from '../rig/temp-repo.ts';
import { teams, type TeamsEnd } from '../rig/teams.ts';

/** A project on the scripted backend that is gone when the test is. */
export function project(options: Parameters<typeof scriptedProject>[0]): TempRepo {
  const repo = scriptedProject(options);
  onTestFinished(() => repo.remove());
  return repo;
}

export type Steps = Extract<NonNullable<NonNullable<ScriptSpec['team-lead']>['default']>, readonly unknown[]>;

export const sh = (script: string): Steps[number] => ({ run: ['sh', '-c', script] });

/** Runs `teams` in a repository and says everything it printed when the exit code is not the expected one. */
export async function expectTeams(
  code: number,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<TeamsEnd> {
  const end = await teams(args, options);
  if (end.code !== code) {
    throw new Error(
      `teams ${args.join(' ')} ended with ${end.code ?? end.signal}, not ${code}\n${end.stdout}\n${end.stderr}`,
    );
  }
  return end;
}

export interface PrdFile {
  readonly epics: readonly {
    readonly id: string;
    readonly status: string;
    readonly userStories: readonly {
      readonly id: string;
      readonly passes: boolean;
      readonly failureReason: string | null;
    }[];
  }[];
}

export const prdOf = (repo: { readonly path: string }): PrdFile =>
  JSON.parse(readFileSync(join(repo.path, 'prd.json'), 'utf8').replace(/^\ufeff/, '')) as PrdFile;

/** Status of every epic, by id. */
export const statusesOf = (repo: { readonly path: string }): Readonly<Record<string, string>> =>
  Object.fromEntries(prdOf(repo).epics.map((epic) => [epic.id, epic.status]));

/** Why the attempts at an epic failed, in the newest run. */
export const reasonsOf = (repo: { readonly path: string }, epicId: string): readonly Reason[] =>
  eventsOf(journal(repo.path), 'attempt.ended')
    .filter((event) => event.epicId === epicId)
    .flatMap((event) => event.reasons);

/** The ids of epics that were merged in the newest run, in order. */
export const mergedIn = (repo: { readonly path: string }): readonly string[] =>
  eventsOf(journal(repo.path), 'merge.done').map((event) => event.epicId);

/** The integration branch of the newest run. */
export function integrationOf(repo: { readonly path: string }): string {
  const [started] = eventsOf(journal(repo.path), 'run.started');
  if (started === undefined) throw new Error('the run has not started');
  return started.branch;
}

export const read = (repo: { readonly path: string }, path: string): string =>
  readFileSync(join(repo.path, path), 'utf8');

/** The text of notices of the newest run with a code. */
export const noticesOf = (repo: { readonly path: string }, code: string): readonly string[] =>
  eventsOf(journal(repo.path), 'notice')
    .filter((event) => event.code === code)
    .map((event) => event.text);

/** Replaces what the agents do, without committing it. */
export const rescript = (repo: TempRepo, script: ScriptSpec): void =>
  repo.write({ 'agents.json': `${JSON.stringify(script, null, 2)}\n` });
