import { type Findings, quote } from '../findings.ts';
import type { JsonNode } from '../json.ts';
import { handleOf, member } from '../prd-tree.ts';
import type { Draft, DraftGroup, DraftStory, LeftOut, Reference } from './draft.ts';
import { idField, idsField, sentencesField, textField } from './json-fields.ts';
import { Keys, line, prose, shown } from './words.ts';

const DONE = /^(?:done|completed?)$/i;
const NOT_NOW = /^(?:cancelled|canceled|deferred)$/i;

/** `tasks.json` of Task Master: tasks are epics, subtasks are stories. */
export function importTaskMaster(root: JsonNode, findings: Findings): Draft {
  const guesses: Draft['guesses'] = [
    {
      kind: 'grouping',
      message:
        'each task is an epic with its subtasks as stories; a task without subtasks is an epic of one story',
    },
    { kind: 'ids', message: 'task 4 is TASK-4, its subtask 2 is 4.2' },
    {
      kind: 'criteria',
      message: 'criteria are the acceptance criteria of a subtask, else its test strategy, else its title',
    },
  ];
  const done: LeftOut[] = [];
  const leftOut: LeftOut[] = [];
  const tag = chooseTag(root, findings);
  const groups: DraftGroup[] = [];
  const seen = new Map<string, JsonNode>();
  const keys = new Keys();
  for (const task of tag?.tasks ?? []) {
    const id = wholeId(task, 'task', seen, findings);
    if (id === null || isAside(task, id, done, leftOut)) continue;
    const title = line(textField(task, 'title')) || `Task ${id}`;
    const subtasks = member(task, 'subtasks')?.items ?? [];
    const seenBelow = new Map<string, JsonNode>();
    const stories = subtasks.flatMap((subtask): readonly DraftStory[] => {
      const own = wholeId(subtask, `subtask of task ${id}`, seenBelow, findings);
      if (own === null) return [];
      const key = keys.take(keyBelow(id, own));
      if (isAside(subtask, key, done, leftOut)) return [];
      return [
        {
          ...storyOf(subtask, key),
          dependsOn: references(subtask, (other) => (other.includes('.') ? other : `${id}.${other}`)),
        },
      ];
    });
    if (subtasks.length === 0)
      stories.push({ ...storyOf(task, keys.take(keyBelow(id, ITSELF))), id: `TASK-${id}` });
    if (stories.length === 0) {
      done.push({
        key: id,
        title: `${id} ${title}`,
        why: 'none of its subtasks is left to do',
        at: handleOf(task),
      });
      continue;
    }
    const details = [textField(task, 'description'), subtasks.length === 0 ? '' : textField(task, 'details')];
    const strategy = subtasks.length === 0 ? '' : textField(task, 'testStrategy');
    groups.push({
      key: id,
      id: `TASK-${id}`,
      title,
      description: prose(
        [...details, strategy === '' ? '' : `Test strategy: ${strategy}`]
          .filter((text) => text !== '')
          .join('\n\n'),
      ),
      ordered: true,
      dependsOn: references(task, (other) => other),
      stories,
    });
  }
  return {
    project: textField(tag?.metadata ?? root, 'projectName') || null,
    description: prose(
      textField(tag?.metadata ?? root, 'description').replace(/^Tasks for .{1,60} context$/, ''),
    ),
    groups,
    done,
    leftOut,
    guesses:
      tag === null || tag.others.length === 0
        ? guesses
        : [
            ...guesses,
            {
              kind: 'left out',
              message: `only the tag "${shown(tag.name)}" is read, not ${tag.others.map((name) => `"${shown(name)}"`).join(', ')}`,
            },
          ],
  };
}

/** The story of a task without subtasks. */
const ITSELF = '0';

const keyBelow = (task: string, own: string): string => (own.startsWith(`${task}.`) ? own : `${task}.${own}`);

