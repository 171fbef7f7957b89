import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prdProjection } from '../../src/adapters/prd-file.ts';
import type { PrdStatus } from '../../src/engine/ports.ts';

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teams-prd-file-'));
  path = join(folder, 'prd.json');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const STORIES = '"userStories": [{"id": "S1", "title": "t", "acceptanceCriteria": ["a"]}]';
const PRD = `{"project": "P", "epics": [
  {"id": "E1", "title": "t", "status": "pending", ${STORIES}},
  {"id": "E2", "title": "t", ${STORIES.replace('S1', 'S2')}, "mine": 2}]}`;

const status = (id: string, to: PrdStatus['status']): PrdStatus => ({ id, status: to, stories: [] });

test('replaces the file as a whole, keeps its mode and leaves nothing behind', async () => {
  await writeFile(path, '\ufeff{"epics": [{"id": "E1", "status": "pending"}]}\r\n');
  await chmod(path, 0o640);
  const before = await stat(path);
  expect(await prdProjection(path, dirname(path)).write([status('E1', 'failed')])).toEqual({
    ok: true,
    value: { edited: false, damage: null },
  });
  const after = await stat(path);
  expect(await readFile(path, 'utf8')).toBe('\ufeff{"epics": [{"id": "E1", "status": "failed"}]}\r\n');
  expect([after.mode & 0o777, after.ino === before.ino]).toEqual([0o640, false]);
  expect(await readdir(folder)).toEqual(['prd.json']);
});

test('does not touch the file when nothing changes', async () => {
  await writeFile(path, '{"epics": [{"id": "E1", "status": "failed"}]}');
  const before = await stat(path);
  await prdProjection(path, dirname(path)).write([status('E1', 'failed'), status('E2', 'completed')]);
  expect((await stat(path)).ino).toBe(before.ino);
});

test('follows a symbolic link to the file that it names', async () => {
  const target = join(folder, 'docs', 'plan.json');
  await mkdir(join(folder, 'docs'));
  await writeFile(target, '{"epics": [{"id": "E1"}]}');
  await symlink(join('docs', 'plan.json'), path);
  await prdProjection(path, dirname(path)).write([status('E1', 'completed')]);
  expect((await lstat(path)).isSymbolicLink()).toBe(true);
  expect(await readFile(target, 'utf8')).toBe('{"epics": [{"id": "E1", "status": "completed"}]}');
});

test('keeps what a person wrote in the meantime, and every one of several writes at once', async () => {
  await writeFile(path, '{"epics": [{"id": "E1"}, {"id": "E2"}]}');
  const projection = prdProjection(path, dirname(path));
  await projection.write([status('E1', 'failed')]);
  await writeFile(path, (await readFile(path, 'utf8')).replace('"E2"', '"E2", "note": "mine"'));
  const results = await Promise.all([
    projection.write([status('E1', 'completed')]),
    projection.write([status('E2', 'partial')]),
  ]);
  expect(results.map((result) => result.ok && result.value.edited)).toEqual([true, false]);
  expect(await readFile(path, 'utf8')).toBe(
    '{"epics": [{"id": "E1", "status": "completed"}, {"id": "E2", "note": "mine", "status": "partial"}]}',
  );
});

test.each([
  ['{}', 'lacks E1, E2'],
  ['{"project": "P", "epics": []}', 'lacks E1, E2'],
  [PRD.replace('"E2"', '"E3"'), 'lacks E2'],
  [PRD.replace('"a"', '""'), 'is no valid PRD any more'],
])('what a file lost by an edit is said until it is there again: %s', async (text, damage) => {
  await writeFile(path, PRD);
  const projection = prdProjection(path, dirname(path));
  await projection.write([status('E1', 'failed')]);
  await writeFile(path, text);
  const done = [status('E1', 'completed'), status('E2', 'completed')];
  expect(await projection.write(done)).toEqual({ ok: true, value: { edited: true, damage } });
  expect(await projection.write(done)).toEqual({ ok: true, value: { edited: false, damage } });
  const undamaged = projection.undamaged(done) ?? '';
  expect(undamaged).toBe(
    PRD.replace('"status": "pending"', '"status": "completed"').replace(
      '"mine": 2',
      '"mine": 2, "status": "completed"',
    ),
  );
  await writeFile(path, undamaged);
  expect(await projection.write(done)).toEqual({ ok: true, value: { edited: true, damage: null } });
});

test('a file that is gone, broken or unwritable is a problem, and stays as it is', async () => {
  const codeOf = async (target: string): Promise<string> => {
    const result = await prdProjection(target, dirname(target)).write([status('E1', 'failed')]);
    return result.ok ? 'written' : result.error.code;
  };
  expect(await codeOf(path)).toBe('file-not-found');
  await writeFile(path, '{"epics": [');
  expect(await codeOf(path)).toBe('prd-not-json');
  expect(await readFile(path, 'utf8')).toBe('{"epics": [');
});
