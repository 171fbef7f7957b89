import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gitEnvironment } from './rig/temp-repo.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teams-readme-'));
  await mkdir(join(folder, 'bin'));
  const teams = join(folder, 'bin', 'teams');
  await writeFile(teams, `#!/bin/sh\nexec ${process.execPath} ${resolve('dist/bin.cjs')} "$@"\n`);
  await chmod(teams, 0o755);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the way to a first product and the tour of the README run as written', async () => {
  const readme = await readFile('README.md', 'utf8');
  const between = (from: string, to: string): string =>
    readme.slice(readme.indexOf(`\n## ${from}\n`), readme.indexOf(`\n## ${to}\n`));
  const text = between('From an empty folder to a product', 'Your own') + between('A tour', 'While it runs');
  const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)].map((match) => match[1] ?? '');
  expect(blocks.length).toBeGreaterThan(5);

  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', blocks.join('\n')], {
    cwd: folder,
    env: { ...process.env, ...gitEnvironment, PATH: `${join(folder, 'bin')}:${process.env['PATH']}` },
  });

  expect(stdout).toContain('4 of 4 epics merged');
  expect(stdout).toContain('1  Buy milk');
  expect(stdout).toContain('US-003: claimed as passed without a commit');
  expect(stdout).toContain('3 of 3 epics merged');
  expect(stdout).toMatch(/verdict {3}pass/);
  const prd = JSON.parse(await readFile(join(folder, 'greeter', 'prd.json'), 'utf8')) as {
    epics: { status: string }[];
  };
  expect(prd.epics.map((epic) => epic.status)).toEqual(['completed', 'completed', 'completed']);
});