interface Tag {
  readonly name: string;
  readonly tasks: readonly JsonNode[];
  readonly metadata: JsonNode | undefined;
  readonly others: readonly string[];
}

/** Older files have one list of tasks, newer ones a list per tag. */
function chooseTag(root: JsonNode, findings: Findings): Tag | null {
  const plain = member(root, 'tasks')?.items;
  if (plain !== undefined)
    return {
      name: 'master',
      tasks: plain,
      metadata: member(root, 'metadata') ?? member(root, 'meta'),
      others: [],
    };
  const tags = [...(root.members ?? [])].flatMap(([name, { node }]) => {
    const tasks = member(node, 'tasks')?.items;
    return tasks === undefined || tasks.length === 0
      ? []
      : [{ name, tasks, metadata: member(node, 'metadata') }];
  });
  const chosen = tags.find(({ name }) => name === 'master') ?? (tags.length === 1 ? tags[0] : undefined);
  if (chosen !== undefined)
    return {
      ...chosen,
      others: tags
        .map(({ name }) => name)
        .filter((name) => name !== chosen.name)
        .slice(0, 20),
    };
  if (tags.length > 1) {
    // It is there to be pasted into a shell.
    const simple = tags.map(({ name }) => name).find((name) => /^[\w.-]{1,40}$/.test(name));
    findings.add({
      code: 'several-tags',
      message: `the file has several tags and none is "master": ${tags
        .slice(0, 10)
        .map(({ name }) => quote(name))
        .join(', ')}`,
      at: root.members?.get(tags[0]?.name ?? '')?.key ?? null,
      fix: `choose one: jq '{master: .["${simple ?? 'TAG'}"]}' tasks.json | teams import -`,
    });
  }
  return null;
}

function wholeId(
  node: JsonNode,
  kind: string,
  seen: Map<string, JsonNode>,
  findings: Findings,
): string | null {
  const id = idField(node, 'id');
  if (id === null) {
    findings.add({
      code: 'missing-field',
      message: `a ${kind} has no id`,
      at: handleOf(node),
      fix: 'give it the number that other tasks name it by',
    });
    return null;
  }
  const first = seen.get(id);
  if (first === undefined) {
    seen.set(id, node);
    return id;
  }
  findings.add({
    code: 'duplicate-id',
    message: `two of the ${kind}s have the id ${quote(id)}`,
    at: handleOf(node),
    fix: 'give one of the two another id',
    related: [{ message: 'first used here', at: handleOf(first) }],
  });
  return null;
}

function isAside(node: JsonNode, key: string, done: LeftOut[], leftOut: LeftOut[]): boolean {
  const status = textField(node, 'status');
  const entry = {
    key,
    title: `${line(key, 40)} ${line(textField(node, 'title'))}`.trim(),
    why: `its status is ${line(status, 20)}`,
    at: handleOf(node),
  };
  const list = DONE.test(status) ? done : NOT_NOW.test(status) ? leftOut : null;
  if (list === null) return false;
  const below = (member(node, 'subtasks')?.items ?? []).flatMap((subtask) => idField(subtask, 'id') ?? []);
  const stories = [...below, ITSELF].map((own) => ({
    ...entry,
    key: keyBelow(key, own),
    inside: true as const,
  }));
  list.push(entry, ...stories);
  return true;
}

const storyOf = (node: JsonNode, key: string): DraftStory => ({
  key,
  id: key,
  title: line(textField(node, 'title')) || `Task ${key}`,
  description: prose(
    [textField(node, 'description'), textField(node, 'details')].filter((text) => text !== '').join('\n\n'),
  ),
  criteria: sentencesField(node, 'acceptanceCriteria', 'testStrategy'),
  dependsOn: [],
  at: handleOf(node),
});

const references = (node: JsonNode, keyOf: (id: string) => string): readonly Reference[] =>
  idsField(node, 'dependencies').map(({ id, node: at }) => ({ key: keyOf(id), at }));
