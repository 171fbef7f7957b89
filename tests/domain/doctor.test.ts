import { expect, it } from 'vitest';
import { type DoctorFacts, findingsOf, isReady } from '../../src/domain/doctor.ts';
import { ok } from '../../src/domain/problem.ts';

const FINE: DoctorFacts = {
  teams: '1.0.0',
  platform: 'linux x64',
  git: { version: '2.40.0', path: '/usr/bin/git', problem: null },
  node: { version: '20.19.0', path: '/usr/bin/node', oldest: '20.19' },
  disk: { path: '/p', writable: true, freeBytes: 1e10, freeFiles: null },
  repository: ok({ root: '/p', branch: 'main', head: 'abc', problem: null }),
  configuration: { file: null, permissions: 'safe', diagnostics: [] },
  prd: null,
  backends: [],
};

it('finds nothing where nothing is wrong', () => {
  expect(findingsOf(FINE)).toEqual([]);
  expect(isReady([])).toBe(true);
});

it.each<[string, Partial<DoctorFacts>, readonly string[], boolean]>([
  ['Node 20.18', { node: { ...FINE.node, version: '20.18.9' } }, ['old-node'], false],
  ['Node 18', { node: { ...FINE.node, version: '18.20.0' } }, ['old-node'], false],
  ['Node 22.1', { node: { ...FINE.node, version: '22.1.0' } }, [], true],
  [
    'a full disk',
    { disk: { path: '/p', writable: false, freeBytes: 5e8, freeFiles: 7 } },
    ['not-writable', 'low-disk', 'few-inodes'],
    true,
  ],
  ['a file system that tells nothing', { disk: null }, [], true],
])('judges %s', (_, change, codes, ready) => {
  const findings = findingsOf({ ...FINE, ...change });
  expect(findings.map(({ problem }) => problem.code)).toEqual(codes);
  expect(isReady(findings)).toBe(ready);
  for (const { problem } of findings) expect(problem.fix).toBeDefined();
});
