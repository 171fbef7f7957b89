import { isSafeId, STORIES_PER_EPIC } from '../domain/prd.ts';
import { shellWord } from '../domain/shell-word.ts';
import { type Findings, quote } from './findings.ts';
import type { JsonNode } from './json.ts';
import { type EpicNode, epicsOf, member } from './prd-tree.ts';
import type { Range } from './text.ts';

interface Seen {
  readonly id: string;
  readonly at: Range;
}

interface SeenStory extends Seen {
  readonly epic: string;
}

/** Ids that are unsafe or given twice, blank texts, and epics that are too large for one lead. */
export function checkIds(root: JsonNode, findings: Findings): void {
  const epicIds = new Map<string, Seen>();
  const allStories = new Map<string, SeenStory>();
  checkBlank(root, ['project'], 'the PRD', findings);
  checkBranch(root, findings);
  for (const epic of epicsOf(root)) {
    checkId(epic.node, 'epic', epicIds, 'in this PRD', findings);
    checkBlank(epic.node, ['title'], epic.name, findings);
    checkSize(epic, findings);
    checkDone(epic, findings);
    const storyIds = new Map<string, Seen>();
    for (const story of epic.stories) {
      checkBlank(story.node, ['title', 'acceptanceCriteria'], story.name, findings);
      checkId(story.node, 'story', storyIds, `in ${epic.name}`, findings);
    }
    checkRepeated(epic.name, [...storyIds.values()], allStories, findings);
  }
}

/** One warning per epic: a PRD that counts its stories anew in each epic would have one per story. */
function checkRepeated(
  epic: string,
  stories: readonly Seen[],
  known: Map<string, SeenStory>,
  findings: Findings,
): void {
  const repeated: { story: Seen; earlier: SeenStory }[] = [];
  for (const story of stories) {
    const earlier = known.get(story.id.toLowerCase());
    if (earlier === undefined) known.set(story.id.toLowerCase(), { ...story, epic });
    else repeated.push({ story, earlier });
  }
  const [first] = repeated;
  if (first === undefined) return;
  const others = repeated.length === 1 ? '' : `, and ${repeated.length - 1} more of ${epic} elsewhere`;
  findings.add({
    severity: 'warning',
    code: 'repeated-story-id',
    message: `story id ${quote(first.story.id)} is also used in ${first.earlier.epic}${others}: reports are easier to read when it is not`,
    at: first.story.at,
    related: [{ message: `used in ${first.earlier.epic} here`, at: first.earlier.at }],
  });
}

/** What git refuses as the name of a branch; a leading dash would be read as an option. */
const NO_BRANCH = /^[-/]|[\u0000-\u0020\u007f~^:?*[\\]|\.\.|\/\/|@\{|\/\.|\.lock(\/|$)|[/.]$/;

function checkBranch(root: JsonNode, findings: Findings): void {
  const at = member(root, 'branchName');
  if (typeof at?.value !== 'string' || !NO_BRANCH.test(at.value)) return;
  findings.add({
    code: 'invalid-branch',
    message: `the PRD: branchName is ${quote(at.value)}, which git cannot have as a branch`,
    at,
    fix: 'name the branch that work starts from, or remove the field',
  });
}

function checkId(
  node: JsonNode,
  kind: 'epic' | 'story',
  known: Map<string, Seen>,
  scope: string,
  findings: Findings,
): void {
  const at = member(node, 'id');
  const id = at?.value;
  if (at === undefined || typeof id !== 'string') return;
  if (!isSafeId(id)) {
    findings.add({
      code: 'unsafe-id',
      message: `${kind} id ${quote(id)} ${whyUnsafe(id)}`,
      at,
      fix: saferId(id, kind),
    });
    return;
  }
  const first = known.get(id.toLowerCase());
  if (first === undefined) {
    known.set(id.toLowerCase(), { id, at });
    return;
  }
  const how = first.id === id ? 'is used twice' : `differs from ${quote(first.id)} only in case`;
  findings.add({
    code: 'duplicate-id',
    message: `${kind} id ${quote(id)} ${how} ${scope}`,
    at,
    fix: 'give one of the two another id',
    related: [{ message: 'first used here', at: first.at }],
  });
}

function whyUnsafe(id: string): string {
  if (id === '') return 'is empty';
  if (id.length > 64) return `has ${id.length} characters; 64 is the limit`;
  if (!/^[A-Za-z0-9]/.test(id)) return 'does not start with a letter or digit';
  if (/^[\w.-]*$/.test(id)) return 'cannot be part of a git branch name';
  return 'has characters that are not safe in a file or branch name; use letters, digits, ".", "_" and "-"';
}

const saferId = (id: string, kind: 'epic' | 'story'): string =>
  `use an id such as "${safeIdLike(id) ?? (kind === 'epic' ? 'EPIC-001' : 'US-001')}"`;

/** A safe id that is as close to the text as can be; null: nothing of it is usable. */
export function safeIdLike(id: string): string | null {
  const safer = id
    .slice(0, 200)
    .replace(/[^\w.-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/\.lock$/i, '-lock')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64)
    .replace(/[.-]+$/, '');
  return isSafeId(safer) ? safer : null;
}

function checkSize(epic: EpicNode, findings: Findings): void {
  const count = epic.stories.length;
  if (count <= STORIES_PER_EPIC) return;
  findings.add({
    severity: 'warning',
    code: 'too-many-stories',
    message: `${epic.name} has ${count} stories; more than ${STORIES_PER_EPIC} overfill the context of one lead`,
    at: epic.node.members?.get('userStories')?.key ?? epic.node,
    fix: 'split it into several epics',
  });
}

/** Runs look at the status of an epic only: a story that was added to it later would wait for ever. */
function checkDone(epic: EpicNode, findings: Findings): void {
  if (member(epic.node, 'status')?.value !== 'completed') return;
  const open = epic.stories.filter(({ node }) => member(node, 'passes')?.value === false);
  const [first] = open;
  if (first === undefined) return;
  const more = open.length === 1 ? '' : ` and ${open.length - 1} more of its stories`;
  findings.add({
    severity: 'warning',
    code: 'completed-without-story',
    message: `${epic.name} is completed, so no run does ${first.name}${more}`,
    at: member(first.node, 'passes') ?? first.node,
    fix: `put it into an epic of its own, or have the whole epic done again: teams reset ${shellWord(epic.name)}`,
  });
}

/** Text of nothing but spaces; the schema reports text that is empty. */
function checkBlank(node: JsonNode, fields: readonly string[], name: string, findings: Findings): void {
  for (const field of fields) {
    const value = member(node, field);
    const texts = value?.items ?? (value === undefined ? [] : [value]);
    for (const [index, text] of texts.entries()) {
      if (typeof text.value !== 'string' || text.value === '' || /\S/.test(text.value)) continue;
      const place = value?.items === undefined ? field : `${field}[${index}]`;
      findings.add({
        code: 'blank',
        message: `${name}: ${place} is blank`,
        at: text,
        fix: 'write some text',
      });
    }
  }
}
