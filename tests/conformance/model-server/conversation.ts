/** A request of any protocol, as the scenario sees it. */
export interface Conversation {
  readonly model: string;
  readonly stream: boolean;
  /** System prompt and developer messages, in their order. */
  readonly system: readonly string[];
  readonly entries: readonly Entry[];
  readonly tools: readonly OfferedTool[];
}

export type Entry =
  | { readonly from: 'user'; readonly text: string }
  | { readonly from: 'model'; readonly text: string; readonly calls: readonly Call[] }
  | { readonly from: 'tool'; readonly id: string; readonly text: string };

export interface Call {
  readonly id: string;
  readonly name: string;
  readonly kind?: OfferedTool['kind'];
  /** Only where a protocol groups tools by name. */
  readonly namespace?: string;
  /** For a tool of plain text: `{ text }`. */
  readonly input: Readonly<Record<string, unknown>>;
}

export interface OfferedTool {
  readonly name: string;
  /** Default: a function of JSON. `text`: a function of plain text. `search`: finds tools that are not offered yet. */
  readonly kind?: 'text' | 'search';
  readonly namespace?: string;
  /** JSON Schema of its input. */
  readonly schema: JsonSchema;
}

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
}

/** What the model answers. Without calls the agent's turn is over. */
export interface Reply {
  readonly text: string;
  readonly calls: readonly Call[];
  readonly usage: { readonly input: number; readonly output: number };
}

const MARKER = /<!--\s*teams-role:\s*([a-z][a-z0-9-]*)\s*-->/g;

/**
 * The role by the marker `<!-- teams-role: NAME -->`: the last one in the system prompt, else the last one of the
 * first message of the user that has any. A request without tools is a side job (a title, a summary): it has no role.
 */
export function roleOf(conversation: Conversation): MarkedRole | null {
  if (conversation.tools.length === 0) return null;
  const inSystem = lastMarker(conversation.system.join('\n'));
  if (inSystem !== null) return { name: inSystem, from: 'system' };
  for (const entry of conversation.entries) {
    const found = entry.from === 'user' ? lastMarker(entry.text) : null;
    if (found !== null) return { name: found, from: 'message' };
  }
  return null;
}

export interface MarkedRole {
  readonly name: string;
  /** `system`: the CLI knows the role, and has told the model what it is. */
  readonly from: 'system' | 'message';
}

const lastMarker = (text: string): string | null => [...text.matchAll(MARKER)].at(-1)?.[1] ?? null;

/** Ids of calls carry the turn that made them: CLIs do not all keep the answers of one turn together. */
export const callId = (turn: number, index: number, unique: string): string =>
  `call_t${turn}_${index}_${unique}`;

/** How many answers the model gave in these entries. */
export function turnsGiven(entries: readonly Entry[]): number {
  let turns = 0;
  let before: Entry['from'] | null = null;
  for (const entry of entries) {
    if (entry.from === 'model') {
      const marked = entry.calls.flatMap(({ id }) => /^call_t(-?\d+)_/.exec(id)?.[1] ?? []).map(Number);
      if (marked.length > 0) turns = Math.max(...marked) + 1;
      else if (before !== 'model') turns += 1;
    }
    before = entry.from;
  }
  return turns;
}

const HEARD = 2_000;

/** The end of what tools answered since the model last spoke. */
export function heard(entries: readonly Entry[]): string {
  const since = entries.slice(entries.findLastIndex(({ from }) => from === 'model') + 1);
  return since
    .flatMap((entry) => (entry.from === 'tool' ? [entry.text] : []))
    .join('\n')
    .slice(-HEARD);
}
