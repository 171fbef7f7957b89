import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runFiles } from '../../src/adapters/files.ts';
import { makeTeamsFolder, newRunId } from '../../src/adapters/layout.ts';
import { secretsOf } from '../../src/adapters/secrets.ts';
import { StorageError } from '../../src/adapters/storage-error.ts';
import { commit, put, tempRepo } from './git/repo.ts';
import { tempFolder } from './temp-folder.ts';

const SECRETS = secretsOf({ backends: {} }, { MY_TOKEN: 'to"ken-123' });

function files(): { folder: string; port: ReturnType<typeof runFiles> } {
  const folder = tempFolder();
  return { folder, port: runFiles(folder, join(folder, 'worktrees'), folder, SECRETS) };
}

test('writes whole files that only their owner can read', async () => {
  const { folder, port } = files();
  await port.makeFolder('epics/E 1/attempt-1');
  await port.write('epics/E 1/attempt-1/prompt.md', 'one');
  await port.write('epics/E 1/attempt-1/prompt.md', 'twö');
  expect(await port.read('epics/E 1/attempt-1/prompt.md')).toBe('twö');
  expect(await port.read('nothing')).toBeNull();
  const path = port.path('epics/E 1/attempt-1/prompt.md');
  expect(path).toBe(join(folder, 'epics/E 1/attempt-1/prompt.md'));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'epics')).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(path, '..'))).toEqual(['prompt.md']);
  expect(() => port.path('../x')).toThrow('outside');
});

test('a reader never sees a part', async () => {
  const { port } = files();
  const contents = Array.from({ length: 20 }, (_, i) => String(i % 10).repeat(100_000 + i));
  await port.write('f', contents[0] ?? '');
  const writing = Promise.all(contents.map((content) => port.write('f', content)));
  for (let i = 0; i < 50; i++) expect(contents).toContain(await port.read('f'));
  await writing;
});

test('what the system refuses is told with path, reason and fix', async () => {
  const { folder, port } = files();
  mkdirSync(join(folder, 'is-a-folder'));
  const error = await port.write('is-a-folder', 'x').catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(StorageError);
  expect(readdirSync(folder)).toEqual(['is-a-folder']);
  expect(new StorageError('/x/y', Object.assign(new Error('e'), { code: 'ENOSPC' })).problem).toEqual({
    code: 'storage',
    what: 'cannot write the files of the run: the disk is full',
    where: '/x/y',
    why: 'teams acts only on what is safely on disk',
    fix: 'free some disk space, then: teams resume   (or the same command again, if no run was going on)',
  });
});

test('reads what an agent wrote only if it is a small regular UTF-8 file', async () => {
  const { folder, port } = files();
  const at = (name: string): string => join(folder, name);
  put(folder, { good: 'ünï', empty: '', big: 'x'.repeat(11), leak: '{"a":"is to\\"ken-123"}' });
  writeFileSync(at('binary'), Buffer.from([0xff, 0xfe, 0x00]));
  writeFileSync(at('bom'), '\ufeff{}');
  symlinkSync(at('good'), at('link'));
  symlinkSync(at('nowhere'), at('dangling'));
  execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', at('pipe')]);
  expect(await port.readUntrusted(at('good'), 10)).toEqual({ text: 'ünï' });
  expect(await port.readUntrusted(at('empty'), 10)).toEqual({ text: '' });
  expect(await port.readUntrusted(at('leak'), 50)).toEqual({
    text: '{"a":"is [redacted: MY_TOKEN]"}',
  });
  expect(await port.readUntrusted(at('missing'), 10)).toBeNull();
  expect(await port.readUntrusted(at('good/x'), 10)).toBeNull();
  expect(await port.readUntrusted(at('big'), 11)).toEqual({ text: 'x'.repeat(11) });
  expect(await port.readUntrusted(at('big'), 10)).toEqual({
    refused: 'it is 11 bytes long, the limit is 10',
  });
  expect(await port.readUntrusted(at('binary'), 10)).toEqual({ refused: 'it is not UTF-8 text' });
  expect(await port.readUntrusted(at('link'), 10)).toEqual({ refused: 'it is a symbolic link' });
  expect(await port.readUntrusted(at('dangling'), 10)).toEqual({ refused: 'it is a symbolic link' });
  expect(await port.readUntrusted(at('pipe'), 10)).toEqual({ refused: 'it is not a regular file' });
  expect(await port.readUntrusted(folder, 10)).toEqual({ refused: 'it is not a regular file' });
  expect(await port.readUntrusted('/dev/zero', 10)).toEqual({ refused: 'it is not a regular file' });
  expect(await port.readUntrusted(at('bom'), 10)).toEqual({ text: '{}' });
});

