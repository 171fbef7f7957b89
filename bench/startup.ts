import { spawnSync } from 'node:child_process';
import { type Measure, median, type Row } from './measure.ts';
import { cpuSecondsOfChildren } from './proc.ts';
import { makeProject } from './project.ts';
import { cleanEnvironment, inFolder, runToEnd, TEAMS } from './teams-process.ts';

/** The kernel counts in steps of 10 ms: a batch is long enough for them not to matter. */
const BATCH = 8;
const ROUNDS = 9;

const COMMANDS = { node: ['-e', '0'], help: [TEAMS, '--help'], status: [TEAMS, 'status'] } as const;
type Name = keyof typeof COMMANDS;

/** CPU time of one execution, in milliseconds. */
function cpuOf(args: readonly string[], cwd: string): number {
  const before = cpuSecondsOfChildren();
  for (let i = 0; i < BATCH; i++) {
    const { status, stderr } = spawnSync(process.execPath, args, { cwd, env: cleanEnvironment() });
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}\n${String(stderr)}`);
  }
  return ((cpuSecondsOfChildren() - before) * 1000) / BATCH;
}

function run(): Promise<readonly Row[]> {
  return inFolder(async (folder) => {
    const epics = Array.from({ length: 8 }, (_, k) => ({ id: `E-${k + 1}`, stories: 3 }));
    const config = { backend: 'agents', parallel: 2, backends: { agents: { script: 'agents.json' } } };
    makeProject(folder, { epics, config, files: { 'agents.json': '{}' } });
    await runToEnd([process.execPath, TEAMS, 'run'], folder);
    const times: Record<Name, number[]> = { node: [], help: [], status: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of ['node', 'help', 'status'] as const) times[name].push(cpuOf(COMMANDS[name], folder));
    }
    const shown = (name: Name): string => `${median(times[name]).toFixed(1)} ms`;
    const row = (name: Name, what: string, bar: number): Row => ({
      what: `CPU time of ${what}`,
      measured: shown(name),
      reference: `${shown('node')} (node -e 0)`,
      value: median(times[name].map((time, i) => time / (times.node[i] ?? Number.NaN))),
      bar,
      unit: '×',
    });
    return [row('help', 'teams --help', 1.8), row('status', 'teams status', 2.8)];
  });
}

export const startup: Measure = {
  name: 'startup',
  how: [
    `user and system time of ended children in /proc, ${ROUNDS} rounds of ${BATCH} executions of each in turn, medians; status in a repository with a finished run of 8 epics.`,
  ],
  run,
};
