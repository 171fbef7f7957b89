import { type Findings, quote } from '../findings.ts';
import type { JsonNode } from '../json.ts';
import { handleOf, member } from '../prd-tree.ts';
import { SourceText } from '../text.ts';
import type { Draft, DraftGroup, DraftStory, LeftOut, Reference } from './draft.ts';
import { idField, idsField, textField } from './json-fields.ts';
import { importMarkdown } from './markdown.ts';
import { itemsBelow, readMarkdown, type Section } from './markdown-tree.ts';
import { anchor, Keys, line, prose, sentence } from './words.ts';

interface Issue {
  readonly key: string;
  readonly node: JsonNode;
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly link: string | undefined;
  readonly labels: readonly string[];
  readonly parent: {
    readonly key: string;
    readonly id: string;
    readonly title: string;
    readonly link: string | undefined;
  } | null;
}

/** Issues as `gh issue list --json` or the REST API give them: an issue is an epic, unless it belongs to another one. */
export function importGithub(root: JsonNode, findings: Findings): Draft {
  const nodes = issueNodes(root);
  const repositories = new Set(nodes.map((node) => repositoryOf(linkOf(node) ?? '')));
  const done: LeftOut[] = [];
  const leftOut: LeftOut[] = [];
  const issues = new Map<string, Issue>();
  for (const node of nodes) {
    const issue = readIssue(node, repositories.size > 1, findings);
    if (issue === null) continue;
    const aside = { key: issue.key, title: `#${issue.key} ${issue.title}`, at: handleOf(node) };
    const twice = issues.get(issue.key);
    if (member(node, 'pull_request')?.value) leftOut.push({ ...aside, why: 'it is a pull request' });
    else if (/^closed$/i.test(textField(node, 'state'))) done.push({ ...aside, why: 'it is closed' });
    else if (twice !== undefined) {
      findings.add({
        severity: 'warning',
        code: 'duplicate-id',
        message: `issue ${quote(issue.key)} is there twice; the first one counts`,
        at: handleOf(node),
        related: [{ message: 'first here', at: handleOf(twice.node) }],
      });
    } else issues.set(issue.key, issue);
  }
  return {
    project: projectOf([...repositories]),
    description: '',
    groups: groupsOf(issues),
    done,
    leftOut,
    guesses: [
      {
        kind: 'grouping',
        message:
          'each issue is an epic of one story; sub-issues are the stories of their parent, the checklist of an issue with the label "epic" are its stories',
      },
      { kind: 'ids', message: 'issue 12 is GH-12' },
      {
        kind: 'criteria',
        message:
          'criteria are the list under "Acceptance criteria" of an issue, else its checklist, else its title',
      },
      {
        kind: 'dependencies',
        message:
          'dependencies are blockedBy, and lines such as "Depends on #12" or "Blocked by #12" in the text',
      },
    ],
  };
}

/** A list, pages of lists (`--paginate --slurp`), the answer of a search, or one issue. */
function issueNodes(root: JsonNode): readonly JsonNode[] {
  const list = root.items ?? member(root, 'items')?.items;
  return list === undefined ? [root] : list.flatMap((node) => node.items ?? [node]);
}

const linkOf = (node: JsonNode): string | undefined =>
  [textField(node, 'html_url'), textField(node, 'url')].find(
    (url) => /^https:\/\/[\w.-]{1,100}\/[\w./-]{1,200}\/\d{1,10}$/.test(url) && !url.includes('//api.'),
  );

/** `owner/name` of the address of an issue. */
const repositoryOf = (link: string): string => /^https:\/\/[^/]+\/(.+)\/issues\/\d+$/.exec(link)?.[1] ?? '';

function readIssue(node: JsonNode, several: boolean, findings: Findings): Issue | null {
  const number = idField(node, 'number');
  if (number === null || !/^\d{1,10}$/.test(number)) {
    findings.add({
      code: 'missing-field',
      message: 'an issue has no number',
      at: handleOf(node),
      fix: 'gh issue list --json number,title,body,labels,url,state',
    });
    return null;
  }
  const link = linkOf(node);
  const repository = several ? repositoryOf(link ?? '') : '';
  const prefix = repository === '' ? 'GH' : (repository.split('/').at(-1) ?? 'GH');
  const parent = member(node, 'parent');
  const parentNumber = parent === undefined ? null : idField(parent, 'number');
  return {
    key: keyOf(number, repository),
    node,
    id: `${prefix}-${number}`,
    title: line(textField(node, 'title')) || `Issue ${number}`,
    body: textField(node, 'body').replaceAll('\r\n', '\n'),
    link,
    labels: (member(node, 'labels')?.items ?? []).flatMap((label) => {
      const name = line(typeof label.value === 'string' ? label.value : textField(label, 'name'), 50);
      return name === '' ? [] : [name];
    }),
    parent:
      parent === undefined || parentNumber === null
        ? null
        : {
            key: keyOf(parentNumber, repository),
            id: `${prefix}-${parentNumber}`,
            title: line(textField(parent, 'title')) || `Issue ${parentNumber}`,
            link: linkOf(parent),
          },
  };
}

