import type { SourceText } from '../text.ts';
import type { Draft, DraftGroup, DraftStory, Guess, LeftOut, Reference } from './draft.ts';
import {
  anyItem,
  CRITERIA,
  criteriaOf,
  is,
  isNamedStory,
  isStory,
  textOf,
  tickedIn,
  wordsBeside,
  wordsOfStory,
} from './markdown-meaning.ts';
import { isEmpty, type Item, itemsBelow, readMarkdown, type Section, under } from './markdown-tree.ts';
import { type Name, nameOf, titleAndRest } from './names.ts';
import { Keys, line, prose, sentence } from './words.ts';

/** Headings that only sort what is below them. */
const SHELVES =
  /^\W*(?:tasks?|to-?dos?|(?:user )?stories|requirements|functional requirements|features|epics|checklist|scope|implementation(?: plan)?|backlog|milestones|phases)\W*$/i;
/** Those among them whose entries are epics; below the others are stories. */
const SHELVES_OF_EPICS =
  /^\W*(?:features|epics|scope|implementation(?: plan)?|roadmap|backlog|milestones|phases)\W*$/i;
/** In a text without any checklist, what is under these is no work. */
const PROSE =
  /^\W*(?:overview|introduction|summary|background|context|problem.*|motivation|vision|goals?|objectives?|non-?goals?|out of scope|glossary|terminology|references|links|risks.*|open questions|questions|timeline|schedule|appendix.*|success (?:metrics|criteria)|metrics|assumptions|constraints|personas?|target (?:users|audience)|stakeholders|technical (?:considerations|notes)|architecture|notes|changelog|table of contents)\W*$/i;

/** `_Requirements: 1.1, 2.3_` says where it comes from, not what is to be seen. */
const ORIGIN = /^_?requirements?:\s*[A-Z-]{0,5}\d[\w.,\s-]{0,200}$/i;

/** What a title says before the name of the project. */
const DOCUMENT =
  /^(?:prd|product requirements(?: document)?|feature specification|spec(?:ification)?|implementation plan|plan|to-?dos?)\s*[:\u2013\u2014-]\s*(?=\S)/i;

/** A PRD in Markdown: headings are epics and stories, lists are stories and criteria. */
export function importMarkdown(source: SourceText): Draft {
  return draftOfMarkdown(readMarkdown(source.text));
}

export const draftOfMarkdown = (root: Section): Draft => new MarkdownPrd(root).draft();

class MarkdownPrd {
  /** What stands before the title. */
  readonly #preface: readonly string[];
  readonly #root: Section;
  readonly #title: Section | null;
  readonly #boxes: boolean;
  readonly #keys = new Keys();
  readonly #storyKeys = new Keys();
  /** The headings between the epic and the story. */
  readonly #trail: string[] = [];
  readonly #done: LeftOut[] = [];
  readonly #leftOut: LeftOut[] = [];
  readonly #guesses: Guess[] = [];

  constructor(root: Section) {
    const [first, ...others] = root.children;
    this.#title =
      first?.level === 1 && others.every((section) => section.level > 1 || isEmpty(section)) ? first : null;
    this.#root = this.#title ?? root;
    this.#preface = this.#title === null ? [] : wordsBeside(root, []);
    this.#boxes = anyItem(root, (item) => item.checked !== null);
  }

  draft(): Draft {
    const { epics, wrappers } = this.#epicSections();
    const groups: { readonly group: DraftGroup; readonly name: Name; readonly section: Section }[] = [];
    for (const section of epics) {
      const name = nameOf(section.title);
      const group = this.#group(section, name, section.title);
      if (group !== null) groups.push({ group, name, section });
    }
    const loose = this.#workItems(this.#root);
    if (loose.length > 0) {
      const title = this.#title === null ? 'Work' : nameOf(this.#title.title).title;
      const own: Section = { ...this.#root, children: [] };
      const group = this.#group(own, { ...nameOf(title), id: null }, title);
      if (group !== null) groups.unshift({ group, name: nameOf(title), section: own });
    }
    this.#explain(epics, wrappers, groups.length);
    const connected = groups.map(({ group, section }) => ({
      ...group,
      dependsOn: this.#dependencies(section, group, groups),
    }));
    if (connected.length > 1 && connected.every(({ dependsOn }) => dependsOn.length === 0)) {
      this.#guesses.push({
        kind: 'dependencies',
        message:
          'no epic says what it depends on, so all of them can start at once: add dependsOn where one needs another',
      });
    }
    return {
      project: this.#title === null ? null : nameOf(this.#title.title).title.replace(DOCUMENT, ''),
      description: prose(
        [
          ...this.#preface,
          ...wordsBeside(this.#root, loose),
          ...wrappers.flatMap((section) => wordsBeside(section, [])),
        ].join('\n'),
      ),
      groups: connected,
      done: this.#done,
      leftOut: this.#leftOut,
      guesses: this.#guesses,
    };
  }

