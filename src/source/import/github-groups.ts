import { handleOf, member } from '../prd-tree.ts';
import type { DraftGroup, DraftStory, Guess, LeftOut, Reference } from './draft.ts';
import {
  ABOUT_CRITERIA,
  type Checklist,
  hasOnlyName,
  type NamedIssue,
  readChecklist,
} from './github-checklist.ts';
import { type Issue, keyOf, repositoryOf, shownKey } from './github-issue.ts';
import { idsField } from './json-fields.ts';
import { draftOfMarkdown } from './markdown.ts';
import { itemsBelow, readMarkdown, type Section } from './markdown-tree.ts';
import { anchor, Keys, line, prose, sentence } from './words.ts';

/** Where it is said what becomes of issues besides epics and stories. */
export interface Aside {
  readonly done: LeftOut[];
  readonly leftOut: LeftOut[];
  readonly guesses: Guess[];
}

type Parent = NonNullable<Issue['parent']>;

/** A story, and where in the text of its epic it is named. */
interface Placed {
  readonly story: DraftStory;
  readonly start: number;
}

interface Family {
  readonly parent: Parent;
  readonly stories: Placed[];
}

/** Sub-issues, and issues that the checklist of another one names, are stories; all others are epics. */
export function groupsOf(issues: ReadonlyMap<string, Issue>, aside: Aside): readonly DraftGroup[] {
  const checklists = new Map<string, Checklist>();
  for (const issue of issues.values()) {
    const checklist = readChecklist(issue.body);
    if (checklist.issues.some(({ alone }) => alone || isEpic(issue))) checklists.set(issue.key, checklist);
  }
  const families = familiesOf(issues, checklists, aside);
  const children = new Set(
    [...families.values()].flatMap(({ stories }) => stories.map(({ story }) => story.key)),
  );
  const groups: DraftGroup[] = [];
  for (const issue of issues.values()) {
    if (children.has(issue.key)) continue;
    const stories = families.get(issue.key)?.stories ?? [];
    const checklist = checklists.get(issue.key);
    if (checklist !== undefined || (stories.length === 0 && isEpic(issue))) {
      groups.push(...epicOfChecklist(issue, checklist ?? readChecklist(issue.body), stories, aside));
    } else if (stories.length > 0) groups.push(epicOf(issue, told(stories)));
    // The text is that of the story.
    else groups.push({ ...epicOf(issue, [aloneIn(issue)]), description: '' });
    families.delete(issue.key);
  }
  // Parents that are not in the list, because they are closed or in another one.
  for (const { parent, stories } of families.values()) {
    const { key, link, id, title } = parent;
    const epic = { key, link, id, title, description: '', dependsOn: [] };
    groups.push({ ...epic, ordered: false, stories: told(stories) });
  }
  return groups;
}

const isEpic = ({ labels }: Issue): boolean => labels.some((label) => /^(?:type:\s*)?epic$/i.test(label));

function familiesOf(
  issues: ReadonlyMap<string, Issue>,
  checklists: ReadonlyMap<string, Checklist>,
  aside: Aside,
): Map<string, Family> {
  const parents = new Set(checklists.keys());
  for (const { key, parent } of issues.values())
    if (parent !== null && parent.key !== key) parents.add(parent.key);
  const families = new Map<string, Family>();
  const homes = new Map<string, Parent>();
  const adopt = (parent: Parent, child: Issue, start: number): void => {
    homes.set(child.key, parent);
    const placed = { story: storyOf(child), start };
    const family = families.get(parent.key);
    if (family === undefined) families.set(parent.key, { parent, stories: [placed] });
    else family.stories.push(placed);
  };
  for (const issue of issues.values()) {
    // A sub-issue that has sub-issues itself is an epic of its own: there are only two levels.
    if (issue.parent !== null && !parents.has(issue.key)) adopt(issue.parent, issue, Infinity);
  }
  const known = new Set([...aside.done, ...aside.leftOut].map(({ key }) => key));
  for (const [key, checklist] of checklists) {
    const parent = issues.get(key);
    if (parent === undefined) continue;
    const at = handleOf(parent.node);
    const place = `the checklist of ${shownKey(key)}`;
    for (const named of checklist.issues) {
      const own = keyIn(parent, named);
      const child = issues.get(own);
      const home = homes.get(own);
      if (own === key || known.has(own)) continue;
      if (child === undefined) {
        known.add(own);
        const entry = { key: own, title: shownKey(own), at };
        if (named.checked) aside.done.push({ ...entry, why: `it is ticked in ${place}` });
        else aside.leftOut.push({ ...entry, why: `it is in ${place}, but not in the file` });
        continue;
      }
      const guess = (message: string): void => void aside.guesses.push({ kind: 'grouping', message, at });
      if (named.checked) guess(`${shownKey(own)} is ticked in ${place}, but open: it is work`);
      if (parents.has(own))
        guess(`${shownKey(own)} in ${place} has stories itself: it is an epic of its own`);
      else if (home === undefined) adopt(parent, child, named.start);
      else if (home.key !== key)
        guess(`${shownKey(own)} in ${place} is a story of ${shownKey(home.key)} already`);
    }
  }
  return families;
}

