import type { Epic, Prd } from '../domain/prd.ts';
import { isRecord } from './findings.ts';
import { type JsonNode, parseJson } from './json.ts';
import { member } from './prd-tree.ts';

export interface Merged {
  /** The file with the epics at its end; every byte that was there is still there. */
  readonly text: string;
  readonly added: readonly string[];
  /** Ids that were taken: an epic, or a story as `epic story`, and what it is called now. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  /** Epics that are in the file already, by the same id and title. */
  readonly skipped: readonly string[];
}

type Json = Record<string, unknown>;

/**
 * Adds the epics of a draft to a PRD. Ids that are taken are counted on, and `dependsOn` of the draft follows them: an
 * id that both have means the epic of the draft. `file` is the text of the valid `prd`.
 */
export function mergeEpics(file: string, prd: Prd, draft: unknown): Merged | null {
  const bom = file.startsWith('\ufeff') ? '\ufeff' : '';
  const text = file.slice(bom.length);
  const root = parseJson(text).root ?? undefined;
  const last = member(root, 'epics')?.items?.at(-1);
  if (last === undefined) return null;
  const { epics, ...report } = renameEpics(prd.epics, epicsOf(draft));
  if (epics.length === 0) return { ...report, text: file, added: [] };
  const { newline, base, unit } = layoutAt(text, last);
  const written = epics.map((epic) =>
    unit === ''
      ? JSON.stringify(epic)
      : JSON.stringify(epic, null, unit).replaceAll('\n', `${newline}${base}`),
  );
  const separator = unit === '' ? ', ' : `,${newline}${base}`;
  const added = written.map((epic) => `${separator}${epic}`).join('');
  return {
    ...report,
    text: `${bom}${text.slice(0, last.end)}${added}${text.slice(last.end)}`,
    added: epics.map((epic) => String(epic['id'])),
  };
}

const epicsOf = (draft: unknown): readonly Json[] =>
  isRecord(draft) && Array.isArray(draft['epics']) ? draft['epics'].filter(isRecord) : [];

function renameEpics(
  there: readonly Epic[],
  draft: readonly Json[],
): Pick<Merged, 'renamed' | 'skipped'> & { readonly epics: readonly Json[] } {
  const isThere = (epic: Json): boolean =>
    there.some(({ id, title }) => id === epic['id'] && title === epic['title']);
  const fresh = draft.filter((epic) => !isThere(epic));
  const renamed: { from: string; to: string }[] = [];
  const epicId = renamer(
    [...there, ...fresh].map(({ id }) => String(id)),
    there.map(({ id }) => id),
  );
  const stories = there.flatMap((epic) => epic.userStories.map(({ id }) => id));
  const storyId = renamer([...stories, ...fresh.flatMap(storyIdsOf)], stories);
  const ids = new Map(
    fresh.map((epic) => {
      const from = String(epic['id']);
      const to = epicId(from);
      if (to !== from) renamed.push({ from, to });
      return [from, to];
    }),
  );
  const epics = fresh.map((epic) => {
    const from = String(epic['id']);
    const dependsOn = epic['dependsOn'];
    const userStories = epic['userStories'];
    return {
      ...epic,
      id: ids.get(from),
      ...(Array.isArray(dependsOn) && {
        dependsOn: dependsOn.map((id: unknown) => ids.get(String(id)) ?? id),
      }),
      ...(Array.isArray(userStories) && {
        userStories: userStories.map((story: unknown) => {
          if (!isRecord(story)) return story;
          const id = String(story['id']);
          const to = storyId(id);
          if (to !== id) renamed.push({ from: `${from} ${id}`, to });
          return { ...story, id: to };
        }),
      }),
    };
  });
  return { epics, renamed, skipped: draft.filter(isThere).map((epic) => String(epic['id'])) };
}

const storyIdsOf = (epic: Json): readonly string[] =>
  (Array.isArray(epic['userStories']) ? epic['userStories'] : [])
    .filter(isRecord)
    .map((story) => String(story['id']));

/** Gives an id that is `taken` the next number of its kind that nobody in `all` has. */
function renamer(all: readonly string[], taken: readonly string[]): (id: string) => string {
  const used = new Set(all.map(fold));
  const old = new Set(taken.map(fold));
  return (id) => {
    if (!old.has(fold(id))) return id;
    const [, stem = `${id}-`, digits] = /^(.*?)(\d{1,9})$/.exec(id) ?? [];
    for (let number = digits === undefined ? 2 : Number(digits) + 1; ; number += 1) {
      const suffix = String(number).padStart(digits?.length ?? 1, '0');
      const next = `${stem.slice(0, 64 - suffix.length)}${suffix}`;
      if (used.has(fold(next))) continue;
      used.add(fold(next));
      return next;
    }
  };
}

const fold = (id: string): string => id.toLowerCase();

/** How the file is laid out where its last epic stands. */
function layoutAt(
  text: string,
  item: JsonNode,
): { readonly newline: string; readonly base: string; readonly unit: string } {
  const before = gapBefore(text, item.start);
  const newline = before.includes('\r\n') ? '\r\n' : '\n';
  if (!before.includes('\n')) return { newline, base: '', unit: '' };
  const base = before.slice(before.lastIndexOf('\n') + 1);
  const [first] = item.members?.values() ?? [];
  const inner = first === undefined ? '' : gapBefore(text, first.key.start);
  const deeper = inner.slice(inner.lastIndexOf('\n') + 1);
  // At most what JSON.stringify takes.
  const unit =
    deeper.startsWith(base) && inner.includes('\n') ? deeper.slice(base.length, base.length + 10) : '';
  return { newline, base, unit: unit === '' ? '  ' : unit };
}

/** The white space, line breaks included, before a place. */
function gapBefore(text: string, end: number): string {
  let start = end;
  while (start > 0 && ' \t\r\n'.includes(text.charAt(start - 1))) start -= 1;
  return text.slice(start, end);
}
