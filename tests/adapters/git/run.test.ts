import { expect, test } from 'vitest';
import { GitError } from '../../../src/adapters/git/run.ts';

const GO_ON = 'then: teams resume   (or the same command again, if no run was going on)';

test.each([
  [
    'a lock of a git that was killed',
    "error: Unable to create '/re po/.git/packed-refs.lock': File exists.\n\nAnother git process seems to be running",
    "rm '/re po/.git/packed-refs.lock'   (if no git is at work here any more)",
  ],
  [
    'a worktree that a power cut left half made',
    'fatal: failed to read .git/worktrees/E1/commondir: Success',
    "rm -r '/re po/.git/worktrees/E1'   (a worktree that was made by halves)",
  ],
  ['a full disk', 'error: unable to write file a.txt', 'free some disk space'],
  ['anything else', 'fatal: bad object HEAD', 'mend what git complains about'],
])('the way out of %s', (_name, stderr, fix) => {
  const { problem } = new GitError(['worktree', 'list'], '/re po', { exitCode: 128, stdout: '', stderr });
  expect(problem).toEqual({
    code: 'git-failed',
    what: 'git worktree list ended with exit code 128',
    where: '/re po',
    why: stderr,
    fix: `${fix}, ${GO_ON}`,
  });
});