/** The key of an issue that the text of another one names. */
function keyIn(issue: Issue, { repository, number }: Pick<NamedIssue, 'repository' | 'number'>): string {
  const own = repositoryOf(issue.link ?? '');
  const several = issue.key.includes('#');
  if (repository === null || repository.toLowerCase() === own.toLowerCase())
    return keyOf(number, several ? own : '');
  // Without addresses of issues, a repository that is named can only be theirs.
  return own === '' && !several ? number : keyOf(number, repository);
}

const told = (stories: readonly Placed[]): readonly DraftStory[] =>
  stories.toSorted((a, b) => a.start - b.start).map(({ story }) => story);

const epicOf = (issue: Issue, stories: readonly DraftStory[]): DraftGroup => ({
  key: issue.key,
  link: issue.link,
  id: issue.id,
  title: issue.title,
  description: prose(issue.body),
  labels: issue.labels,
  ordered: false,
  dependsOn: dependenciesOf(issue),
  stories,
});

/** The epic waits, not its only story. */
const aloneIn = (issue: Issue): DraftStory => ({ ...storyOf(issue), dependsOn: [] });

/** Entries that name no issue are stories as well. Empty: nothing in it is left to do. */
function epicOfChecklist(
  issue: Issue,
  checklist: Checklist,
  named: readonly Placed[],
  aside: Aside,
): readonly DraftGroup[] {
  const inside = draftOfMarkdown(checklist.rest);
  const keys = new Keys();
  const place = (key: string): string => keys.take(key.replace(/^work\//, ''));
  const at = handleOf(issue.node);
  const stories = inside.groups
    .flatMap((group) => group.stories)
    .map((story): Placed => {
      const own = place(story.key);
      const link = issue.link === undefined ? undefined : `${issue.link}#${anchor(own)}`;
      return { story: { ...story, key: `${issue.key}/${own}`, link, at }, start: story.at.start };
    });
  for (const { key, title, why } of inside.done)
    aside.done.push({ key: `${issue.key}/${place(key)}`, title: `${shownKey(issue.key)} ${title}`, why, at });
  if (named.length + stories.length > 0) return [epicOf(issue, told([...named, ...stories]))];
  if (checklist.issues.length + inside.done.length === 0) return [epicOf(issue, [aloneIn(issue)])];
  const entry = { key: issue.key, title: `${shownKey(issue.key)} ${line(issue.title, 80)}`, at };
  if (checklist.issues.every(({ checked }) => checked))
    aside.done.push({ ...entry, why: 'all of its checklist is ticked' });
  else aside.leftOut.push({ ...entry, why: 'nothing in its checklist is left to do here' });
  return [];
}

const storyOf = (issue: Issue): DraftStory => ({
  key: issue.key,
  link: issue.link,
  id: issue.id,
  title: issue.title,
  description: prose(issue.body),
  ...criteriaIn(readMarkdown(issue.body)),
  dependsOn: dependenciesOf(issue),
  at: handleOf(issue.node),
});

interface Criterion {
  readonly text: string;
  readonly checked: boolean | null;
}

function criteriaIn(root: Section): Pick<DraftStory, 'criteria' | 'ticked'> {
  const named: Criterion[] = [];
  const boxes: Criterion[] = [];
  const visit = (section: Section, inside: boolean): void => {
    const here = inside || ABOUT_CRITERIA.test(section.title);
    for (const item of section.items.flatMap((top) => [top, ...itemsBelow(top)])) {
      const text = sentence(item.text);
      if (text === '' || hasOnlyName(item)) continue;
      const { checked } = item;
      if (here || ABOUT_CRITERIA.test(item.label)) named.push({ text, checked });
      else if (checked !== null) boxes.push({ text, checked });
    }
    for (const child of section.children) visit(child, here);
  };
  visit(root, false);
  const found = named.length > 0 ? named : boxes;
  return {
    criteria: found.map(({ text }) => text),
    ticked: found.filter(({ checked }) => checked === true).length,
  };
}

function dependenciesOf(issue: Issue): readonly Reference[] {
  const repository = issue.key.includes('#') ? issue.key.slice(0, issue.key.lastIndexOf('#')) : '';
  const blocked = member(issue.node, 'blockedBy');
  const list =
    blocked?.members === undefined ? idsField(issue.node, 'blockedBy') : idsField(blocked, 'nodes');
  const at = handleOf(issue.node);
  const found = list.map(({ id, node }) => ({ key: keyOf(id, repository), at: handleOf(node) }));
  for (const [, names = ''] of issue.body
    .slice(0, 200_000)
    .matchAll(/(?:^|[\n.])[^\w\n.]*(?:depends on|blocked by|requires)\b:?([^\n.]{1,300})/gi)) {
    for (const [, number = ''] of names.matchAll(/#(\d{1,10})\b/g))
      found.push({ key: keyOf(number, repository), at });
  }
  for (const named of readChecklist(issue.body).blockers) {
    if (!named.checked) found.push({ key: keyIn(issue, named), at });
  }
  return found.filter(({ key }) => key !== issue.key);
}
