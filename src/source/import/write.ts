import type { Prd } from '../../domain/prd.ts';
import { addFirstMember, appendItems, applyEdits, type Edit, setMember } from '../json-edit.ts';
import { type JsonNode, parseJson } from '../json.ts';
import { epicsOf, member } from '../prd-tree.ts';
import type { Plan, PlannedEpic, PlannedStory } from './assemble.ts';

/** The text of a new PRD. */
export function newPrd(
  plan: Plan,
  head: { readonly schema: string; readonly project: string; readonly description: string },
): string {
  const { schema, project, description } = head;
  const prd = { $schema: schema, project, description, epics: plan.epics.map((epic) => epicJson(epic)) };
  return `${JSON.stringify(prd, null, 2)}\n`;
}

/**
 * The text of a PRD with the import in it: words of known epics and stories are brought up to date, new ones are added.
 * Ids, statuses and every byte that is about something else stay.
 */
export function mergePrd(text: string, prd: Prd, plan: Plan, schema: string): string {
  const { root } = parseJson(text);
  if (root === null) throw new Error('mergePrd needs the text of a valid PRD');
  const edits: Edit[] =
    member(root, '$schema') === undefined ? [...addFirstMember(text, root, '$schema', schema)] : [];
  const nodes = new Map(epicsOf(root).map(({ node }) => [member(node, 'id')?.value, node]));
  const known = new Map(prd.epics.map((epic) => [epic.id, epic]));
  for (const planned of plan.epics) {
    const node = nodes.get(planned.id);
    const epic = known.get(planned.id);
    if (node === undefined || epic === undefined) continue;
    change(text, node, epic, wordsOf(planned), edits);
    const stories = new Map(epicStories(node));
    for (const story of planned.stories) {
      const storyNode = stories.get(story.id);
      const old = epic.userStories.find(({ id }) => id === story.id);
      if (story.known && storyNode !== undefined && old !== undefined)
        change(text, storyNode, old, { ...storyWords(story), source: story.source }, edits);
    }
    const last = Math.max(0, ...epic.userStories.map(({ priority }) => priority));
    const fresh = planned.stories.filter((story) => !story.known);
    const list = member(node, 'userStories');
    if (list !== undefined)
      edits.push(
        ...appendItems(
          text,
          list,
          fresh.map((story, index) => storyJson(story, last + index + 1)),
        ),
      );
  }
  const list = member(root, 'epics');
  const fresh = plan.epics.filter((epic) => !epic.known).map((epic) => epicJson(epic));
  if (list !== undefined) edits.push(...appendItems(text, list, fresh));
  return applyEdits(text, edits);
}

/** Known stories whose words are others now. */
export function changedStories(
  prd: Prd,
  plan: Plan,
): readonly { readonly epicId: string; readonly storyId: string; readonly passes: boolean }[] {
  const known = new Map(prd.epics.map((epic) => [epic.id, epic]));
  return plan.epics.flatMap((planned) => {
    const epic = known.get(planned.id);
    return planned.stories.flatMap((story) => {
      const old = epic?.userStories.find(({ id }) => id === story.id);
      if (old === undefined || !story.known) return [];
      const changed = Object.entries(storyWords(story)).some(([key, value]) => !same(old[key], value));
      return changed ? [{ epicId: planned.id, storyId: story.id, passes: old.passes }] : [];
    });
  });
}

const epicStories = (node: JsonNode): readonly (readonly [unknown, JsonNode])[] =>
  (member(node, 'userStories')?.items ?? []).map((story) => [member(story, 'id')?.value, story]);

function change(
  text: string,
  node: JsonNode,
  old: Readonly<Record<string, unknown>>,
  words: Readonly<Record<string, unknown>>,
  edits: Edit[],
): void {
  // One after another behind the last member: each would be added in the same place.
  for (const [key, value] of Object.entries(words)) {
    // No labels and an empty list of them are the same.
    if (!same(old[key] ?? (key === 'labels' ? [] : undefined), value))
      edits.push(...setMember(text, node, key, value));
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const wordsOf = ({
  title,
  description,
  labels,
  source,
  dependsOn,
}: PlannedEpic): Record<string, unknown> => ({
  title,
  description,
  dependsOn,
  ...(labels === undefined ? {} : { labels }),
  ...(source === undefined ? {} : { source }),
});

const storyWords = ({ title, description, criteria }: PlannedStory): Record<string, unknown> => ({
  title,
  description,
  acceptanceCriteria: criteria,
});

const epicJson = (epic: PlannedEpic): object => ({
  id: epic.id,
  title: epic.title,
  description: epic.description,
  status: 'pending',
  planned: false,
  dependsOn: epic.dependsOn,
  ...(epic.labels === undefined || epic.labels.length === 0 ? {} : { labels: epic.labels }),
  source: epic.source,
  userStories: epic.stories.map((story, index) => storyJson(story, index + 1)),
});

const storyJson = (story: PlannedStory, priority: number): object => ({
  id: story.id,
  ...storyWords(story),
  priority,
  passes: false,
  failureReason: null,
  source: story.source,
});
