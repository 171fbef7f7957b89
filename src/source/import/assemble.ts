import { type Prd, STORIES_PER_EPIC } from '../../domain/prd.ts';
import type { Findings } from '../findings.ts';
import { connect, shortList } from './connect.ts';
import type { Draft, DraftGroup, DraftStory, Guess } from './draft.ts';
import { type Matches, matchDraft, type Part } from './match.ts';
import { checkGroups, inOrder } from './order.ts';
import { anchor, Ids, line, safeId, sentence, shown } from './words.ts';

/** More is no list that somebody wrote or will read. */
const STORY_LIMIT = 5_000;
const DEPENDENCY_LIMIT = 50_000;

export interface PlannedEpic {
  readonly id: string;
  /** It is in the PRD already: what teams and people wrote into it stays. */
  readonly known: boolean;
  readonly title: string;
  readonly description: string;
  /** Undefined: the source has none to say. */
  readonly labels: readonly string[] | undefined;
  readonly source: string | undefined;
  dependsOn: string[];
  readonly stories: PlannedStory[];
}

export interface PlannedStory {
  readonly id: string;
  readonly known: boolean;
  readonly title: string;
  readonly description: string;
  readonly criteria: readonly string[];
  readonly source: string;
}

export interface Plan {
  /** New epics, and known ones with the stories that the source has for them. */
  readonly epics: readonly PlannedEpic[];
  readonly guesses: readonly Guess[];
  /** Ids of the stories of the PRD that the source still has, as `epic story`. */
  readonly kept: ReadonlySet<string>;
  /** Of the PRD: the source calls them done, and no run has proven them, so the next one works on them. */
  readonly stillOpen: readonly {
    readonly epicId: string;
    readonly storyId: string;
    readonly title: string;
  }[];
}

/**
 * Ids, epics of a size that a lead can hold, and a graph without circles. What `target` has already is found by `source`
 * and keeps its id and its place. `origin` names the file in `source`.
 */
export function assemble(draft: Draft, origin: string, target: Prd | null, findings: Findings): Plan {
  const tooLarge = sizeProblem(draft);
  if (tooLarge !== null) {
    findings.add({ code: 'too-large', message: tooLarge, at: null, fix: 'import it in pieces' });
    return { epics: [], guesses: [], kept: new Set(), stillOpen: [] };
  }
  return new Assembly(draft, origin, target).plan(findings);
}

function sizeProblem({ groups }: Draft): string | null {
  const stories = groups.flatMap((group) => group.stories);
  const edges = [...groups, ...stories].reduce((sum, { dependsOn }) => sum + dependsOn.length, 0);
  if (stories.length > STORY_LIMIT)
    return `the file has ${stories.length} stories; more than ${STORY_LIMIT} are not imported`;
  return edges > DEPENDENCY_LIMIT
    ? `the file has ${edges} dependencies; more than ${DEPENDENCY_LIMIT} are not imported`
    : null;
}

class Assembly {
  readonly #draft: Draft;
  readonly #origin: string;
  readonly #target: Prd | null;
  readonly #matches: Matches;
  readonly #guesses: Guess[];
  readonly #epicIds: Ids;
  readonly #storyIds: Ids;
  readonly #there: ReadonlyMap<string, Prd['epics'][number]>;
  readonly #epics = new Map<string, PlannedEpic>();
  readonly #parts = new Map<string, readonly string[]>();
  readonly #epicOf = new Map<string, string>();
  readonly #links = new Map<string, string>();

