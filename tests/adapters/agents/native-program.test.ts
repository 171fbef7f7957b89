import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findNativeProgram, type NpmCli, problemOf } from '../../../src/adapters/agents/native-program.ts';
import { DEFAULTS } from '../../../src/domain/config.ts';

const CLI: NpmCli = {
  command: 'agent',
  package: '@maker/agent',
  native: ['@maker/agent-other/agent', '@maker/agent-here/agent'],
  oldest: [2, 1, 0],
  quiet: { AGENT_QUIET: '1' },
  profiles: ['safe', 'bypass'],
};

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'teams-native-')));
  mkdirSync(join(root, 'bin'));
  vi.stubEnv('PATH', `${join(root, 'bin')}:/usr/bin:/bin`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

function program(path: string, script: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}
const launcher = (script: string): void => {
  const file = program('lib/node_modules/@maker/agent/launcher.js', script);
  symlinkSync(file, join(root, 'bin/agent'));
};

it('finds the native program beside the launcher of npm', async () => {
  launcher('exit 1');
  const native = program('lib/node_modules/@maker/agent-here/agent', 'echo "agent 2.1.0"');
  expect(await findNativeProgram(CLI, root)).toBe(native);
  expect(await problemOf(CLI, DEFAULTS, root)).toBeNull();
});

it('takes the launcher where there is no native program', async () => {
  launcher('echo "v3.0.0 $AGENT_QUIET"');
  expect(await findNativeProgram(CLI, root)).toBe(join(root, 'bin/agent'));
  expect(await problemOf(CLI, DEFAULTS, root)).toBeNull();
});

it('says how to install what is missing', async () => {
  expect(await problemOf(CLI, DEFAULTS, root)).toMatchObject({
    code: 'backend-not-installed',
    fix: 'npm install -g @maker/agent',
  });
});

it.each([
  ['echo 2.0.99', 'backend-too-old'],
  ['echo 1.9.0', 'backend-too-old'],
  ['echo 2.2.0', undefined],
  ['echo "agent, the newest"', 'backend-version-unknown'],
  ['echo no >&2; exit 3', 'backend-version-unknown'],
])('judges the version: %s', async (script, code) => {
  launcher(script);
  const problem = await problemOf(CLI, DEFAULTS, root);
  expect(problem?.code).toBe(code);
  if (problem !== null) expect(problem.fix).toContain('npm install -g @maker/agent');
});

it('refuses a permission profile that the CLI cannot hold a session to', async () => {
  expect(await problemOf(CLI, { permissions: 'sandboxed' }, root)).toEqual({
    code: 'permissions-not-supported',
    what: 'backend agent has no permission profile "sandboxed"',
    where: 'permissions in teams.config.yml',
    fix: `use "safe" or "bypass"; ${resolve('docs/backends/agent.md')} says what each can prevent`,
  });
});
