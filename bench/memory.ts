import { setTimeout as sleep } from 'node:timers/promises';
import type { Measure, Row } from './measure.ts';
import { memory } from './proc.ts';
import { makeProject } from './project.ts';
import { inFolder, start, TEAMS } from './teams-process.ts';
import { pidOf, whenAtWork } from './wait.ts';

const STREAMS = 32;
const STREAM_SECONDS = 24;
/** Samples of the first part, in which Node's heap grows to its working size, do not count for flatness. */
const WARM_UP = 0.15;

/** Fifty lines five times a second. */
const STREAM = `#!/bin/sh
line='{"type":"activity","kind":"message","text":"reading the sources of the module and thinking about them"}'
block=$(i=0; while [ $i -lt 50 ]; do echo "$line"; i=$((i + 1)); done)
i=0
while [ $i -lt ${STREAM_SECONDS * 5} ]; do echo "$block"; sleep 0.2; i=$((i + 1)); done
`;
const FLOOD = `#!/bin/sh
yes 'a line of output that nobody asked for, such as a build prints when it is told to be verbose ........' | head -c 500000000
`;

interface Usage {
  readonly highest: number;
  /** Highest of the last third against highest of the first. */
  readonly growth: number;
}

/** `seconds`: how long the sessions write; what `teams` does when they have ended is another matter than flatness. */
function watchMemory(sessions: number, agent: string, everyMs: number, seconds: number): Promise<Usage> {
  return inFolder(async (folder) => {
    const epics = Array.from({ length: sessions }, (_, k) => ({ id: `E-${k + 1}` }));
    const backends = { noisy: { command: ['./agent.sh'], stdin: 'none' as const, env: [] } };
    const config = { backend: 'noisy', parallel: sessions, attempts: { epic: 1 }, backends };
    makeProject(folder, { epics, config, files: { 'agent.sh': agent } });
    const { ended } = start([process.execPath, TEAMS, 'run'], folder);
    const pid = pidOf(await whenAtWork(folder, sessions));
    const samples: number[] = [];
    const until = performance.now() + seconds * 1000;
    let highest = 0;
    for (let sample = memory(pid); sample !== null; sample = memory(pid)) {
      if (performance.now() < until) samples.push(sample.now);
      highest = sample.highest;
      await sleep(everyMs);
    }
    const { code, output } = await ended;
    // The agents do no work, so their epics fail; anything else would mean that they did not even speak.
    if (code !== 1 || samples.length < 10)
      throw new Error(`${samples.length} samples, ended with ${code}\n${output}`);
    const settled = samples.slice(Math.floor(samples.length * WARM_UP));
    const third = Math.floor(settled.length / 3);
    return { highest, growth: Math.max(...settled.slice(-third)) / Math.max(...settled.slice(0, third)) };
  });
}

const rows = (what: string, { highest, growth }: Usage): readonly Row[] => [
  {
    what: `memory, ${what}`,
    measured: `${Math.round(highest)} MB`,
    reference: '',
    value: highest,
    bar: 150,
    unit: 'MB',
  },
  {
    what: `memory, ${what}: last third`,
    measured: '',
    reference: 'first third',
    value: growth,
    bar: 1.15,
    unit: '×',
  },
];

async function run(): Promise<readonly Row[]> {
  const streaming = await watchMemory(STREAMS, STREAM, 250, STREAM_SECONDS - 2);
  const flooding = await watchMemory(1, FLOOD, 25, Infinity);
  return [
    ...rows(`${STREAMS} streaming sessions`, streaming),
    ...rows('a session that writes 500 MB', flooding),
  ];
}

export const memoryUse: Measure = {
  name: 'memory',
  how: [
    `VmHWM and VmRSS of the process of teams in /proc; ${STREAMS} sessions of 250 lines a second for ${STREAM_SECONDS} s, and one that writes 500 MB as fast as it can. Flat: while they write, after a warm-up of ${WARM_UP * 100} % the highest sample of the last third against that of the first.`,
  ],
  run,
};
