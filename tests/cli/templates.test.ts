import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { scriptOf } from '../../src/cli/templates/script.ts';
import { readTemplate, templateNames } from '../../src/adapters/templates.ts';
import { scriptSchema } from '../../src/scripted-agent/script-schema.ts';
import { loadPrd } from '../../src/source/load-prd.ts';
import { cleanEnvironment, teams } from '../rig/teams.ts';
import { tempRepo } from '../rig/temp-repo.ts';

describe.each(templateNames())('the template %s', (name) => {
  const template = readTemplate(name);
  const stories = template.prd.epics.flatMap((epic) => epic.userStories);

  test('is a PRD without a single finding', async () => {
    const path = join(import.meta.dirname, '../../templates', name, 'prd.json');
    expect((await loadPrd(path, { lint: true })).diagnostics).toEqual([]);
  });

  test('has a script whose files are written as they are', () => {
    expect(scriptSchema.safeParse(scriptOf(template)).success).toBe(true);
    for (const { id } of stories) {
      const files = Object.entries(template.filesOf(id));
      expect(files.some(([path]) => path.endsWith('.test.js'))).toBe(true);
      // What the scripted agent would replace.
      for (const [, text] of files) expect(text).not.toMatch(/\{(epic|story|attempt|worktree|root)\}/);
    }
  });

  test('leads to a product whose own tests pass', () => {
    const folder = mkdtempSync(join(tmpdir(), 'teams-template-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const { id } of stories) {
      for (const [path, text] of Object.entries(template.filesOf(id))) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
    }
    const end = spawnSync(process.execPath, ['--test'], {
      cwd: folder,
      env: cleanEnvironment(),
      encoding: 'utf8',
    });
    expect([end.status, end.stdout]).toEqual([0, expect.stringMatching(/^(# |ℹ )fail 0$/m)]);
  });
});

test('without a name they are listed, and a name that is mistyped is suggested', async () => {
  const repo = tempRepo();
  onTestFinished(() => repo.remove());
  const list = await teams(['init', '--template'], { cwd: repo.path });
  expect(list).toMatchObject({ code: 0, stderr: '' });
  expect(list.stdout.match(/^[\w-]+(?= {2})/gm)).toEqual(templateNames());
  expect(await teams(['init', '--template', 'libary'], { cwd: repo.path })).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'error: there is no template "libary"\n  fix:   did you mean library?\n',
  });
  expect(await teams(['init', '--template', 'library', '--merge'], { cwd: repo.path })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("option '--template [name]' cannot be used with option '--merge'"),
  });
});

test('nothing that is there is overwritten', async () => {
  const repo = tempRepo({ files: { 'package.json': '{}\n' } });
  onTestFinished(() => repo.remove());
  const init = (...args: string[]) =>
    teams(['init', '--template', 'library', '--backend', 'scripted', ...args], { cwd: repo.path });
  expect(await init()).toMatchObject({
    code: 2,
    stdout: '',
    stderr: `error: the scripted agents of the template would write over package.json, README.md
  fix:   use an empty folder, or an agent CLI: --backend claude
`,
  });
  expect(existsSync(join(repo.path, 'prd.json'))).toBe(false);

  repo.write({
    'prd.json': '{}',
    'teams.config.yml': 'backend: mine\nbackends: { mine: { command: ["true"] } }\n',
  });
  expect(await init()).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('without a yes\n  fix:   --yes replaces it\n'),
  });
  expect(await init('--yes')).toMatchObject({
    code: 2,
    stderr: `error: teams.config.yml is there already, and its backend is "mine", not "scripted"
  fix:   leave out --backend to keep it, or remove teams.config.yml
`,
  });
  expect(readFileSync(join(repo.path, 'prd.json'), 'utf8')).toBe('{}');
  const replaced = await teams(['init', '--template', 'library', '--yes'], { cwd: repo.path });
  expect(replaced).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(
      /teams\.config\.yml is kept as it is\nthe prd\.json that was there is kept in \S+replaced\.json\n/,
    ),
  });
  expect(readFileSync(join(repo.path, 'teams.config.yml'), 'utf8')).toContain('backend: mine\n');
  expect(replaced.stdout).toContain(`prd.json is written.
  git add prd.json teams.config.yml && git commit -m "What is to be built"
  teams run     builds it
  teams status  where it stands
`);
});

test('another template takes the place of one that nobody has built: its agents follow its own script', async () => {
  const repo = tempRepo();
  onTestFinished(() => repo.remove());
  repo.git('rm', '-q', 'README.md');
  const init = (template: string) =>
    teams(['init', '--template', template, '--backend', 'scripted', '--yes'], { cwd: repo.path });
  const script = (): string => readFileSync(join(repo.path, '.teams/template/agents.json'), 'utf8');
  expect((await init('cli-tool')).code).toBe(0);
  const first = script();
  expect((await init('web-api')).stderr).toContain('teams.config.yml is kept as it is\n');
  expect(script()).not.toBe(first);
  expect(script()).toContain('src/server.js');
});
