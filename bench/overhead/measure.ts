import { appendFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Measure, median, type Row } from '../measure.ts';
import { journalOf, makeProject, runFolderOf } from '../project.ts';
import { inFolder, runToEnd, TEAMS } from '../teams-process.ts';

const SMALL = 50;
const LARGE = 200;
const ROUNDS = 3;

interface Cost {
  /** Beyond the agents' own time and the start of `teams`, in milliseconds per epic. */
  readonly teams: number;
  readonly reference: number;
}

/** Each epic changes a file that is there already: a tree that grows would cost every checkout more, ours or not. */
async function once(count: number): Promise<Cost> {
  const epics = Array.from({ length: count }, (_, k) => ({ id: `E-${k + 1}` }));
  const agent = readFileSync('bench/overhead/agent.sh', 'utf8');
  const config = {
    backend: 'instant',
    parallel: 1,
    backends: { instant: { command: ['./agent.sh'], stdin: 'none' as const, env: [] } },
  };
  const project = { epics, config, files: { 'agent.sh': agent } };
  const teams = await inFolder(async (folder) => {
    makeProject(folder, project);
    await runToEnd([process.execPath, TEAMS, 'run'], folder);
    return (timeOf(folder) - epics.reduce((sum, { id }) => sum + agentTime(folder, id), 0)) / count;
  });
  const reference = await inFolder(async (folder) => {
    makeProject(folder, project);
    mkdirSync(join(folder, '.teams', 'worktrees'), { recursive: true });
    appendFileSync(join(folder, '.git', 'info', 'exclude'), '/.teams/\n');
    const { seconds } = await runToEnd(
      ['sh', join(process.cwd(), 'bench/overhead/reference.sh'), String(count)],
      folder,
    );
    return (seconds * 1000) / count;
  });
  return { teams, reference };
}

/** From the first event to the last. */
function timeOf(folder: string): number {
  const events = journalOf(folder);
  return Date.parse(events.at(-1)?.at ?? '') - Date.parse(events[0]?.at ?? '');
}

function agentTime(folder: string, epicId: string): number {
  const result = join(runFolderOf(folder), 'epics', epicId, 'attempt-1', 'result.json');
  return statSync(`${result}.end`).mtimeMs - statSync(`${result}.begin`).mtimeMs;
}

async function run(): Promise<readonly Row[]> {
  const small: Cost[] = [];
  const large: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // What the disk does besides weighs more on the short one.
    small.push(await once(SMALL), await once(SMALL));
    large.push(await once(LARGE));
  }
  const ratio = (list: readonly Cost[]): number =>
    median(list.map(({ teams, reference }) => teams / reference));
  const perEpic = (list: readonly Cost[], who: keyof Cost): number => median(list.map((cost) => cost[who]));
  const shown = (ms: number): string => `${ms.toFixed(1)} ms`;
  const row = (count: number, list: readonly Cost[]): Row => ({
    what: `overhead per epic, ${count} epics, parallel 1`,
    measured: shown(perEpic(list, 'teams')),
    reference: `${shown(perEpic(list, 'reference'))} (shell loop)`,
    value: ratio(list),
    bar: 1.5,
    unit: '×',
  });
  return [
    row(SMALL, small),
    row(LARGE, large),
    {
      what: `overhead per epic, ${LARGE} against ${SMALL} epics`,
      measured: shown(perEpic(large, 'teams')),
      reference: `${shown(perEpic(small, 'teams'))} (${SMALL} epics)`,
      value: perEpic(large, 'teams') / perEpic(small, 'teams'),
      bar: 1.2,
      unit: '×',
    },
  ];
}

export const overhead: Measure = {
  name: 'overhead',
  how: [
    `a run of ${SMALL} and of ${LARGE} independent epics with a shell script as agent, from its first to its last journal event, less what the script itself took (its git add and git commit too), per epic; the reference is a shell loop of git worktree add, add, commit, merge-tree, commit-tree, update-ref and worktree remove on an identical repository; in turn, ${2 * ROUNDS} times the small and ${ROUNDS} times the large one; medians, of the ratios too.`,
  ],
  run,
};
