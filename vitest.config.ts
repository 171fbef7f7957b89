import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Functions of values: nothing that one of their tests does can be seen by another. */
const PURE = ['domain', 'engine', 'report', 'source'].map((layer) => `tests/${layer}/**/*.test.ts`);
const ALL = ['tests/**/*.test.ts'];

export default defineConfig({
  test: {
    // Tests that start real processes are bound by the two cores, not by the clock: the limit only catches hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    pool: 'forks',
    maxWorkers: 2,
    env: { TMPDIR: process.env['TMPDIR'] ?? memoryFolder() ?? tmpdir() },
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      { extends: true, test: { name: 'real', include: ALL, exclude: PURE } },
    ],
  },
});

/**
 * Thousands of small repositories are made and thrown away; on a disk, a quarter of the processor time goes into that.
 * Null where there is no such folder, or little room in it, or no program may be started from it.
 */
function memoryFolder(): string | null {
  const shared = '/dev/shm';
  try {
    const { bavail, bsize } = statfsSync(shared);
    if (bavail * bsize < 512 * 1024 ** 2) return null;
    const folder = mkdtempSync(join(shared, 'teams-'));
    try {
      const program = join(folder, 'probe');
      writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
      execFileSync(program);
    } finally {
      rmSync(folder, { recursive: true });
    }
    return shared;
  } catch {
    return null;
  }
}
