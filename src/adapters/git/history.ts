import type { CommitFacts, Git, MergeRecord } from '../../engine/ports.ts';
import type { Repo } from './open.ts';
import { GitError } from './run.ts';

type History = Pick<Git, 'commitsBetween' | 'mergesOf' | 'epicsIn' | 'nestedRepositories' | 'changesBetween'>;

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
        '--format=%H %P%x01%(trailers:key=Teams-Epic,valueonly)',
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
      if (result.exitCode === 0) return parseRawLog(result.stdout, base);
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
    async nestedRepositories(commit, paths) {
      // Without a path git would list all there is.
      if (paths.length === 0) return [];
      const asked = ['-z', '--blob', `${commit}:.gitmodules`, '--get-regexp', '^submodule\\..*\\.path$'];
      // 1 and 128: there are no submodules.
      const { stdout } = await run(root, ['config', ...asked], { accept: [0, 1, 128] });
      const known = new Set(fields(stdout).map((field) => field.slice(field.indexOf('\n') + 1)));
      const args = ['--literal-pathspecs', 'ls-tree', '-z', '--full-tree', commit, '--', ...paths];
      const entries = fields((await run(root, args)).stdout);
      return entries
        .filter((entry) => entry.startsWith(LINK))
        .map((entry) => entry.slice(entry.indexOf('\t') + 1))
        .filter((path) => !known.has(path));
    },
    async changesBetween(from, to) {
      const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--ignore-submodules=none', from, to];
      const { stdout } = await run(root, args);
      const [paths, links]: [string[], string[]] = [[], []];
      const parts = fields(stdout);
      for (let i = 0; i + 1 < parts.length; i += 2) {
        const path = parts[i + 1] ?? '';
        paths.push(path);
        if (linksTo(parts[i] ?? '')) links.push(path);
      }
      return { paths, links };
    },
  };
}

/** The NUL-terminated fields of an output. */
export function fields(text: string): string[] {
  const parts = text.split('\0');
  if (parts.at(-1) === '') parts.pop();
  return parts;
}

/** The mode of a path that is a commit of another repository. */
export const LINK = '160000 ';

/** Whether a path is such a link after a change: ":mode mode object object status". */
const linksTo = (change: string): boolean => change.slice(':000000 '.length).startsWith(LINK);

function parseRawLog(text: string, base: string): CommitFacts[] {
  const commits: { commit: string; paths: string[]; links: string[]; claimsMerge: boolean }[] = [];
  let onTop = false;
  const parts = fields(text);
  for (let i = 0; i < parts.length; i++) {
    const part = (parts[i] ?? '').trimStart();
    // A change; the path is the next field.
    if (part.startsWith(':')) {
      const path = parts[++i] ?? '';
      commits.at(-1)?.paths.push(path);
      if (linksTo(part)) commits.at(-1)?.links.push(path);
    } else if (part !== '') {
      const [ids = '', epics = ''] = part.split('\u0001');
      const [commit = '', ...parents] = ids.split(' ');
      // Whatever contains the base has a commit on its way to it whose parent it is.
      onTop ||= parents.includes(base);
      commits.push({ commit, paths: [], links: [], claimsMerge: epics !== '' });
    }
  }
  return onTop ? commits : [];
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
