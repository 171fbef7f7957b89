import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitAll, expect, resolveCommit } from './git.ts';
import { writeJsonResult } from './result-file.ts';
import { say } from './say.ts';
import type { StepOf } from './script-schema.ts';
import type { Worker } from './worker.ts';

/** The work of a merger: resolves the conflicts in the worktree, commits and says so. */
export function resolveConflicts(worker: Worker, { resolve, details }: StepOf<'resolve'>): void {
  const { worktree, epicId, resultPath } = worker.assignment;
  if (typeof resolve === 'object') {
    worker.write(resolve);
  } else {
    const { stdout } = expect(worker.git('diff', '--name-only', '--diff-filter=U', '-z'), 'git diff');
    for (const name of stdout.split('\0').filter((text) => text !== '')) {
      say('file', `resolve ${name}: ${resolve}`);
      const path = join(worktree, name);
      // A side may have deleted it; git left what the other one has, and that is kept.
      if (existsSync(path))
        writeFileSync(path, withoutMarkers(readFileSync(path, 'latin1'), resolve), 'latin1');
    }
  }
  const merging = resolveCommit(worker.git, 'MERGE_HEAD') !== null;
  commitAll(worker.git, `Resolve conflicts of ${epicId}`, { empty: merging });
  writeJsonResult(resultPath, { resolved: true, details: details ?? 'resolved as the script says' });
}

/** Keeps ours, theirs, or for a union both sides of every conflict, ours first. */
function withoutMarkers(text: string, keep: 'union' | 'ours' | 'theirs'): string {
  let side: 'both' | 'ours' | 'base' | 'theirs' = 'both';
  const kept = text.split('\n').filter((line) => {
    if (side === 'both' && line.startsWith('<<<<<<< ')) side = 'ours';
    else if (side === 'ours' && line.startsWith('||||||| ')) side = 'base';
    else if ((side === 'ours' || side === 'base') && /^=======\r?$/.test(line)) side = 'theirs';
    else if (side === 'theirs' && line.startsWith('>>>>>>> ')) side = 'both';
    else return side === 'both' || (side !== 'base' && (keep === 'union' || keep === side));
    return false;
  });
  return kept.join('\n');
}
