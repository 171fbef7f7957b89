import { type Item, itemsBelow, readMarkdown, type Section } from './markdown-tree.ts';

/** An issue that an entry with a box names: `#16`, `owner/name#16` or its address, maybe with its title. */
export interface NamedIssue {
  /** Null: the repository of the issue that names it. */
  readonly repository: string | null;
  readonly number: string;
  readonly checked: boolean;
  /** There are no other words in the entry. */
  readonly alone: boolean;
  readonly start: number;
}

export interface Checklist {
  readonly issues: readonly NamedIssue[];
  /** Those under a heading or a line such as "Blocked by". */
  readonly blockers: readonly NamedIssue[];
  /** The text without all of these, and without what has to be true for the whole. */
  readonly rest: Section;
}

export const ABOUT_CRITERIA = /acceptance criteria|definition of done|^\W*ACs?\W*$/i;
const BLOCKERS = /^\W*(?:depends on|dependencies|blocked by|requires)\b/i;
const ISSUE =
  /^[\s,;&]*(?:and\s+)?(?:\[[^\][]{0,300}\]\()?(?:https:\/\/[\w.-]{1,100}\/([\w.-]{1,100}\/[\w.-]{1,100})\/issues\/|([\w.-]{1,100}\/[\w.-]{1,100})?#)(\d{1,10})(?![\w/#-])\)?/;

export function readChecklist(body: string): Checklist {
  const issues: NamedIssue[] = [];
  const blockers: NamedIssue[] = [];
  const visit = (section: Section, blocks: boolean): Section => {
    const below = blocks || BLOCKERS.test(section.title);
    const items = section.items.filter(({ label }) => !ABOUT_CRITERIA.test(label));
    takeNamed(items, (item, named) => {
      (below || BLOCKERS.test(item.label) ? blockers : issues).push(...named);
    });
    const children = section.children.filter(({ title }) => !ABOUT_CRITERIA.test(title));
    const left = new Set(items.flatMap((item) => [item, ...itemsBelow(item)]));
    const lines = section.lines.filter(({ entry }) => entry === null || left.has(entry));
    return { ...section, lines, items, children: children.map((child) => visit(child, below)) };
  };
  const rest = visit(readMarkdown(body), false);
  return { issues, blockers, rest };
}

/** Takes entries that name issues out of a list. What is below them takes their place; no nesting is too deep. */
function takeNamed(items: Item[], take: (item: Item, named: readonly NamedIssue[]) => void): void {
  const lists = [items];
  for (const list of lists) {
    const open = list.toReversed();
    list.length = 0;
    for (let item = open.pop(); item !== undefined; item = open.pop()) {
      const named = namedIn(item);
      if (named.length > 0) {
        take(item, named);
        for (const child of item.children.toReversed()) open.push(child);
      } else {
        list.push(item);
        lists.push(item.children);
      }
    }
  }
}

/** "#16", and nothing that could be held against a result. */
export const hasOnlyName = (item: Item): boolean => namedIn(item).some(({ alone }) => alone);

function namedIn(item: Item): readonly NamedIssue[] {
  if (item.checked === null) return [];
  const found: Omit<NamedIssue, 'alone'>[] = [];
  let words = item.text;
  for (let match = ISSUE.exec(words); match !== null; match = ISSUE.exec(words)) {
    const [whole, ofAddress, ofName, number = ''] = match;
    const repository = ofAddress ?? ofName ?? null;
    found.push({ repository, number, checked: item.checked, start: item.at.start });
    words = words.slice(whole.length);
  }
  const alone = words.trim() === '';
  return found.map((issue) => ({ ...issue, alone }));
}
