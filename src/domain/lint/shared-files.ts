import { topologicalOrder } from '../graph.ts';
import { list } from '../words.ts';
import type { EpicSubject, LintFinding } from './finding.ts';
import { type Mention, mentionsOf } from './mentions.ts';

/** Steps through the graph in all; what is left after that is not judged, which no real PRD comes near. */
const STEPS = 5_000_000;
const SHOWN = 3;

interface Sharing {
  /** In an order in which they could run. */
  readonly epics: readonly EpicSubject[];
  readonly files: { readonly key: string; readonly mentions: readonly Mention[] }[];
}

/** `open`: what will still run; `all` of the PRD, because a chain of dependencies may lead through what is done. */
export function sharedFiles(
  open: readonly EpicSubject[],
  all: readonly EpicSubject[],
): readonly LintFinding[] {
  const byId = new Map(all.map((epic) => [epic.epic.id, epic]));
  const order = new Map(
    topologicalOrder(all.map(({ epic }) => ({ id: epic.id, dependsOn: epic.dependsOn, weight: 1 }))).map(
      (id, at) => [id, at],
    ),
  );
  const rank = (subject: EpicSubject): number => order.get(subject.epic.id) ?? 0;
  const waits = reachability(byId, rank);

  const unordered = (a: EpicSubject, b: EpicSubject): boolean =>
    rank(a) < rank(b) ? !waits(b, a) : !waits(a, b);

  const groups = new Map<string, Sharing>();
  for (const [key, users] of usersOf(open.toSorted((a, b) => rank(a) - rank(b)))) {
    const free = withoutOrder(users, unordered);
    if (free.length < 2) continue;
    const group = free.map(({ subject }) => subject.epic.id).join(' ');
    const file = { key, mentions: free.map(({ mention }) => mention) };
    const known = groups.get(group);
    if (known === undefined) groups.set(group, { epics: free.map(({ subject }) => subject), files: [file] });
    else known.files.push(file);
  }
  return [...groups.values()].flatMap(describe);
}

interface User {
  readonly subject: EpicSubject;
  readonly mention: Mention;
  /** Names the thing itself, and not only a file in it. */
  readonly exact: boolean;
}

/** Those that have somebody among the others that they do not wait for, and that does not wait for them. */
function withoutOrder(
  users: readonly User[],
  unordered: (a: EpicSubject, b: EpicSubject) => boolean,
): readonly User[] {
  const free = new Set<User>();
  const compare = (a: User, b: User): void => {
    if (unordered(a.subject, b.subject)) free.add(a).add(b);
  };
  // They come in an order in which they could run: where each waits for the one before it, there is no gap at all.
  const exact = users.filter((user) => user.exact);
  for (const [index, user] of exact.entries()) {
    const before = exact[index - 1];
    if (before !== undefined) compare(before, user);
    for (const other of users) if (!other.exact) compare(user, other);
  }
  return users.filter((user) => free.has(user));
}

/** Who names what, for everything that more than one epic names; a folder is named with each of its files. */
function usersOf(epics: readonly EpicSubject[]): ReadonlyMap<string, readonly User[]> {
  const users = new Map<string, User[]>();
  const mentions = withFolders(epics.map((subject) => ({ subject, found: mentionsOf(subject) })));
  const named = new Set(mentions.flatMap(({ found }) => [...found.keys()]));
  for (const { subject, found } of mentions) {
    const inside = new Map(
      [...found.values()].flatMap((mention) =>
        foldersOf(mention.key).flatMap((folder) =>
          named.has(folder) && !found.has(folder) ? [[folder, mention] as const] : [],
        ),
      ),
    );
    for (const [key, mention] of [...found, ...inside]) {
      const user = { subject, mention, exact: found.has(key) };
      const known = users.get(key);
      if (known === undefined) users.set(key, [user]);
      else known.push(user);
    }
  }
  return users;
}

interface Mentions {
  readonly subject: EpicSubject;
  readonly found: ReadonlyMap<string, Mention>;
}

/** `cart.ts` is src/cart.ts where that is the only path to a file of this name. */
function withFolders(mentions: readonly Mentions[]): readonly Mentions[] {
  const paths = new Map<string, string | null>();
  for (const key of new Set(mentions.flatMap(({ found }) => [...found.keys()]))) {
    const name = key.slice(key.lastIndexOf('/') + 1);
    if (name !== key) paths.set(name, paths.has(name) ? null : key);
  }
  return mentions.map(({ subject, found }) => {
    const full = new Map<string, Mention>();
    for (const [key, mention] of found) {
      const path = paths.get(key) ?? key;
      if (!full.has(path)) full.set(path, { ...mention, key: path });
    }
    return { subject, found: full };
  });
}

function foldersOf(key: string): readonly string[] {
  const parts = key.split('/');
  // The first folder, such as src, says nothing.
  return parts.slice(0, -1).flatMap((_, at) => (at === 0 ? [] : [parts.slice(0, at + 1).join('/')]));
}

/** Whether an epic waits for another one, directly or not. */
function reachability(
  byId: ReadonlyMap<string, EpicSubject>,
  rank: (subject: EpicSubject) => number,
): (later: EpicSubject, earlier: EpicSubject) => boolean {
  let steps = 0;
  const known = new Map<string, boolean>();
  return (later, earlier) => {
    const pair = `${later.epic.id} ${earlier.epic.id}`;
    const before = known.get(pair);
    if (before !== undefined) return before;
    const seen = new Set<string>();
    const stack = [...later.epic.dependsOn];
    let found = false;
    for (let id = stack.pop(); id !== undefined && !found; id = stack.pop()) {
      const epic = byId.get(id);
      steps += 1;
      if (epic === undefined || seen.has(id) || rank(epic) < rank(earlier)) continue;
      seen.add(id);
      found = epic === earlier || steps > STEPS;
      if (!found) stack.push(...epic.epic.dependsOn);
    }
    known.set(pair, found);
    return found;
  };
}

function describe({ epics, files }: Sharing): LintFinding[] {
  const [file] = files;
  const [first, second] = epics;
  const last = epics.at(-1);
  const mention = file?.mentions.at(-1);
  if (
    file === undefined ||
    first === undefined ||
    second === undefined ||
    last === undefined ||
    mention === undefined
  )
    return [];
  const what = list(
    files.map(({ key }) => key),
    SHOWN,
  );
  const ids = epics.map(({ epic }) => epic.id);
  const two = epics.length === 2;
  return [
    {
      rule: 'shared-file',
      message: two
        ? `${ids[0]} and ${ids[1]} both name ${what}, and neither waits for the other`
        : `${epics.length} epics name ${what}, and not all of them wait for one another: ${list(ids, 8)}`,
      fix: two
        ? `add "${ids[0]}" to dependsOn of ${ids[1]}, or move what both need into an epic that both depend on`
        : `let one epic make ${file.key} and the others depend on it, or chain them with dependsOn`,
      at: mention.at,
      related: file.mentions
        .slice(0, -1)
        .slice(0, SHOWN)
        .map(({ at }, index) => ({ message: `${ids[index]} names it here`, at })),
    },
  ];
}
