import { rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JOURNAL_FILE, SNAPSHOT_FILE } from '../src/adapters/layout.ts';
import { replay } from '../src/adapters/journal/replay.ts';
import { writeSnapshot } from '../src/adapters/journal/state.ts';
import { longJournal, RUN_ID } from './large-journal.ts';
import { type Measure, median, type Row } from './measure.ts';
import { makeProject } from './project.ts';
import { inFolder, runToEnd, TEAMS } from './teams-process.ts';

const RUNS = 5;
const EVENTS = 100_000;

/** Wall clock of a command, the median in seconds. */
async function wall(folder: string, command: string, expected: RegExp): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const end = await runToEnd([process.execPath, TEAMS, command], folder);
    if (!expected.test(end.output)) throw new Error(`teams ${command} said\n${end.output}`);
    seconds.push(end.seconds);
  }
  return median(seconds);
}

const row = (what: string, seconds: number, bar: number): Row => ({
  what,
  measured: `${seconds.toFixed(2)} s`,
  reference: '',
  value: seconds,
  bar,
  unit: 's',
});

async function run(): Promise<readonly Row[]> {
  const config = { backend: 'agents', backends: { agents: { script: 'agents.json' } } };
  const files = { 'agents.json': '{}' };
  const validated = await inFolder((folder) => {
    const epics = Array.from({ length: 1000 }, (_, k) => ({
      id: `E-${k + 1}`,
      stories: 10,
      dependsOn: k < 10 ? [] : [`E-${k - 9}`, `E-${Math.ceil(k / 2)}`],
    }));
    makeProject(folder, { epics, config, files });
    return wall(folder, 'validate', /1000 epics, 10000 stories/);
  });
  const status = await inFolder(async (folder) => {
    makeProject(folder, { epics: [{ id: 'E-1' }], config, files });
    const runFolder = join(folder, '.teams', 'runs', RUN_ID);
    mkdirSync(runFolder, { recursive: true });
    writeFileSync(join(runFolder, JOURNAL_FILE), longJournal(EVENTS));
    const replayed = await replay(runFolder, { validate: true });
    if (!replayed.ok) throw new Error(`the generated journal is not valid: ${replayed.error.what}`);
    await writeSnapshot(runFolder, replayed.value.state);
    const withSnapshot = await wall(folder, 'status', new RegExp(RUN_ID));
    rmSync(join(runFolder, SNAPSHOT_FILE));
    return [withSnapshot, await wall(folder, 'status', new RegExp(RUN_ID))] as const;
  });
  return [
    row('validate, 1,000 epics and 10,000 stories', validated, 1),
    row('status, 100,000 journal events, with state.json', status[0], 0.5),
    row('status, 100,000 journal events, without state.json', status[1], 0.5),
  ];
}

export const large: Measure = {
  name: 'large',
  how: [
    `wall clock of the whole process, median of ${RUNS}; the journal is generated and checked against the schema of every event.`,
  ],
  run,
};
