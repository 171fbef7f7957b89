import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { tempFolder } from '../adapters/temp-folder.ts';
import { runCli } from './cli.ts';

let root: string;

beforeEach(() => {
  root = tempFolder();
  execFileSync('git', ['init', '-q', root]);
});

const agents = (...argv: string[]) => runCli(['agents', ...argv], root);

test('list: every role, and what the repository has instead', async () => {
  const { code, stdout, stderr } = await agents('list');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(`
builder          medium writes Builds one story test-first in the current
                               worktree and commits it, or mends findings of a
                               validator. Reports the commit SHA.
`);
  const heads = stdout.split('\n').filter((line) => !line.startsWith(' '));
  expect(heads.map((line) => line.split(/ {1,}/).slice(0, 3))).toEqual([
    ['epic-planner', 'large', 'reads'],
    ['story-planner', 'medium', 'reads'],
    ['builder', 'medium', 'writes'],
    ['story-validator', 'medium', 'reads'],
    ['epic-validator', 'large', 'reads'],
    ['final-validator', 'large', 'reads'],
    ['merger', 'large', 'writes'],
    [''],
  ]);

  await agents('install', '--backend', 'codex');
  await mkdir(join(root, '.claude/agents'), { recursive: true });
  await writeFile(join(root, '.claude/agents/builder.md'), 'mine\n');
  await writeFile(join(root, '.codex/agents/merger.toml'), 'mine\n');
  const own = (await agents('list')).stdout.split('\n\n')[1] ?? '';
  expect(own).toContain('In this repository, and so instead of those above:\n');
  expect(own).toMatch(/^claude +builder +\.claude\/agents\/builder\.md \(its own\)$/m);
  expect(own).toMatch(/^copilot +builder +\.claude\/agents\/builder\.md \(its own\)$/m);
  expect(own).toMatch(/^codex +builder +\.codex\/agents\/builder\.toml \(as teams has it\)$/m);
  expect(own).toMatch(/^codex +merger +\.codex\/agents\/merger\.toml \(its own\)$/m);

  const { roles } = JSON.parse((await agents('list', '--json', '--backend', 'claude')).stdout) as {
    roles: { role: string; repository: unknown[] }[];
  };
  expect(roles.map(({ repository }) => repository.length)).toEqual([0, 0, 1, 0, 0, 0, 0]);
  expect(roles[2]).toMatchObject({
    role: 'builder',
    model: 'medium',
    access: 'writes',
    repository: [{ backend: 'claude', file: '.claude/agents/builder.md', same: false }],
  });
});

test('show: as the configured CLI reads it, with the model that is pinned', async () => {
  await writeFile(join(root, 'teams.config.yml'), 'backend: codex\nmodels: { builder: gpt-x }\n');
  const { code, stdout } = await agents('show', 'builder');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^name = "builder"\ndescription = ".*"\nmodel = "gpt-x"\ndeveloper_instructions = """\n/,
  );
  expect((await agents('show', 'builder', '--backend', 'claude')).stdout).toMatch(
    /^---\nname: builder\n(?:.*\n)+?model: gpt-x\n---\n<!-- teams-role: builder -->\n/,
  );
});

test('install writes what show prints, keeps what was changed, and replaces it when forced', async () => {
  const first = await agents('install', '--backend', 'opencode');
  expect([first.code, first.stdout.split('\n')[0]]).toEqual([0, 'written  .opencode/agents/epic-planner.md']);
  const files = await readdir(join(root, '.opencode/agents'));
  expect(files).toHaveLength(7);
  const merger = join(root, '.opencode/agents/merger.md');
  const shown = (await agents('show', 'merger', '--backend', 'opencode')).stdout;
  expect(await readFile(merger, 'utf8')).toBe(shown);

  await writeFile(merger, 'mine\n');
  const second = await agents('install', '--backend', 'opencode');
  expect(second.code).toBe(1);
  expect(second.stdout).toContain('as it is .opencode/agents/builder.md\n');
  expect(second.stdout).toContain('kept     .opencode/agents/merger.md\n');
  expect(second.stdout).toContain('one file is not as teams would write; --force replaces\n');
  expect(await readFile(merger, 'utf8')).toBe('mine\n');

  const third = await agents('install', '--backend', 'opencode', '--force');
  expect(third.code).toBe(0);
  expect(await readFile(merger, 'utf8')).toBe(shown);
});

test('install never writes through a link', async () => {
  const elsewhere = tempFolder();
  await symlink(elsewhere, join(root, '.claude'));
  const { code, stderr } = await agents('install', '--backend', 'claude', '--force');
  expect(code).toBe(3);
  expect(stderr).toContain('.claude is a link');
  expect(await readdir(elsewhere)).toEqual([]);

  await mkdir(join(root, '.codex/agents'), { recursive: true });
  const target = join(elsewhere, 'file');
  await writeFile(target, 'precious');
  await symlink(target, join(root, '.codex/agents/epic-planner.toml'));
  expect((await agents('install', '--backend', 'codex', '--force')).code).toBe(3);
  expect(await readFile(target, 'utf8')).toBe('precious');
});

test('what cannot be meant is refused with what could be', async () => {
  expect(await agents('show', 'bilder')).toEqual({
    code: 2,
    stdout: '',
    stderr: 'error: there is no role "bilder"\n  fix:   did you mean "builder"?\n',
  });
  expect(await agents('install', '--backend', 'scripted')).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'error: the backend "scripted" has no files for roles\n  fix:   choose one with --backend: claude, codex, copilot, opencode\n',
  });
  expect((await agents('list', '--backend', 'x')).code).toBe(2);
  const outside = await runCli(['agents', 'install', '--backend', 'claude'], tempFolder());
  expect(outside.code).toBe(3);
});