const keyOf = (number: string, repository: string): string =>
  repository === '' ? number : `${repository}#${number}`;

function groupsOf(issues: ReadonlyMap<string, Issue>): readonly DraftGroup[] {
  const parents = new Set(
    [...issues.values()].flatMap(({ key, parent }) =>
      parent === null || parent.key === key ? [] : [parent.key],
    ),
  );
  const children = new Map<
    string,
    { readonly parent: NonNullable<Issue['parent']>; readonly issues: Issue[] }
  >();
  const grouped = new Set<string>();
  for (const issue of issues.values()) {
    const { parent } = issue;
    // A sub-issue that has sub-issues itself is an epic of its own: there are only two levels.
    if (parent === null || parents.has(issue.key)) continue;
    grouped.add(issue.key);
    const known = children.get(parent.key);
    if (known === undefined) children.set(parent.key, { parent, issues: [issue] });
    else known.issues.push(issue);
  }
  const groups: DraftGroup[] = [];
  for (const issue of issues.values()) {
    if (grouped.has(issue.key)) continue;
    const below = children.get(issue.key)?.issues;
    groups.push(
      below === undefined
        ? epicAlone(issue)
        : epicOf(
            issue,
            below.map((child) => storyOf(child)),
          ),
    );
    children.delete(issue.key);
  }
  // Parents that are not in the list, because they are closed or in another one.
  for (const { parent, issues: below } of children.values()) {
    groups.push({
      key: parent.key,
      link: parent.link,
      id: parent.id,
      title: parent.title,
      description: '',
      ordered: false,
      dependsOn: [],
      stories: below.map((child) => storyOf(child)),
    });
  }
  return groups;
}

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

function epicAlone(issue: Issue): DraftGroup {
  if (!issue.labels.some((label) => /^(?:type:\s*)?epic$/i.test(label)))
    return { ...epicOf(issue, [{ ...storyOf(issue), dependsOn: [] }]), description: '' };
  const inside = importMarkdown(new SourceText('body', issue.body)).groups.flatMap(({ stories }) => stories);
  const keys = new Keys();
  const stories = inside.map((story) => {
    const place = keys.take(story.key.replace(/^work\//, ''));
    const link = issue.link === undefined ? undefined : `${issue.link}#${anchor(place)}`;
    return { ...story, key: `${issue.key}/${place}`, link, at: handleOf(issue.node) };
  });
  return epicOf(issue, stories.length > 0 ? stories : [{ ...storyOf(issue), dependsOn: [] }]);
}

const storyOf = (issue: Issue): DraftStory => ({
  key: issue.key,
  link: issue.link,
  id: issue.id,
  title: issue.title,
  description: prose(issue.body),
  criteria: criteriaIn(readMarkdown(issue.body)),
  dependsOn: dependenciesOf(issue),
  at: handleOf(issue.node),
});

function criteriaIn(root: Section): readonly string[] {
  const named: string[] = [];
  const ticked: string[] = [];
  const visit = (section: Section, inside: boolean): void => {
    const here = inside || /acceptance criteria|definition of done/i.test(section.title);
    for (const item of section.items.flatMap((top) => [top, ...itemsBelow(top)])) {
      const text = sentence(item.text);
      if (text === '') continue;
      if (here || /acceptance criteria|definition of done/i.test(item.label)) named.push(text);
      else if (item.checked !== null) ticked.push(text);
    }
    for (const child of section.children) visit(child, here);
  };
  visit(root, false);
  return named.length > 0 ? named : ticked;
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
    .matchAll(/(?:^|[\n.])[^\w\n]*(?:depends on|blocked by|requires)\b:?([^\n.]{1,300})/gi)) {
    for (const [, number = ''] of names.matchAll(/#(\d{1,10})\b/g))
      found.push({ key: keyOf(number, repository), at });
  }
  return found.filter(({ key }) => key !== issue.key);
}

function projectOf(repositories: readonly string[]): string | null {
  const [only] = repositories;
  return repositories.length === 1 && only !== undefined && only !== ''
    ? (only.split('/').at(-1) ?? null)
    : null;
}
