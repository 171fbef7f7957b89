import { runGit } from '../git/run.ts';

/** What a commit writes to: the repository, and the folder of the worktree in it. Throws `GitError`. */
export async function gitFolders(worktree: string): Promise<readonly string[]> {
  const asked = ['rev-parse', '--path-format=absolute', '--git-common-dir', '--git-dir'];
  const { stdout } = await runGit(worktree, asked);
  return stdout.trimEnd().split('\n');
}
