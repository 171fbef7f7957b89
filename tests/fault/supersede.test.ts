import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { EpicSpec } from '../rig/prd.ts';
import { campaign, expectIntact, treeOf } from './campaign.ts';

// One after another, so that nothing overlaps.
const EPICS: readonly EpicSpec[] = [
  { id: 'E1' },
  { id: 'E2', dependsOn: ['E1'], stories: 2 },
  { id: 'E4', dependsOn: ['E2'] },
];

const all = await campaign(EPICS, 1);
afterAll(() => all.remove());

/** One epic is merged and one is under way. */
const CUT_OFF = 'before removeWorktree E2';

// A new run instead of resume: it ends the old one, and goes on from what that one got done.
const dry = all.fresh();
const log = join(dry.path, '../boundaries');
expect(await all.crash(dry, 'run', CUT_OFF)).toBe('SIGKILL');
expect(await all.crash(dry, 'run', '', log)).toBe(0);
const tree = treeOf(dry);
await expectIntact(dry, tree);
const names = readFileSync(log, 'utf8').trim().split('\n');
const boundaries = names
  .slice(0, names.indexOf('after createBranch') + 1)
  .filter((name) => name.startsWith('before') || name === 'after createBranch');

describe.concurrent('killed while a new run takes the place of one that was cut off', () => {
  test.each(boundaries)('%s', async (name) => {
    const at = all.fresh();
    expect(await all.crash(at, 'run', CUT_OFF)).toBe('SIGKILL');
    expect(await all.crash(at, 'run', name)).toBe('SIGKILL');
    await all.goOn(at, 'run');
    await expectIntact(at, tree);
    at.remove();
  });
});
