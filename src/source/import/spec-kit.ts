import type { Range, SourceText } from '../text.ts';
import type { Draft, DraftGroup, DraftStory, Guess, LeftOut, Reference } from './draft.ts';
import {
  isEmpty,
  type Item,
  itemsBelow,
  readMarkdown,
  type Section,
  textBeside,
  under,
} from './markdown-tree.ts';
import { line, prose, sentence, slug, Keys } from './words.ts';

/** `T012 [P] [US1] Create the model in src/model.ts (depends on T010)`; the id may be bold or missing its number. */
const TASK = /^(?:\*\*|`)?(T(?:\d{1,6}|X{1,6})[a-z]?)(?:\*\*|`)?[:.]?\s+(.*)$/;
const TAGS = /^(?:\[[^\][]{1,20}\]\s*)+/;
/** What it says about the order is read. */
const DEPENDENCIES = /dependenc/i;
const USER_STORY = /\b(?:user story|US)\s*-?(\d{1,4})\b/i;

interface Phase {
  readonly section: Section;
  readonly key: string;
  readonly title: string;
  /** The number of a user story; null: a phase that prepares or finishes. */
  readonly story: string | null;
  readonly tasks: readonly Task[];
}

interface Task {
  readonly id: string;
  readonly text: string;
  readonly item: Item;
}