  constructor(draft: Draft, origin: string, target: Prd | null) {
    this.#draft = draft;
    this.#origin = origin;
    this.#target = target;
    this.#guesses = [...draft.guesses];
    for (const entry of draft.groups.flatMap((group) => [group, ...group.stories])) {
      if (entry.link !== undefined && !this.#links.has(entry.link)) this.#links.set(entry.link, entry.key);
    }
    this.#matches = matchDraft(draft, target, origin, (entry) => this.#source(entry));
    const epics = target?.epics ?? [];
    this.#there = new Map(epics.map((epic) => [epic.id, epic]));
    this.#epicIds = new Ids(epics.map(({ id }) => id));
    this.#storyIds = new Ids(epics.flatMap(({ userStories }) => userStories.map(({ id }) => id)));
  }

  plan(findings: Findings): Plan {
    const { groups } = this.#draft;
    for (const group of groups) this.#place(group, inOrder(group, findings));
    checkGroups(this.#draft, findings);
    if (!findings.hasErrors) {
      const places = {
        draft: this.#draft,
        target: this.#target,
        epics: this.#epics,
        take: (id: string) => this.#known(id, null, 1),
        parts: this.#parts,
        epicOf: this.#epicOf,
      };
      connect(places, this.#guesses, findings);
    }
    const kept = new Set(
      [...this.#matches.stories.values()].map(({ epicId, storyId }) => `${epicId} ${storyId}`),
    );
    const stillOpen: Plan['stillOpen'][number][] = [];
    for (const epic of this.#there.values()) {
      for (const { id, source, title, passes } of epic.userStories) {
        if (source === undefined || !this.#matches.done.has(source)) continue;
        kept.add(`${epic.id} ${id}`);
        if (!passes && epic.status !== 'completed') stillOpen.push({ epicId: epic.id, storyId: id, title });
      }
    }
    return { epics: [...this.#epics.values()], guesses: this.#guesses, kept, stillOpen };
  }

  #source({ key, link }: { readonly key: string; readonly link?: string | undefined }): string {
    // An address that two of them claim would make them one the next time.
    if (link !== undefined && this.#links.get(link) === key) return link;
    return `${this.#origin}#${anchor(key)}`;
  }

  #place(group: DraftGroup, stories: readonly DraftStory[]): void {
    const existing = this.#matches.parts.get(group.key) ?? [];
    const parts = existing.map(({ id, part }) => this.#known(id, group, part).id);
    const fresh: DraftStory[] = [];
    for (const story of stories) {
      const place = this.#matches.stories.get(story.key);
      if (place === undefined) fresh.push(story);
      else this.#put(this.#known(place.epicId, null, 1), story, place.storyId, true);
    }
    const last = existing.at(-1);
    for (const story of fresh.splice(0, roomIn(last)))
      this.#add(this.#known(last?.id ?? '', group, last?.part ?? 1), story);
    const chunks = evenly(fresh);
    for (const [index, chunk] of chunks.entries()) {
      const epic = this.#newPart(group, (last?.part ?? 0) + 1 + index);
      const before = parts.at(-1);
      if (group.ordered && before !== undefined) epic.dependsOn.push(before);
      parts.push(epic.id);
      for (const story of chunk) this.#add(epic, story);
    }
    this.#parts.set(group.key, parts);
    if (parts.length > 1 && chunks.length > 0) {
      const how = group.ordered ? ', one after another' : '';
      const message = `${line(group.title, 80)} has ${group.stories.length} stories, too many for one epic: ${shortList(parts)}${how}`;
      this.#guesses.push({ kind: 'grouping', message });
    }
  }

  #newPart(group: DraftGroup, part: number): PlannedEpic {
    const id = this.#epicIds.take(part === 1 ? group.id : `${group.id}-${part}`);
    if (part === 1 && id !== group.id) this.#explainId(id, group.id);
    const title = group.title.trim() === '' ? id : group.title;
    const { description, labels } = group;
    const source = this.#partSource(group, part);
    const words = { title: partTitle(title, part), description, labels, source };
    const epic: PlannedEpic = { id, known: false, ...words, dependsOn: [], stories: [] };
    this.#epics.set(id, epic);
    return epic;
  }

  /** An epic of the PRD, with the words that the source has for it now; null: the source is about a story in it. */
  #known(id: string, group: DraftGroup | null, part: number): PlannedEpic {
    const planned = this.#epics.get(id);
    const epic = this.#there.get(id);
    if (planned !== undefined && group === null) return planned;
    const { title = '', description = '', source, dependsOn = [] } = epic ?? {};
    const words =
      group === null
        ? { title, description, labels: undefined, source }
        : {
            title: group.title.trim() === '' ? title : partTitle(group.title, part),
            description: group.description,
            labels: group.labels,
            source: this.#partSource(group, part),
          };
    // A story of it may have come first.
    const made = { id, known: true, dependsOn: [...dependsOn], stories: [], ...planned, ...words };
    this.#epics.set(id, made);
    return made;
  }

  #partSource(group: DraftGroup, part: number): string {
    const source = this.#source(group);
    return part === 1 ? source : `${source}${source.includes('#') ? '/' : '#'}part-${part}`;
  }

  #add(epic: PlannedEpic, story: DraftStory): void {
    const id = this.#storyIds.take(story.id);
    if (id !== story.id) this.#explainId(id, story.id, story);
    if (story.criteria.length === 0) {
      const message = `${id} has no criteria: its title is the only one`;
      this.#guesses.push({ kind: 'criteria', message, at: story.at });
    }
    const { ticked = 0, criteria, at } = story;
    if (ticked > 0) {
      const message = `${id} is not done, although ${ticked} of its ${criteria.length} criteria ${ticked === 1 ? 'is' : 'are'} ticked: all of them stay`;
      this.#guesses.push({ kind: 'criteria', message, at });
    }
    this.#put(epic, story, id, false);
  }

  #put(epic: PlannedEpic, story: DraftStory, id: string, known: boolean): void {
    const title = story.title.trim() === '' ? id : story.title;
    const criteria = story.criteria.length > 0 ? story.criteria : [sentence(title)];
    epic.stories.push({
      id,
      known,
      title,
      description: story.description,
      criteria,
      source: this.#source(story),
    });
    this.#epicOf.set(story.key, epic.id);
  }

  #explainId(id: string, wish: string, place?: Pick<DraftStory, 'at'>): void {
    const why = id === safeId(wish) ? 'is not safe as an id' : 'is taken';
    const at = place === undefined ? {} : { at: place.at };
    this.#guesses.push({ kind: 'ids', message: `${id}, because "${shown(wish)}" ${why}`, ...at });
  }
}

/** Finished or half finished work is not opened again: more stories become another part. */
function roomIn(epic: Part | undefined): number {
  if (epic === undefined || epic.status !== 'pending' || epic.userStories.some(({ passes }) => passes))
    return 0;
  return Math.max(0, STORIES_PER_EPIC - epic.userStories.length);
}

/** Parts of nearly the same size, none above what a lead can hold. */
function evenly(stories: readonly DraftStory[]): readonly (readonly DraftStory[])[] {
  const count = Math.ceil(stories.length / STORIES_PER_EPIC);
  const chunks: DraftStory[][] = [];
  let at = 0;
  for (let part = 0; part < count; part++) {
    const size = Math.ceil((stories.length - at) / (count - part));
    chunks.push(stories.slice(at, at + size));
    at += size;
  }
  return chunks;
}

const partTitle = (title: string, part: number): string =>
  part === 1 ? title : `${line(title, 180)} (part ${part})`;
