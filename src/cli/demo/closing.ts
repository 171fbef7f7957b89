import { basename, join } from 'node:path';
import { drawnHistory } from '../../adapters/demo-project.ts';
import { runFolder, teamsFolder } from '../../adapters/layout.ts';
import { readIfThere } from '../../adapters/there.ts';
import { printable } from '../../domain/printable.ts';
import { shellPath, shellWord } from '../../domain/shell-word.ts';
import type { RunState } from '../../domain/state.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { Paint } from '../../report/paint.ts';
import { plural } from '../../report/words.ts';

export interface Closing {
  readonly folder: string;
  readonly state: RunState;
  readonly paint: Paint;
}

/** What to look at in a project that stays. */
export function whatNext({ folder, state, paint }: Closing): string {
  const teams = teamsCommand();
  const { branch, runId } = state.started;
  const shown = state.epics.find((epic) => epic.failures > 0) ?? state.epics[0];
  const rows: (readonly [string, string])[] = [
    [`cd ${shellPath(folder)}`, 'the project, with its main branch as it was'],
    [`${teams} status`, 'where every epic stands'],
    [`${teams} logs ${shown?.plan.id ?? ''}`, 'what its sessions did'],
    [`git log --graph --oneline ${shellWord(branch)}`, 'a commit per story, a merge per epic'],
    [`cat ${shellPath(`.teams/runs/${runId}/verdict.json`)}`, 'the verdict with its evidence'],
    [`git merge ${shellWord(branch)}`, 'takes the work over; then: node bin/shelf.js'],
  ];
  return block('Look at next', columns(rows, paint), paint);
}

/** How to go on with a run that was interrupted in a project that stays. */
export const howToResume = (folder: string): string =>
  `\nThe project is kept. To go on: cd ${shellPath(folder)} && ${teamsCommand()} resume\n`;

/** Of a project that goes away: the history that was made and the verdict, which could not be looked at any more. */
export async function whatWas({ folder, state, paint }: Closing): Promise<string> {
  const { branch, base } = state.started;
  const range = `${base.commit}..${branch}`;
  const history = await drawnHistory(folder, range);
  const verdict = await readVerdict(folder, state.started.runId);
  return [
    block(
      `The history of ${branch}`,
      history.map((line) => printable(line)),
      paint,
    ),
    ...(verdict === null ? [] : [block('verdict.json in short', verdictLines(verdict), paint)]),
    '\nThe project was temporary and is gone. To look around in it: teams demo --keep\n',
  ].join('');
}

/** The moments that the demonstration is about. */
export function whatHappened({ state, paint }: Closing): string {
  const lines = state.epics.flatMap((epic) => {
    const id = epic.plan.id;
    const retried = `${id}  a check failed, attempt ${epic.attempt} got the reason and mended it`;
    const resolved = `${id}  conflicted in ${epic.conflictFiles.join(', ')}; a merger resolved it, and the checks ran again`;
    if (epic.phase !== 'merged') return [];
    return [...(epic.failures > 0 ? [retried] : []), ...(epic.conflicts > 0 ? [resolved] : [])];
  });
  return lines.length === 0
    ? ''
    : block(
        'What you have seen',
        lines.map((line) => printable(line)),
        paint,
      );
}

/** Null when the run has not come that far. */
async function readVerdict(folder: string, runId: string): Promise<Verdict | null> {
  const path = join(runFolder(teamsFolder(folder), runId), 'verdict.json');
  const text = await readIfThere(path);
  return text === null ? null : (JSON.parse(text) as Verdict);
}

function verdictLines({ verdict, tests, checks, coverage, summary = '' }: Verdict): readonly string[] {
  const proven = coverage.filter((story) => story.proven && story.verdict === 'pass').length;
  const ran = checks.map(({ command, exitCode }) => `${command} exited with ${exitCode ?? 'a signal'}`);
  return [
    `verdict   ${verdict}`,
    `tests     ${tests}: ${ran.join(', ')}`,
    `coverage  ${proven} of ${plural(coverage.length, 'story', 'stories')} proven and judged as pass`,
    `summary   ${summary}`,
  ].map((line) => printable(line));
}

const block = (title: string, lines: readonly string[], paint: Paint): string =>
  `\n${paint.bold(title)}\n${lines.map((line) => `  ${line}\n`).join('')}`;

function columns(rows: readonly (readonly [string, string])[], paint: Paint): readonly string[] {
  const width = Math.max(...rows.map(([command]) => command.length));
  return rows.map(([command, meaning]) => `${paint.cyan(command.padEnd(width))}   ${paint.dim(meaning)}`);
}

/** From a clone there is no `teams` on the PATH: then what was started now works again. */
function teamsCommand(): string {
  const program = process.argv[1] ?? '';
  return basename(program) === 'bin.cjs' ? `node ${shellPath(program)}` : 'teams';
}
