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
  const costs = new Map<number, Cost[]>([
    [SMALL, []],
    [LARGE, []],
  ]);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [count, list] of costs) list.push(await once(count));
  }
  const ratio = (list: readonly Cost[]): number =>
    median(list.map(({ teams, reference }) => teams / reference));
  const perEpic = (list: readonly Cost[], who: keyof Cost): number => median(list.map((cost) => cost[who]));
  const shown = (ms: number): string => `${ms.toFixed(1)} ms`;
  const rows = [...costs].map(([count, list]): Row => ({
    what: `overhead per epic, ${count} epics, parallel 1`,
    measured: shown(perEpic(list, 'teams')),
    reference: `${shown(perEpic(list, 'reference'))} (shell loop)`,
    value: ratio(list),
    bar: 1.5,
    unit: '×',
  }));
  const [small, large] = [costs.get(SMALL) ?? [], costs.get(LARGE) ?? []];
  return [
    ...rows,
    {
      what: `overhead per epic, ${LARGE} against ${SMALL} epics`,
      measured: shown(perEpic(large, 'teams')),
      reference: `${shown(perEpic(small, 'teams'))} (${SMALL} epics)`,
      value: median(large.map((cost, i) => cost.teams / (small[i]?.teams ?? Number.NaN))),
      bar: 1.2,
      unit: '×',
    },
  ];
}

export const overhead: Measure = {
  name: 'overhead',
  how: [
    `a run of ${SMALL} and of ${LARGE} independent epics with a shell script as agent, from its first to its last journal event, less what the script itself took (its git add and git commit too), per epic; the reference is a shell loop of git worktree add, add, commit, merge-tree, commit-tree, update-ref and worktree remove on an identical repository; ${ROUNDS} times in turn, medians.`,
  ],
  run,
};
