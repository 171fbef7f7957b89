import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { EpicSpec } from '../rig/prd.ts';
import { campaign, expectIntact, treeOf } from './campaign.ts';

const check = { verify: ['test ! -e broken.txt'] };

/** E1 and E2 conflict, E3 fails its check at first; see agent.sh. */
const EPICS: readonly EpicSpec[] = [
  { id: 'E1' },
  { id: 'E2' },
  { id: 'E3', dependsOn: ['E1'], stories: 2, more: check },
  { id: 'E4', dependsOn: ['E1', 'E2'] },
  { id: 'E5', dependsOn: ['E3', 'E4'] },
  { id: 'E6', dependsOn: ['E2'] },
];

/**
 * Kills a run at each boundary that an undisturbed one comes by and goes on with it. Half of the boundaries, by name, so that
 * two test files can share the work. A failed one can be tried alone: vitest -t '<its name>'.
 */
export async function killAtEveryBoundary(half: 0 | 1): Promise<void> {
  const all = await campaign(EPICS, 1);
  afterAll(() => all.remove());
  const dry = all.fresh();
  const log = join(dry.path, '../boundaries');
  expect(await all.crash(dry, 'run', '', log)).toBe(0);
  const tree = treeOf(dry);
  await expectIntact(dry, tree);
  const boundaries = chosen(readFileSync(log, 'utf8').trim().split('\n'));

  describe.concurrent('killed', () => {
    test.each(boundaries.filter((name) => halfOf(name) === half))('%s', async (name) => {
      const at = all.fresh();
      expect(await all.crash(at, 'run', name)).toBe('SIGKILL');
      await all.goOn(at);
      await expectIntact(at, tree);
      at.remove();
    });
  });
}

/**
 * Between two effects that follow each other one kill is enough: that before the second, which for an event of the
 * journal also leaves half a line. After an effect something else is true only where a process goes on, where a file of
 * the person was written, and at the end.
 */
function chosen(names: readonly string[]): readonly string[] {
  const after =
    /^after (process\.started|materialiseMerge|run\.ended|prd\.write|write verdict|write summary)/;
  // They are written side by side, or as evidence, and no program reads them again.
  const inputs = /\/(prompt\.md|input\.json|prd\.json)$|write merges\/[^/]+\.json$/;
  return names.filter((name) => (name.startsWith('before') && !inputs.test(name)) || after.test(name));
}

const halfOf = (name: string): number => Buffer.from(name).reduce((sum, byte) => sum + byte, 0) % 2;