  /** The headings that become epics: those right below the title, or further down where one heading holds all. */
  #epicSections(): { readonly epics: readonly Section[]; readonly wrappers: readonly Section[] } {
    const wrappers: Section[] = [];
    let parent = this.#root;
    for (;;) {
      const withWork = parent.children.filter((section) => this.#hasWork(section));
      const known = new Set(withWork);
      const [only] = withWork;
      const descends =
        withWork.length === 1 &&
        only !== undefined &&
        only.items.length === 0 &&
        this.#workItems(parent).length === 0 &&
        only.children.some((child) => this.#hasWork(child)) &&
        ((is(SHELVES_OF_EPICS, only) && !only.children.every((child) => isStory(child))) ||
          only.children.some((child) => child.children.some((below) => this.#hasWork(below))));
      for (const section of parent.children) {
        if (!known.has(section) && !isEmpty(section)) this.#leave(section);
      }
      if (!descends) return { epics: withWork, wrappers };
      wrappers.push(only);
      parent = only;
    }
  }

  #leave(section: Section): void {
    const why = this.#boxes
      ? 'it has no checklist'
      : is(PROSE, section)
        ? 'by its name it is no work'
        : 'it has no list';
    this.#leftOut.push({ key: section.title, title: nameOf(section.title).title, why, at: section.at });
  }

  #hasWork(section: Section): boolean {
    if (!this.#boxes && is(PROSE, section)) return false;
    return (
      isNamedStory(section) ||
      this.#workItems(section).length > 0 ||
      criteriaOf(section).length > 0 ||
      section.children.some((child) => this.#hasWork(child))
    );
  }

  /** Entries right below a heading that are pieces of work: with a box, or all in a text without boxes. */
  #workItems(section: Section): readonly Item[] {
    return section.items.filter(
      (item) =>
        !CRITERIA.test(item.label) &&
        line(item.text) !== '' &&
        (!this.#boxes || item.checked !== null || itemsBelow(item).some((below) => below.checked !== null)),
    );
  }

  #group(section: Section, name: Name, title: string): DraftGroup | null {
    const key = this.#keys.take(name.id ?? name.slug);
    const stories: DraftStory[] = [];
    const words = this.#storiesIn(section, key, stories);
    if (stories.length === 0) return null;
    return {
      key,
      id: name.id ?? name.slug,
      title: name.title === '' ? title : name.title,
      description: prose(words.join('\n')),
      ordered: true,
      dependsOn: [],
      stories,
    };
  }

  /** Gives what is said there beside the stories. */
  #storiesIn(section: Section, path: string, stories: DraftStory[]): readonly string[] {
    const items = this.#workItems(section);
    const below = section.children.filter((child) => !is(CRITERIA, child) && this.#hasWork(child));
    const known = new Set(below);
    const criteria = criteriaOf(section);
    if (items.length === 0 && below.length === 0 && (criteria.length > 0 || isNamedStory(section))) {
      const list = criteria.length > 0 ? criteria : section.items;
      this.#sectionStory(section, path, list, stories);
      return wordsOfStory(section, list);
    }
    for (const item of items) this.#itemStory(item, path, stories);
    const others = section.children.filter((child) => !known.has(child));
    const words = [...wordsBeside(section, items, others)];
    for (const child of below) {
      const name = nameOf(child.title);
      const place = is(SHELVES, child) ? path : `${path}/${name.id ?? name.slug}`;
      const own = this.#workItems(child);
      const holdsStories =
        is(SHELVES, child) ||
        (criteriaOf(child).length === 0 && own.some((item) => item.children.length > 0)) ||
        child.children.some((deeper) => !is(CRITERIA, deeper) && this.#hasWork(deeper));
      if (holdsStories) {
        if (!is(SHELVES, child)) this.#trail.push(name.title);
        const inside = this.#storiesIn(child, place, stories);
        if (!is(SHELVES, child)) this.#trail.pop();
        if (inside.some((text) => text.trim() !== '')) words.push(...under(child, inside));
      } else {
        const lists = [criteriaOf(child), own, child.items];
        this.#sectionStory(child, place, lists.find((list) => list.length > 0) ?? [], stories);
      }
    }
    return words;
  }

  #sectionStory(section: Section, path: string, criteria: readonly Item[], stories: DraftStory[]): void {
    const name = nameOf(section.title);
    const key = this.#storyKeys.take(path);
    const all = criteria.flatMap((item) => [item, ...itemsBelow(item)]);
    const boxes = criteria.filter((item) => item.checked !== null);
    if (boxes.length > 0 && boxes.every((item) => item.checked === true)) {
      this.#done.push({ key, title: name.title, why: 'all of its boxes are ticked', at: section.at });
      return;
    }
    stories.push({
      key,
      id: name.id ?? name.slug,
      title: name.title,
      description: prose(
        [...this.#partOf(), ...wordsOfStory(section, criteria), ...all.flatMap(({ code }) => code)].join(
          '\n',
        ),
      ),
      criteria: all.flatMap((item) => textOf(item)),
      ticked: tickedIn(all),
      dependsOn: [],
      at: section.at,
    });
  }

  #itemStory(item: Item, path: string, stories: DraftStory[]): void {
    const { title: words, rest } = titleAndRest(item.text);
    const name = nameOf(words);
    // "FR-001: what it is" has its title behind the id.
    const title = name.title === name.id && rest !== '' ? line(rest) : name.title;
    const key = this.#storyKeys.take(`${path}/${name.id ?? name.slug}`);
    const below = itemsBelow(item);
    const boxes = below.filter((child) => child.checked !== null);
    const ticked = item.checked ?? (boxes.length > 0 && boxes.every((child) => child.checked === true));
    if (ticked) {
      this.#done.push({ key, title, why: 'it is ticked', at: item.at });
      return;
    }
    const origins = below.filter(({ text }) => ORIGIN.test(text)).map(({ text }) => text);
    const children = below.flatMap((child) => (ORIGIN.test(child.text) ? [] : textOf(child)));
    stories.push({
      key,
      id: name.id ?? name.slug,
      title,
      description: prose(
        [
          ...[...this.#partOf(), rest, ...item.notes, ...origins].filter((text) => text !== ''),
          ...[item, ...below].flatMap(({ code }) => code),
        ].join('\n'),
      ),
      criteria: children.length > 0 ? children : rest === '' ? [] : [sentence(item.text)],
      ticked: tickedIn(below),
      dependsOn: [],
      at: item.at,
    });
  }

  #partOf(): readonly string[] {
    return this.#trail.length === 0 ? [] : [`Part of: ${this.#trail.join(' / ')}`];
  }

  /** "Depends on: Storage, Epic 2" in the text of an epic. */
  #dependencies(
    section: Section,
    own: DraftGroup,
    groups: readonly { readonly group: DraftGroup; readonly name: Name }[],
  ): readonly Reference[] {
    const found: Reference[] = [];
    const texts = [
      ...section.text,
      ...section.items.filter((item) => item.checked === null).map(({ text }) => text),
    ];
    for (const text of texts) {
      const names = /^\W*(?:depends on|dependencies|blocked by)\W+(\w.*)$/i.exec(text)?.[1];
      if (names === undefined) continue;
      for (const part of names
        .split(/,|;|\band\b|&/, 100)
        .map((word) => word.replace(/(?<![*_`.])[*_`.]+$/, '').trim())) {
        if (part === '' || /^(?:none|nothing|n\/a)$/i.test(part)) continue;
        const wanted = nameOf(part.replace(/^[*_`#]+/, ''));
        const [match, ...others] = groups.filter(
          ({ group, name }) =>
            group !== own &&
            (name.slug === wanted.slug ||
              name.id === part ||
              (wanted.id !== null && name.id === wanted.id) ||
              (wanted.number !== null &&
                wanted.slug !== name.slug &&
                name.number === wanted.number &&
                wanted.title === part)),
        );
        if (match !== undefined) {
          found.push({ key: match.group.key, at: section.at });
          if (others.length > 0) {
            this.#guesses.push({
              kind: 'dependencies',
              message: `"${sentence(part).slice(0, 60)}", which ${own.title} depends on, is the name of ${others.length + 1} epics here: the first of them is taken`,
              at: section.at,
            });
          }
        } else {
          this.#guesses.push({
            kind: 'dependencies',
            message: `"${sentence(part).slice(0, 60)}", which ${own.title} depends on, is no epic here and is left out`,
            at: section.at,
          });
        }
      }
    }
    return found;
  }

  #explain(epics: readonly Section[], wrappers: readonly Section[], count: number): void {
    const level = epics[0]?.level;
    const inside =
      wrappers.length === 0
        ? ''
        : ` below "${wrappers.map(({ title }) => nameOf(title).title).join('", "')}"`;
    const what =
      level === undefined || count === 0
        ? 'one epic from a list without headings'
        : `each heading of level ${level}${inside} with ${this.#boxes ? 'a checklist' : 'a list'} is an epic; headings below it are stories with their list as criteria, entries right below it are stories`;
    this.#guesses.push({ kind: 'grouping', message: what });
    this.#guesses.push({
      kind: 'ids',
      message: 'ids come from the words of headings and entries, unless these begin with one such as AUTH-12',
    });
  }
}
