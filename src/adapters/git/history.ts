import type { CommitFacts, Git, MergeRecord } from '../../engine/ports.ts';
import type { Repo } from './open.ts';
import { GitError } from './run.ts';

type History = Pick<Git, 'commitsBetween' | 'mergesOf' | 'epicsIn' | 'changedPaths'>;

const trailer = (key: string): string => `%x00%(trailers:key=${key},valueonly)`;
const MERGE_FORMAT = `--format=%H${trailer('Teams-Run')}${trailer('Teams-Epic')}${trailer('Teams-Attempt')}`;

export function history({ root, run }: Repo): History {
  const exists = async (revision: string): Promise<boolean> => {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
    return (await run(root, args, { accept: 'any' })).exitCode === 0;
  };

  return {
    async commitsBetween(base, tip) {
      const args = [
        'log',
        '-z',
        '--format=%H%x01%(trailers:key=Teams-Epic,valueonly)',
        '--no-show-signature',
        '--root',
        // The raw format tells a path from a commit whatever the path is called.
        '--raw',
        '--no-abbrev',
        '--no-renames',
        '--ignore-submodules=none',
        '--diff-merges=first-parent',
        '--end-of-options',
        `${base}..${tip}`,
      ];
      const result = await run(root, args, { accept: [0, 128] });
      if (result.exitCode === 0) return parseRawLog(result.stdout);
      if (await exists(tip)) throw new GitError(args, root, result);
      return [];
    },
    async mergesOf(from, to) {
      // What an agent commits reaches the branch through a second parent only: it cannot pass for a merge of ours.
      const range = ['--merges', '--first-parent', '--end-of-options', `${from}..${to}`];
      const { stdout } = await run(root, ['log', '-z', MERGE_FORMAT, '--no-show-signature', ...range]);
      return parseMerges(stdout);
    },
    async epicsIn(commit) {
      const format = '--format=%(trailers:key=Teams-Epic,valueonly)';
      // The grep spares git the trailers of all other commits.
      const args = ['log', format, '--no-show-signature', '--grep=^Teams-Epic: ', '--end-of-options', commit];
      const { stdout } = await run(root, args);
      return new Set(stdout.split('\n').filter((line) => line !== ''));
    },
    async changedPaths(from, to) {
      const args = [
        'diff-tree',
        '-r',
        '-z',
        '--name-only',
        '--no-renames',
        '--ignore-submodules=none',
        from,
        to,
      ];
      const { stdout } = await run(root, args);
      return fields(stdout);
    },
  };
}

/** The NUL-terminated fields of an output. */
export function fields(text: string): string[] {
  const parts = text.split('\0');
  if (parts.at(-1) === '') parts.pop();
  return parts;
}

function parseRawLog(text: string): CommitFacts[] {
  const commits: { commit: string; paths: string[]; claimsMerge: boolean }[] = [];
  const parts = fields(text);
  for (let i = 0; i < parts.length; i++) {
    const part = (parts[i] ?? '').trimStart();
    // ":mode mode object object status", and the path is the next field.
    if (part.startsWith(':')) commits.at(-1)?.paths.push(parts[++i] ?? '');
    else if (part !== '') {
      const [commit = '', epics = ''] = part.split('\u0001');
      commits.push({ commit, paths: [], claimsMerge: epics !== '' });
    }
  }
  return commits;
}

function parseMerges(text: string): MergeRecord[] {
  const records: MergeRecord[] = [];
  const parts = text.split('\0');
  for (let i = 0; i + 3 < parts.length; i += 4) {
    const [commit = '', runId, epicId, attempt] = parts.slice(i, i + 4).map(onlyLine);
    if (runId === null || runId === undefined || epicId === null || epicId === undefined) continue;
    if (attempt === null || attempt === undefined || !/^[1-9]\d{0,8}$/.test(attempt)) continue;
    records.push({ commit: commit ?? '', runId, epicId, attempt: Number(attempt) });
  }
  return records;
}

/** Every value of a trailer is a line; a commit with none or several of a kind is not one of ours. */
function onlyLine(values: string): string | null {
  const line = values.endsWith('\n') ? values.slice(0, -1) : values;
  return line === '' || line.includes('\n') ? null : line;
}
