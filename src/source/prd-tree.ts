import type { JsonNode } from './json.ts';
import type { Range } from './text.ts';

export interface EpicNode {
  readonly node: JsonNode;
  /** What messages call it: its id where it has a usable one, else its place. */
  readonly name: string;
  readonly stories: readonly StoryNode[];
}

export interface StoryNode {
  readonly node: JsonNode;
  readonly name: string;
}

/** The epics of a file, as far as it has the shape of a PRD. */
export function epicsOf(root: JsonNode): readonly EpicNode[] {
  return (member(root, 'epics')?.items ?? []).map((node, index) => {
    const name = idOf(node) ?? `epics[${index}]`;
    const stories = (member(node, 'userStories')?.items ?? []).map((story, at) => ({
      node: story,
      name: `${name} ${idOf(story) ?? `userStories[${at}]`}`,
    }));
    return { node, name, stories };
  });
}

export const member = (node: JsonNode | undefined, key: string): JsonNode | undefined =>
  node?.members?.get(key)?.node;

/** The id when it is short and harmless enough to stand in a message. */
function idOf(node: JsonNode): string | null {
  const value = member(node, 'id')?.value;
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : null;
}

/** Where to point at when something about an object as a whole is wrong: its id, else its opening bracket. */
export function handleOf(node: JsonNode): Range {
  const id = member(node, 'id');
  return id !== undefined && typeof id.value === 'string' ? id : opening(node);
}

export const opening = (node: JsonNode): Range =>
  node.members !== undefined || node.items !== undefined ? { start: node.start, end: node.start + 1 } : node;
