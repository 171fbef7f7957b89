import type { Epic, Prd } from '../../domain/prd.ts';
import type { Draft } from './draft.ts';

export interface Part extends Epic {
  /** From 1: a group with many stories is several epics. */
  readonly part: number;
}

/** What of a draft is in the PRD already, from an earlier import. */
export interface Matches {
  /** Of each story, by its key. */
  readonly stories: ReadonlyMap<string, { readonly epicId: string; readonly storyId: string }>;
  /** Of each group, by its key, in order. */
  readonly parts: ReadonlyMap<string, readonly Part[]>;
  /** What the source calls done now, by what `source` says of it in the PRD. */
  readonly done: ReadonlySet<string>;
}

type SourceOf = (entry: { readonly key: string; readonly link?: string | undefined }) => string;

/**
 * Finds by `source`. A story whose heading has another name now is found by the last part of its source, if that is the
 * only one that is missing and the only one that is new; its epic then is the one of the heading.
 */
export function matchDraft(draft: Draft, target: Prd | null, origin: string, sourceOf: SourceOf): Matches {
  const epics = target?.epics ?? [];
  const places = new Map<string, { readonly epicId: string; readonly storyId: string }>();
  for (const epic of epics) {
    for (const { id, source } of epic.userStories) {
      if (source !== undefined && !places.has(source)) places.set(source, { epicId: epic.id, storyId: id });
    }
  }
  const present = new Set(
    [...draft.groups.flatMap((group) => group.stories), ...draft.done].map((entry) => sourceOf(entry)),
  );
  const fresh = [...present].filter((source) => !places.has(source));
  const missing = [...places.keys()].filter(
    (source) => source.startsWith(`${origin}#`) && !present.has(source),
  );
  const moved = pairs(fresh, missing);
  const stories = new Map(
    draft.groups.flatMap((group) =>
      group.stories.flatMap((story) => {
        const source = sourceOf(story);
        const place = places.get(moved.get(source) ?? source);
        return place === undefined ? [] : [[story.key, place] as const];
      }),
    ),
  );
  const done = new Set(draft.done.map((entry) => moved.get(sourceOf(entry)) ?? sourceOf(entry)));
  return { stories, parts: matchGroups(draft, epics, stories, sourceOf), done };
}

/** New sources and missing ones with the same last part, where there is just one of each. */
function pairs(fresh: readonly string[], missing: readonly string[]): ReadonlyMap<string, string> {
  const olds = byLastPart(missing);
  return new Map(
    [...byLastPart(fresh)].flatMap(([last, [source, ...others]]) => {
      const [old, ...more] = olds.get(last) ?? [];
      return source === undefined || old === undefined || others.length + more.length > 0
        ? []
        : [[source, old]];
    }),
  );
}

function byLastPart(sources: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const source of sources) {
    const last = source.slice(Math.max(source.lastIndexOf('/'), source.lastIndexOf('#')) + 1);
    const known = found.get(last);
    if (known === undefined) found.set(last, [source]);
    else known.push(source);
  }
  return found;
}

function matchGroups(
  draft: Draft,
  epics: readonly Epic[],
  stories: Matches['stories'],
  sourceOf: SourceOf,
): ReadonlyMap<string, readonly Part[]> {
  const bySource = new Map<string, Part[]>();
  for (const epic of epics) {
    if (epic.source === undefined) continue;
    const [, source = epic.source, part = '1'] = /^(.*)[/#]part-(\d{1,4})$/.exec(epic.source) ?? [];
    const known = bySource.get(source);
    const entry = { ...epic, part: Number(part) };
    if (known === undefined) bySource.set(source, [entry]);
    else known.push(entry);
  }
  const taken = new Set(draft.groups.map((group) => sourceOf(group)));
  const parts = new Map<string, readonly Part[]>();
  for (const group of draft.groups) {
    const own = bySource.get(sourceOf(group));
    if (own !== undefined) {
      parts.set(
        group.key,
        own.toSorted((a, b) => a.part - b.part),
      );
      continue;
    }
    const homes = new Set(group.stories.flatMap(({ key }) => stories.get(key)?.epicId ?? []));
    const old = [...bySource].find(
      ([source, list]) => !taken.has(source) && list.some(({ id }) => homes.has(id)),
    );
    if (old === undefined) continue;
    taken.add(old[0]);
    parts.set(
      group.key,
      old[1].toSorted((a, b) => a.part - b.part),
    );
  }
  return parts;
}
