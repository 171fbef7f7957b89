import { list } from '../domain/words.ts';
import { fail, ok, type Outcome } from '../domain/problem.ts';
import type { EpicStatus } from '../domain/prd.ts';
import { type JsonNode, parseJson } from './json.ts';
import { applyEdits, type Edit, setMember } from './json-edit.ts';
import { checkPrd } from './load-prd.ts';
import { epicsOf, member } from './prd-tree.ts';
import { SourceText } from './text.ts';

/** What a run knows of an epic and writes back into the PRD. */
export interface EpicProgress {
  readonly id: string;
  readonly status: EpicStatus;
  readonly stories: readonly {
    readonly id: string;
    readonly passes: boolean;
    readonly failureReason: string | null;
  }[];
}

/** A field that is absent means the same as this. */
const DEFAULTS = { status: 'pending', planned: false, passes: false, failureReason: null } as const;
type Field = keyof typeof DEFAULTS;

/**
 * The text of the PRD with the status of these epics in it. Every other byte stays, unknown epics and stories are left
 * alone, and a text in which all is written already comes back as it was. Fails when the text is no JSON any more.
 */
export function applyProgress(text: string, epics: readonly EpicProgress[]): Outcome<string> {
  const byId = new Map(epics.map((epic) => [epic.id, epic]));
  return editEpics(text, (epicId, epicNode, set) => {
    const epic = byId.get(epicId);
    if (epic === undefined) return;
    set(epicNode, 'status', epic.status);
    const stories = new Map(epic.stories.map((story) => [story.id, story]));
    for (const storyNode of member(epicNode, 'userStories')?.items ?? []) {
      const story = stories.get(String(member(storyNode, 'id')?.value));
      if (story === undefined) continue;
      set(storyNode, 'passes', story.passes);
      set(storyNode, 'failureReason', story.failureReason);
    }
  });
}

/** The same for epics that are called planned from now on. */
export function applyPlanned(text: string, epicIds: readonly string[]): Outcome<string> {
  return editEpics(text, (epicId, epicNode, set) => {
    if (epicIds.includes(epicId)) set(epicNode, 'planned', true);
  });
}

/** What a PRD lost when somebody made `after` of it, as in "prd.json …"; null: nothing that a run needs. */
export async function damageOf(before: string, after: string): Promise<string | null> {
  const kept = new Set(epicIdsIn(after));
  const lost = epicIdsIn(before).filter((id) => !kept.has(id));
  if (lost.length > 0) return `lacks ${list(lost)}`;
  const { prd } = await checkPrd(new SourceText('prd.json', after));
  return prd === null ? 'is no valid PRD any more' : null;
}

function epicIdsIn(text: string): readonly string[] {
  const { root } = parseJson(text);
  return root === null ? [] : epicsOf(root).map(({ name }) => name);
}

type SetField = (node: JsonNode, field: Field, value: string | boolean | null) => void;

function editEpics(
  text: string,
  change: (epicId: string, epicNode: JsonNode, set: SetField) => void,
): Outcome<string> {
  const source = new SourceText('prd.json', text);
  const { root, findings } = parseJson(source.text);
  const broken = findings.find((finding) => finding.code !== 'duplicate-key');
  if (root === null || broken !== undefined) {
    const at = source.span(broken ?? { start: 0, end: 0 });
    return fail({
      code: 'prd-not-json',
      what: `the PRD is not valid JSON any more: ${broken?.message ?? 'it is empty'}`,
      where: `line ${at.line}, column ${at.column}`,
      why: 'the status of epics and stories is written back into it',
      fix: 'run "teams validate" and mend what it names',
    });
  }
  const edits: Edit[] = [];
  for (const epicNode of member(root, 'epics')?.items ?? []) {
    change(String(member(epicNode, 'id')?.value), epicNode, (node, field, value) =>
      setField(source.text, node, field, value, edits),
    );
  }
  return ok(edits.length === 0 ? text : (source.bom ? '\ufeff' : '') + applyEdits(source.text, edits));
}

function setField(
  text: string,
  node: JsonNode,
  field: Field,
  value: string | boolean | null,
  edits: Edit[],
): void {
  const present = member(node, field);
  if (present?.value === value || (present === undefined && value === DEFAULTS[field])) return;
  edits.push(...setMember(text, node, field, value));
}
