import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { attemptFolder } from '../../src/engine/run-layout.ts';
import { eventful } from '../report/story.ts';
import { runCli } from './cli.ts';
import { makeCheckout, RUN_ID, writeRun } from './run-folder.ts';

/** A repository can have links, and a session can leave anything in the folder of its attempt. */
let root: string;
beforeEach(async () => {
  root = await makeCheckout();
});
afterEach(() => rm(root, { recursive: true }));

/** Whoever opens it waits for a writer. */
const pipe = (path: string): unknown => execFileSync('mkfifo', [path]);
const endless = (path: string): Promise<void> => symlink('/dev/zero', path);

for (const [what, put] of [
  ['a pipe', pipe],
  ['a link to a device without an end', endless],
] as const) {
  test(`${what} in the place of the PRD or of the configuration keeps nobody waiting`, async () => {
    await put(join(root, 'prd.json'));
    expect(await runCli(['status'], root)).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: there has been no run here yet, and prd.json cannot be read\n  where: ${root}\n  fix:   teams validate\n`,
    });
    expect(await runCli(['__complete', 'reset', 'E'], root)).toMatchObject({ code: 0, stdout: 'words\n' });
    await put(join(root, 'teams.config.yml'));
    const backends = await runCli(['__complete', 'run', '--backend', 'c'], root);
    expect(backends.stdout).toContain('claude');
  });

  test(`${what} in the place of the journal or of the lock is named`, async () => {
    const folder = join(root, '.teams', 'runs', RUN_ID);
    await mkdir(folder, { recursive: true });
    const journal = join(folder, 'journal.ndjson');
    await put(journal);
    for (const command of ['status', 'logs']) {
      const { code, stderr } = await runCli([command], root);
      expect(code).toBe(3);
      expect(stderr).toContain(
        `error: the journal of the run cannot be read\n  where: ${journal}\n  why:   EFTYPE: not a regular file, open '${journal}'\n`,
      );
    }
    const lock = join(root, '.teams', 'lock');
    await put(lock);
    const { code, stderr } = await runCli(['status'], root);
    expect([code, stderr]).toEqual([
      3,
      `error: cannot write the files of the run: it is not a regular file\n  where: ${lock}\n  why:   teams acts only on what is safely on disk\n  fix:   move it out of the way, then type the same command again\n`,
    ]);
  });

  test(`${what} in the place of what a session printed is passed over`, async () => {
    const folder = await writeRun(root, eventful);
    const attempt = join(folder, attemptFolder('EPIC-001', 1));
    await mkdir(attempt, { recursive: true });
    await put(join(attempt, 'session.ndjson'));
    const { code, stdout } = await runCli(['logs', 'EPIC-001'], root);
    expect(code).toBe(0);
    expect(stdout).toContain('attempt 1');
  });
}
