import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSessions } from '../../../src/adapters/agents/sessions.ts';
import { type Config, DEFAULTS } from '../../../src/domain/config.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'teams-backends-'));
  for (const name of ['agent', 'plain']) writeFileSync(join(root, name), '#!/bin/sh\n');
  chmodSync(join(root, 'agent'), 0o755);
  chmodSync(join(root, 'plain'), 0o644);
  writeFileSync(join(root, 'script.yml'), '{}');
});
afterAll(() => rmSync(root, { recursive: true }));

const command = (program: string) => ({ command: [program], stdin: 'none' as const, env: [] });

it.each([
  ['on the PATH', command('git'), undefined],
  ['in the repository', command('./agent'), undefined],
  ['on no PATH', command('no-such-agent'), 'backend-not-executable'],
  ['a folder', command('./'), 'backend-not-executable'],
  ['not executable', command('./plain'), 'backend-not-executable'],
  ['a script', { script: 'script.yml' }, undefined],
  ['no script', { script: 'missing.yml' }, 'script-missing'],
])('knows whether a backend can be started: %s', async (_name, entry, code) => {
  const config: Config = { ...DEFAULTS, backends: { mine: entry } };
  expect((await createSessions({ config, root }).unavailable('mine'))?.code).toBe(code);
});

it.each([
  ['scripted', 'backend-without-script', 'the scripted backend has no script'],
  ['mien', 'backend-unknown', 'there is no backend "mien"'],
  ['constructor', 'backend-unknown', 'there is no backend "constructor"'],
])('says why %s cannot be used', async (name, code, what) => {
  const config: Config = { ...DEFAULTS, backends: { mine: command('git') } };
  const problem = await createSessions({ config, root }).unavailable(name);
  expect(problem).toMatchObject({ code, what, fix: expect.stringContaining('teams.config.yml') });
});
