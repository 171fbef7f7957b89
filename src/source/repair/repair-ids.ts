import { isSafeId } from '../../domain/prd.ts';
import { isRecord, quote } from '../findings.ts';
import { safeIdLike } from '../prd-ids.ts';
import type { Json, Note } from './repair-prd.ts';

/**
 * Ids that are missing, unsafe or given twice get one that can be used; `dependsOn` follows them. An id given twice stays
 * when an epic names it: only the person knows which of the two is meant.
 */
export function repairIds(prd: Json, known: readonly string[], note: Note): void {
  const epics = recordsIn(prd['epics']);
  const before = epics.map((epic) => textOf(epic['id']));
  const named = new Set(
    epics.flatMap((epic, index) => {
      const own = fold(before[index] ?? '');
      return textsIn(epic['dependsOn'])
        .map(fold)
        .filter((id) => id !== own);
    }),
  );
  giveIds(epics, { form: 'EPIC-', label: 'epic', keep: (id) => named.has(fold(id)) }, note);
  const targets = targetsOf(epics, before, known);
  const stories = epics.flatMap((epic) => recordsIn(epic['userStories']));
  const storyIds = freeNumbers(stories, 'US-');
  for (const [index, epic] of epics.entries()) {
    const name = textOf(epic['id']) ?? `epic ${index + 1}`;
    const own = recordsIn(epic['userStories']);
    giveIds(own, { form: 'US-', label: `${name}: story`, keep: () => false, next: storyIds }, note);
    if (Array.isArray(epic['dependsOn'])) follow(epic, name, targets, note);
  }
}

interface Naming {
  readonly form: string;
  readonly label: string;
  /** An id that is given twice stays all the same. */
  readonly keep: (id: string) => boolean;
  readonly next?: () => string;
}

function giveIds(items: readonly Json[], { form, label, keep, next }: Naming, note: Note): void {
  const number = next ?? freeNumbers(items, form);
  const taken = new Set<string>();
  const fresh = (): string => {
    for (;;) {
      const id = number();
      if (!taken.has(fold(id))) return id;
    }
  };
  // Whoever has an id as it is keeps it: what another one is like comes after that.
  const own = new Set(
    items
      .map((item) => textOf(item['id']) ?? '')
      .filter(isSafeId)
      .map(fold),
  );
  for (const item of items) {
    const id = textOf(item['id']);
    const isOwn = id !== null && isSafeId(id);
    const given = isOwn || id === null ? id : safeIdLike(id);
    const clashes = given !== null && (taken.has(fold(given)) || (!isOwn && own.has(fold(given))));
    const result = given === null || (clashes && !(isOwn && keep(id))) ? fresh() : given;
    taken.add(fold(result));
    if (item['id'] === result) continue;
    note(`${label} id ${item['id'] === undefined ? '' : `${quote(item['id'])} `}became ${quote(result)}`);
    // First, where people look for it.
    const rest = Object.entries(item).filter(([key]) => key !== 'id');
    for (const key of Object.keys(item)) delete item[key];
    Object.assign(item, { id: result }, Object.fromEntries(rest));
  }
}

/** EPIC-001, EPIC-002, … as far as they are free. */
function freeNumbers(items: readonly Json[], form: string): () => string {
  const taken = new Set(items.map((item) => fold(textOf(item['id']) ?? '')));
  let number = 0;
  return () => {
    for (;;) {
      number += 1;
      const id = `${form}${String(number).padStart(3, '0')}`;
      if (taken.has(fold(id))) continue;
      taken.add(fold(id));
      return id;
    }
  };
}

/** What each spelling of an epic leads to: its id as it was, as it is, its title. An ambiguous one leads nowhere. */
function targetsOf(
  epics: readonly Json[],
  before: readonly (string | null)[],
  known: readonly string[],
): ReadonlyMap<string, string> {
  const now = epics.map((epic) => textOf(epic['id']) ?? '');
  const exact = [...now, ...known].map((id) => [id, id] as const);
  const old = now.map((id, index) => [before[index] ?? '', id] as const);
  const titles = epics.map((epic, index) => [textOf(epic['title']) ?? '', now[index] ?? ''] as const);
  // What is an id says nothing else, whatever the old ids and the titles of others are.
  const spellings = [exact, old, titles].reduce((sure, more) => {
    const taken = new Set(sure.map(([spelling]) => fold(spelling)));
    return [...sure, ...more.filter(([spelling]) => !taken.has(fold(spelling)))];
  });
  const found = new Map<string, Set<string>>();
  for (const [spelling, id] of spellings) {
    const key = fold(spelling);
    if (key === '') continue;
    const ids = found.get(key);
    if (ids === undefined) found.set(key, new Set([id]));
    else ids.add(id);
  }
  return new Map(
    [...found].flatMap(([key, [id, ...others]]) =>
      id === undefined || others.length > 0 ? [] : [[key, id]],
    ),
  );
}

function follow(epic: Json, name: string, targets: ReadonlyMap<string, string>, note: Note): void {
  const seen = new Set<unknown>();
  const result: unknown[] = [];
  for (const entry of listIn(epic['dependsOn'])) {
    const spelling = textOf(entry);
    const target = spelling === null ? entry : (targets.get(fold(spelling)) ?? spelling);
    if (target !== entry) note(`${name}: dependsOn ${quote(entry)} became ${quote(target)}`);
    if (target === epic['id']) note(`${name}: dependsOn itself is left out`);
    else if (seen.has(target)) note(`${name}: dependsOn names ${quote(target)} once`);
    else result.push(target);
    seen.add(target);
  }
  epic['dependsOn'] = result;
}

const fold = (id: string): string => id.trim().toLowerCase();
const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const recordsIn = (value: unknown): readonly Json[] => listIn(value).filter(isRecord);
const textsIn = (value: unknown): readonly string[] => listIn(value).flatMap((item) => textOf(item) ?? []);

/** A number is a fine id once it is a text. */
const textOf = (value: unknown): string | null =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
