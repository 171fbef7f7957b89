import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { EpicSpec } from '../rig/prd.ts';
import { startTeams } from '../rig/teams.ts';
import { campaign, type Case, expectIntact, treeOf } from './campaign.ts';

/** Four at a time, of which the first two conflict and the third fails its check at first; see agent.sh. */
const EPICS: readonly EpicSpec[] = [
  { id: 'E1' },
  { id: 'E2' },
  { id: 'E3', stories: 2, more: { verify: ['test ! -e broken.txt'] } },
  { id: 'E4' },
  { id: 'E5', dependsOn: ['E1'] },
  { id: 'E6', dependsOn: ['E2', 'E3'] },
  { id: 'E7', dependsOn: ['E4'] },
  { id: 'E8', dependsOn: ['E4', 'E5'] },
  { id: 'E9', dependsOn: ['E6'] },
  { id: 'E10', dependsOn: ['E5', 'E7'] },
  { id: 'E11', dependsOn: ['E8'] },
  { id: 'E12', dependsOn: ['E9', 'E10'] },
];

const all = await campaign(EPICS, 4);
afterAll(() => all.remove());
const dry = all.fresh();
const log = join(dry.path, '../boundaries');
expect(await all.crash(dry, 'run', '', log)).toBe(0);
const tree = treeOf(dry);
await expectIntact(dry, tree);
const epicOf = (name: string): number => Number(/ E(\d+)( |$)/.exec(name)?.[1] ?? 0);
// What is done once for each epic is done in every run. Which of two that conflict comes second differs, and so does the
// order in which a run comes by these: in the order of their names the same seed always means the same moments.
const boundaries = readFileSync(log, 'utf8')
  .split('\n')
  .filter((name) => epicOf(name) > 0 && !/#|merger|conflict/.test(name))
  .toSorted((a, b) => epicOf(a) - epicOf(b) || (a < b ? -1 : 1));

/** Park and Miller: the same moments every time. */
function* randoms(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 48_271) % 2_147_483_647;
    yield state / 2_147_483_647;
  }
}

const random = randoms(2024);
const pick = (from: number, to: number): number => Math.floor(from + random.next().value * (to - from));

const twice = Array.from({ length: 15 }, () => {
  const first = pick(0, boundaries.length * 0.8);
  return [boundaries[first] ?? '', boundaries[pick(first, boundaries.length)] ?? ''] as const;
});
const byTime = Array.from({ length: 11 }, () => [pick(100, 1200), pick(100, 800)] as const);

describe.concurrent('killed', () => {
  test.each(twice)('%s, then %s', async (first, second) => {
    const at = all.fresh();
    expect(await all.crash(at, 'run', first)).toBe('SIGKILL');
    // What the first attempt got done is not done again, so the second boundary may be behind it.
    expect(['SIGKILL', 0]).toContain(await all.crash(at, 'resume', second));
    await all.goOn(at);
    await expectIntact(at, tree);
    at.remove();
  });

  test.each(byTime)('after %i ms, then after %i ms', async (first, second) => {
    const at = all.fresh();
    await killAfter(at, 'run', first);
    await killAfter(at, 'resume', second);
    await all.goOn(at);
    await expectIntact(at, tree);
    at.remove();
  });
});

/** The built `teams`, killed from outside; unless it was faster. The delay is the fault, nothing is waited for with it. */
async function killAfter(at: Case, command: 'run' | 'resume', ms: number): Promise<void> {
  const teams = startTeams([command, '--json'], { cwd: at.path });
  const timer = setTimeout(() => teams.kill('SIGKILL'), ms);
  await teams.ended;
  clearTimeout(timer);
}