/** Whether this is a `tasks.md` of spec-kit: its tasks are numbered entries with a box. */
export const looksLikeSpecKit = (text: string): boolean =>
  /^[ \t]*[-*] \[[ xX]\] (?:\*\*|`)?T\d{2,6}\b/m.test(text);

/** `tasks.md` of spec-kit: phases are epics, tasks are stories. */
export function importSpecKit(source: SourceText): Draft {
  const root = readMarkdown(source.text);
  const aside: Section[] = [];
  const phases = phasesOf(root, aside);
  const guesses: Guess[] = [
    { kind: 'grouping', message: 'each phase is an epic, each task a story of it' },
    { kind: 'criteria', message: 'the text of a task is its only criterion' },
    {
      kind: 'dependencies',
      message:
        'phases before the first user story follow one another, user stories wait for the last of them and not for each other, later phases wait for all user stories',
    },
  ];
  if (aside.length > 0) {
    const titles = aside.map(({ title }) => line(title, 60)).join(', ');
    guesses.push({ kind: 'left out', message: `what is below headings without a task: ${titles}` });
  }
  const done: LeftOut[] = [];
  const keys = new Keys();
  const groups: DraftGroup[] = [];
  const between = betweenStories(root);
  for (const [index, phase] of phases.entries()) {
    const stories = phase.tasks.flatMap((task) => storyOf(task, keys, done));
    const test = labelled(phase.section, 'independent test');
    const last = stories.at(-1);
    if (test !== null && last !== undefined) {
      stories[stories.length - 1] = { ...last, criteria: [...last.criteria, sentence(test)] };
      guesses.push({
        kind: 'criteria',
        // Not its id: the second task of the same one gets another.
        message: `the independent test of ${phase.title} is a criterion of its last task, "${line(last.title, 60)}"`,
        at: phase.section.at,
      });
    }
    groups.push({
      key: phase.key,
      id: phase.key,
      title: phase.title,
      description: prose(wordsOf(phase.section).join('\n')),
      ordered: true,
      dependsOn: [...waitsFor(phases, index), ...between(phase)],
      stories,
    });
  }
  const heading = root.children.find((section) => section.level === 1);
  const name = heading === undefined ? '' : line(heading.title.replace(/^tasks\s*:\s*/i, ''));
  return {
    project: name === '' ? null : name,
    description: prose(
      [root, ...root.children.filter(({ level }) => level === 1)]
        .flatMap((section) =>
          textBeside(
            section,
            tasksRightIn(section).map(({ item }) => item),
            [],
          ),
        )
        .join('\n'),
    ),
    groups: groups.filter((group) => group.stories.length > 0),
    done,
    leftOut: [],
    guesses,
  };
}

/** Headings that have words but no tasks go `aside`. */
function phasesOf(root: Section, aside: Section[]): readonly Phase[] {
  const keys = new Keys();
  const found: Phase[] = [];
  const leave = (section: Section): void => {
    if (!isEmpty(section) && !DEPENDENCIES.test(section.title)) aside.push(section);
  };
  const visit = (section: Section): void => {
    const { level, children } = section;
    const own = tasksRightIn(section);
    // Tasks may be sorted further, "Tests" and "Implementation": that is all one phase.
    if (level === 2 || (level > 1 && own.length > 0)) {
      if (tasksIn(section).length > 0) found.push(phaseOf(section, keys));
      else leave(section);
      return;
    }
    if (own.length > 0) found.push(phaseOf({ ...section, children: [] }, keys));
    else if (level > 1) leave({ ...section, children: [] });
    for (const child of children) visit(child);
  };
  visit(root);
  return found;
}

function phaseOf(section: Section, keys: Keys): Phase {
  const tasks = tasksIn(section);
  const words = line(section.title)
    .replace(/^phase\s+[\w.]{1,6}\s*[:.\u2013\u2014-]\s*/i, '')
    .replace(/(?<!\s)\s*\((?:priority:\s*)?P\d\)/i, '')
    .replace(/[\p{Extended_Pictographic}\ufe0f]\s*(?:MVP)?/gu, '')
    .trim();
  const story = USER_STORY.exec(words)?.[1] ?? null;
  const title = words === '' ? 'Tasks' : words;
  // "Setup (Shared Infrastructure)" stays the same phase when the words in brackets change.
  const key = keys.take(story === null ? slug(title.replace(/(?<!\s)\s*\([^()]*\)\s*$/, '')) : `US${story}`);
  return { section, key, title, story, tasks };
}

const tasksRightIn = (section: Section): readonly Task[] =>
  section.items.flatMap((item) => [item, ...itemsBelow(item)]).flatMap((item) => taskOf(item));

const tasksIn = (section: Section): readonly Task[] => [
  ...tasksRightIn(section),
  ...section.children.flatMap((child) => tasksIn(child)),
];

/** What a phase says beside its tasks, its parts such as "Tests" included. */
function wordsOf(section: Section): readonly string[] {
  const own = textBeside(
    section,
    tasksRightIn(section).map(({ item }) => item),
    [],
  );
  const below = section.children.flatMap((child) => {
    const words = wordsOf(child);
    return words.some((text) => text.trim() !== '') ? under(child, words) : [];
  });
  return [...own, ...below];
}

function taskOf(item: Item): readonly Task[] {
  if (item.checked === null) return [];
  const match = TASK.exec(item.text);
  return match === null ? [] : [{ id: match[1] ?? '', text: match[2] ?? '', item }];
}

function storyOf(task: Task, keys: Keys, done: LeftOut[]): readonly DraftStory[] {
  const text = line(task.text.replace(TAGS, ''), 1000);
  const id = /\d/.test(task.id) ? task.id : slug(text);
  const key = keys.take(id);
  const { at } = task.item;
  if (task.item.checked === true) {
    done.push({ key, title: `${task.id} ${line(text, 80)}`, why: 'it is ticked', at });
    return [];
  }
  const wish = text.replace(/(?<!\s)\s*\(depends on [^()]*\)/i, '');
  const title = line(wish, 120) || task.id;
  const details = detailsOf(task.item);
  return [
    {
      key,
      id,
      title,
      description: prose(
        [title === text ? '' : text, ...details, ...task.item.code].filter((part) => part !== '').join('\n'),
      ),
      criteria: [sentence(wish) || title],
      dependsOn: namedTasks([text, ...details], at).filter((reference) => reference.key !== key),
      at,
    },
  ];
}

/** What stands below a task, without the tasks there: they are stories of their own. */
function detailsOf(task: Item): readonly string[] {
  const found = [...task.notes];
  const open = task.children.toReversed().map((item) => ({ item, indent: '' }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { item, indent } = next;
    if (taskOf(item).length > 0) continue;
    found.push(
      `${indent}- ${item.text}`,
      ...[...item.notes, ...item.code].map((text) => `${indent}  ${text}`),
    );
    for (const child of item.children.toReversed())
      open.push({ item: child, indent: `${indent}  `.slice(0, 20) });
  }
  return found;
}

function namedTasks(texts: readonly string[], at: Range): readonly Reference[] {
  const named = texts.flatMap(
    (text) => /\b(?:depends on|dependencies)\b:?([^()]{1,300})/i.exec(text)?.[1] ?? [],
  );
  return named.flatMap((names) => [...names.matchAll(/\bT\d{1,6}[a-z]?\b/g)]).map(([key]) => ({ key, at }));
}

/** `**Goal**: …` of a phase. */
function labelled(section: Section, name: string): string | null {
  for (const text of section.text) {
    const match = /^\W*([A-Za-z ]{1,40}?)\W*:\W*(.*)$/.exec(text.slice(0, 2000));
    if (match?.[1]?.trim().toLowerCase() === name) return (match[2] ?? '').trim() || null;
  }
  return null;
}

function waitsFor(phases: readonly Phase[], index: number): readonly Reference[] {
  const first = phases.findIndex((phase) => phase.story !== null);
  const before = phases[index - 1];
  const refer = (phase: Phase): Reference => ({ key: phase.key, at: phase.section.at });
  if (first === -1 || index < first) return before === undefined ? [] : [refer(before)];
  if (phases[index]?.story !== null) {
    const base = phases[first - 1];
    return base === undefined ? [] : [refer(base)];
  }
  return phases.slice(first, index).flatMap((phase) => (phase.story === null ? [] : [refer(phase)]));
}

/** "User Story 2 (P2): … Depends on User Story 1" in the part about dependencies. */
function betweenStories(root: Section): (phase: Phase) => readonly Reference[] {
  const named = new Map<string, Reference[]>();
  const visit = (section: Section, inside: boolean): void => {
    const about = inside || DEPENDENCIES.test(section.title);
    for (const { text, at } of about ? section.items : []) {
      const [head = '', ...rest] = text.split(':');
      const own = USER_STORY.exec(head)?.[1];
      const others = /\bdepends on\b(.*)$/i.exec(rest.join(':'))?.[1]?.split(/[.;]/)[0] ?? '';
      if (own === undefined) continue;
      for (const [, other = ''] of others.matchAll(new RegExp(USER_STORY, 'gi'))) {
        if (other !== own) named.set(own, [...(named.get(own) ?? []), { key: `US${other}`, at }]);
      }
    }
    for (const child of section.children) visit(child, about);
  };
  visit(root, false);
  return (phase) => (phase.story === null ? [] : (named.get(phase.story) ?? []));
}
