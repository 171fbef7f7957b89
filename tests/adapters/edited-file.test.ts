import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type EditedFile, replaceEdited } from '../../src/adapters/edited-file.ts';
import { tempFolder } from './temp-folder.ts';

const fileOf = (path: string, before: string | null): EditedFile => ({
  path,
  before,
  kind: 'config',
  fix: 'teams setup',
});

test.each([0o664, 0o600, 0o755])('a file keeps its mode, whatever the umask: %o', async (mode) => {
  const path = join(tempFolder(), 'teams.config.yml');
  writeFileSync(path, 'old');
  chmodSync(path, mode);
  expect(await replaceEdited(fileOf(path, 'old'), 'new')).toEqual({ ok: true, value: undefined });
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(statSync(path).mode & 0o777).toBe(mode);
});

test.each(['old', null])('what a crash left is no change by somebody else: %s', async (before) => {
  const folder = tempFolder();
  const path = join(folder, 'teams.config.yml');
  if (before !== null) writeFileSync(path, before);
  writeFileSync(`${path}.${process.pid}.tmp`, 'half');
  expect(await replaceEdited(fileOf(path, before), 'new')).toEqual({ ok: true, value: undefined });
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask());
  expect(readdirSync(folder)).toEqual(['teams.config.yml']);
});

test.each([
  ['edited', 'old', 'theirs'],
  ['written', null, 'theirs'],
  ['removed', 'old', null],
])('a file that somebody has %s meanwhile is left as it is', async (_, before, now) => {
  const folder = tempFolder();
  const path = join(folder, 'teams.config.yml');
  if (now !== null) writeFileSync(path, now);
  expect(await replaceEdited(fileOf(path, before), 'new')).toEqual({
    ok: false,
    error: {
      code: 'config-changed',
      what: 'the file was changed by somebody else meanwhile',
      where: path,
      why: 'what they wrote is kept, and nothing is written over it',
      fix: 'teams setup',
    },
  });
  expect(readdirSync(folder)).toEqual(now === null ? [] : ['teams.config.yml']);
  if (now !== null) expect(readFileSync(path, 'utf8')).toBe(now);
});

test('a place that cannot be written is said to be one', async () => {
  const folder = tempFolder();
  const path = join(folder, 'teams.config.yml');
  mkdirSync(`${path}.${process.pid}.tmp`);
  expect(await replaceEdited(fileOf(path, null), 'new')).toMatchObject({
    ok: false,
    error: {
      code: 'config-not-written',
      fix: 'make the file and its folder writable, and free space on the disk',
    },
  });
});
