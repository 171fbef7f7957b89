import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Measure, Row } from './measure.ts';
import { cpuSeconds } from './proc.ts';
import { makeProject } from './project.ts';
import { inFolder, start, TEAMS } from './teams-process.ts';
import { pidOf, whenAtWork } from './wait.ts';

const SESSIONS = 10;
const SECONDS = 60;
const SETTLING = 5_000;

/** CPU seconds of `teams` while its sessions say nothing. */
function silence(argv: readonly [string, ...string[]]): Promise<number> {
  return inFolder(async (folder) => {
    const epics = Array.from({ length: SESSIONS }, (_, k) => ({ id: `E-${k + 1}` }));
    const backends = { silent: { command: ['sleep', '600'], stdin: 'none' as const, env: [] } };
    makeProject(folder, { epics, config: { backend: 'silent', parallel: SESSIONS, backends } });
    const { ended } = start(argv, folder);
    const pid = pidOf(await whenAtWork(folder, SESSIONS));
    await sleep(SETTLING);
    const before = cpuSeconds(pid);
    await sleep(SECONDS * 1000);
    const used = cpuSeconds(pid) - before;
    process.kill(pid, 'SIGINT');
    await ended;
    return used;
  });
}

async function run(): Promise<readonly Row[]> {
  const plain = [process.execPath, TEAMS, 'run'] as const;
  const hasScript = spawnSync('script', ['--version']).status === 0;
  const command = plain.map((part) => `'${part.replaceAll("'", `'\\''`)}'`).join(' ');
  const live = ['script', '-qec', command, '/dev/null'] as const;
  const used = await Promise.all([silence(plain), ...(hasScript ? [silence(live)] : [])]);
  return used.map((seconds, i) => ({
    what: `CPU of teams, ${SESSIONS} silent sessions, ${SECONDS} s, ${i === 0 ? 'plain output' : 'live view'}`,
    measured: `${seconds.toFixed(2)} s`,
    reference: '',
    value: seconds,
    bar: 0.5,
    unit: 's',
  }));
}

export const silent: Measure = {
  name: 'silence',
  how: [
    `user and system time of the process of teams in /proc, over ${SECONDS} s in which ${SESSIONS} sessions sleep; the live view on a terminal that script(1) makes, where there is one.`,
  ],
  run,
};
