import { type Findings, quote } from '../findings.ts';
import type { JsonNode } from '../json.ts';
import { handleOf, member } from '../prd-tree.ts';
import type { Draft, DraftGroup, DraftStory, Guess, LeftOut } from './draft.ts';
import { idField, idsField, sentencesField, textField } from './json-fields.ts';
import { Keys, line, prose, slug } from './words.ts';

/** A `prd.json` as ralph loops have it: one flat list of stories, worked on from the first to the last. */
export function importRalph(root: JsonNode, findings: Findings): Draft {
  const nodes = root.items ?? (member(root, 'userStories') ?? member(root, 'stories'))?.items ?? [];
  const done: LeftOut[] = [];
  const seen = new Map<string, JsonNode>();
  const rows: { readonly story: DraftStory; readonly epic: string; readonly priority: number }[] = [];
  for (const node of nodes) {
    if (node.members === undefined) {
      findings.add({ code: 'wrong-type', message: 'this is no story', at: handleOf(node), fix: 'remove it' });
      continue;
    }
    const title = line(textField(node, 'title', 'name', 'story', 'description'));
    const id = idField(node, 'id') ?? slug(title);
    const first = seen.get(id);
    if (first !== undefined) {
      findings.add({
        code: 'duplicate-id',
        message: `two stories have the id ${quote(id)}`,
        at: handleOf(node),
        fix: 'give one of the two another id',
        related: [{ message: 'first used here', at: handleOf(first) }],
      });
      continue;
    }
    seen.set(id, node);
    const isDone = [member(node, 'passes'), member(node, 'completed'), member(node, 'done')].some(
      (flag) => flag?.value === true,
    );
    if (isDone || /^(?:done|completed?|passed)$/i.test(textField(node, 'status'))) {
      done.push({ key: id, title: `${line(id, 40)} ${title}`, why: 'it passes', at: handleOf(node) });
      continue;
    }
    const priority = member(node, 'priority')?.value;
    rows.push({
      story: {
        key: id,
        id,
        title: title || line(id),
        description: prose(
          [textField(node, 'description'), textField(node, 'notes')]
            .filter((text) => text !== '')
            .join('\n\n'),
        ),
        criteria: sentencesField(node, 'acceptanceCriteria', 'acceptance_criteria', 'criteria', 'steps'),
        dependsOn: idsField(node, 'dependsOn', 'dependencies', 'depends_on').map(({ id: key, node: at }) => ({
          key,
          at,
        })),
        at: handleOf(node),
      },
      epic: textField(node, 'epic', 'epicId', 'phase', 'group'),
      priority: typeof priority === 'number' ? priority : Infinity,
    });
  }
  const explicit = rows.some(({ story }) => story.dependsOn.length > 0);
  const project = line(textField(root, 'project', 'projectName', 'name')) || null;
  const branch = textField(root, 'branchName', 'branch');
  return {
    project,
    description: prose(textField(root, 'description', 'overview')),
    groups: groupsOf(
      rows.toSorted((a, b) => a.priority - b.priority),
      !explicit,
      project,
    ),
    done,
    leftOut: [],
    guesses: guessesOf(
      rows.some(({ epic }) => epic !== ''),
      explicit,
      branch,
    ),
  };
}

function groupsOf(
  rows: readonly { readonly story: DraftStory; readonly epic: string }[],
  ordered: boolean,
  project: string | null,
): readonly DraftGroup[] {
  const byEpic = new Map<string, DraftStory[]>();
  for (const { story, epic } of rows) {
    const stories = byEpic.get(epic);
    if (stories === undefined) byEpic.set(epic, [story]);
    else stories.push(story);
  }
  const keys = new Keys();
  return [...byEpic].map(([epic, stories]) => ({
    key: keys.take(epic === '' ? 'stories' : slug(epic)),
    id: epic === '' ? 'stories' : epic,
    title: line(epic) || (project === null ? 'Stories' : `Stories of ${project}`),
    description: '',
    ordered,
    dependsOn: [],
    stories,
  }));
}

function guessesOf(named: boolean, explicit: boolean, branch: string): readonly Guess[] {
  const guesses: Guess[] = [
    {
      kind: 'grouping',
      message: named
        ? 'stories that name the same epic, phase or group are one'
        : 'stories are taken in the order of their priority, a few to an epic',
    },
    {
      kind: 'dependencies',
      message: explicit
        ? 'epics wait for those that hold what their stories depend on'
        : 'no story names what it depends on, so the parts of a list wait for each other in its order: remove dependsOn where two can be built at the same time',
    },
  ];
  if (branch !== '') {
    guesses.push({
      kind: 'left out',
      message: `branchName "${line(branch, 60)}": there it is the branch to make, here it would be the one to start from`,
    });
  }
  return guesses;
}