test('copies ignored files into a worktree, modes kept, and nothing else', async () => {
  const { root } = tempRepo('teams copy ünï-');
  commit(root, 'x', { '.gitignore': '.env*\nsecrets/\nout\nlinkdir\n', 'tracked.env': 't' });
  const outside = tempFolder();
  put(outside, { passwd: 'p' });
  put(root, { '.env': 'A=1', '.env local': 'B', 'secrets/deep/key': 'k', 'untracked.txt': 'u' });
  chmodSync(join(root, '.env'), 0o600);
  chmodSync(join(root, 'secrets/deep/key'), 0o400);
  symlinkSync(join(outside, 'passwd'), join(root, 'out'));
  symlinkSync(outside, join(root, 'linkdir'));
  symlinkSync('deep/key', join(root, 'secrets/current'));
  const worktree = tempFolder();
  const port = runFiles(join(root, '.teams'), join(root, '.teams/w'), root, SECRETS);
  const left = await port.copyInto(worktree, [
    '.env',
    '.env local',
    'secrets',
    'missing',
    '.env.missing',
    'untracked.txt',
    'tracked.env',
    'out',
    'linkdir/passwd',
    '../x',
    '/etc/passwd',
    '.',
    '',
    'a/../../x',
    '-n',
  ]);
  expect(left).toEqual([
    'missing',
    '.env.missing',
    'untracked.txt',
    'tracked.env',
    'out',
    'linkdir/passwd',
    '../x',
    '/etc/passwd',
    '.',
    '',
    'a/../../x',
    '-n',
  ]);
  expect(readFileSync(join(worktree, '.env'), 'utf8')).toBe('A=1');
  expect(statSync(join(worktree, '.env')).mode & 0o777).toBe(0o600);
  expect(statSync(join(worktree, 'secrets/deep/key')).mode & 0o777).toBe(0o400);
  expect(readlinkSync(join(worktree, 'secrets/current'))).toBe('deep/key');
  expect(readdirSync(worktree).toSorted()).toEqual(['.env', '.env local', 'secrets']);
});

test('a pipe is not copied, and what is beside it is', async () => {
  const { root } = tempRepo();
  commit(root, 'x', { '.gitignore': 'state/\nalone\n' });
  put(root, { 'state/deep/key': 'k' });
  execFileSync('mkfifo', [join(root, 'state/deep/pipe'), join(root, 'alone')]);
  const worktree = tempFolder();
  const port = runFiles(join(root, '.teams'), join(root, '.teams/w'), root, SECRETS);
  expect(await port.copyInto(worktree, ['state', 'alone'])).toEqual(['alone']);
  expect(readdirSync(worktree, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual([
    'state',
    'state/deep',
    'state/deep/key',
  ]);
});

test('a link in the worktree does not send a copy elsewhere', async () => {
  const { root } = tempRepo();
  commit(root, 'x', { '.gitignore': 'conf/.env\n.env\n' });
  put(root, { 'conf/.env': 'new', '.env': 'new' });
  const [worktree, elsewhere] = [tempFolder(), tempFolder()];
  put(elsewhere, { '.env': 'old' });
  symlinkSync(elsewhere, join(worktree, 'conf'));
  symlinkSync(join(elsewhere, '.env'), join(worktree, '.env'));
  const port = runFiles(join(root, '.teams'), join(root, '.teams/w'), root, SECRETS);
  expect(await port.copyInto(worktree, ['conf/.env', '.env'])).toEqual(['conf/.env']);
  expect(readFileSync(join(elsewhere, '.env'), 'utf8')).toBe('old');
  expect(readFileSync(join(worktree, '.env'), 'utf8')).toBe('new');
});

test('tells of every replacement, and survives the end of the folder', async () => {
  const { folder, port } = files();
  const path = join(folder, 'sub', 'result.json');
  expect(port.watch(path, () => undefined)).toBeTypeOf('function');
  mkdirSync(join(folder, 'sub'));
  for (const replace of [
    () => writeFileSync(path, '1'),
    () => appendFileSync(path, '2'),
    () => (writeFileSync(`${path}.tmp`, '3'), renameSync(`${path}.tmp`, path)),
    () => rmSync(join(folder, 'sub'), { recursive: true }),
  ]) {
    await new Promise<void>((resolve) => {
      const unwatch = port.watch(path, () => (unwatch(), resolve()));
      replace();
    });
  }
  expect(existsSync(path)).toBe(false);
});

test('run ids are safe names, and .teams is private', async () => {
  expect(newRunId(new Date('2026-11-21T02:11:00.000Z'), () => 0)).toBe('20261121-0211-222222');
  expect(newRunId(new Date('2026-11-21T02:11:59.999Z'), () => 0.999)).toMatch(/^20261121-0211-[a-z0-9]{6}$/);
  expect(statSync(await makeTeamsFolder(tempFolder())).mode & 0o777).toBe(0o700);
});
