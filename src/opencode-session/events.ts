import type { LineFacts } from '../adapters/agents/backend.ts';
import { amountOf, sumOf, textOf } from '../adapters/agents/json-line.ts';
import type { AgentFailure } from '../engine/ports.ts';

/** An event of `opencode serve`, as far as it is read. */
export interface ServerEvent {
  readonly type?: unknown;
  readonly properties?: {
    readonly id?: unknown;
    readonly sessionID?: unknown;
    readonly part?: Part;
    readonly info?: { readonly role?: unknown; readonly sessionID?: unknown; readonly parentID?: unknown };
    readonly status?: Status;
    readonly error?: { readonly name?: unknown; readonly data?: ErrorData | null } | null;
  };
}

interface Part {
  readonly id?: unknown;
  readonly sessionID?: unknown;
  readonly messageID?: unknown;
  readonly type?: unknown;
  readonly text?: unknown;
  readonly tool?: unknown;
  readonly files?: unknown;
  readonly time?: { readonly end?: unknown };
  readonly state?: {
    readonly status?: unknown;
    readonly input?: Readonly<Record<string, unknown>>;
    readonly error?: unknown;
  };
  readonly tokens?: {
    readonly input?: unknown;
    readonly output?: unknown;
    readonly reasoning?: unknown;
    readonly cache?: { readonly read?: unknown; readonly write?: unknown };
  };
  readonly cost?: unknown;
}

interface Status {
  readonly type?: unknown;
  readonly attempt?: unknown;
  readonly message?: unknown;
  readonly next?: unknown;
}

interface ErrorData {
  readonly message?: unknown;
  readonly statusCode?: unknown;
}

/** A limit that is lifted later than this is not waited for: a session costs a slot of the run. In milliseconds. */
const PATIENCE_MS = 120_000;
/** Its waits double: this many take about two minutes. */
const TRIES = 6;

/** Reads the events of one server, which serves the session `root` and those of its sub-agents. */
export function eventReader(root: string): (event: ServerEvent) => LineFacts | null {
  const told = new Set<string>();
  const first = (part: Part, what: string): boolean => {
    const key = `${textOf(part.id)} ${what}`;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  };
  return ({ type, properties = {} }) => {
    const { part, status, error } = properties;
    if (type === 'message.part.updated' && part) return partFacts(part, first);
    if (type === 'session.status' && status?.type === 'retry') {
      const text = textOf(status.message);
      const failure = failureOf(text, null, time(status.next));
      return { activity: { kind: 'message', text: `tries again: ${text}` }, failure };
    }
    // A sub-agent that fails is told to its lead, who decides what that means.
    if (type === 'session.error' && properties.sessionID === root) {
      if (error?.name === 'MessageAbortedError') return null;
      const text = textOf(error?.data?.message) || textOf(error?.name);
      return { failure: failureOf(text, error?.data?.statusCode, null, textOf(error?.name)) };
    }
    return null;
  };
}

/** Whether it will not come to an end by itself in good time. */
export function isHopeless({ type, properties }: ServerEvent, now: number): boolean {
  const status = properties?.status;
  if (type !== 'session.status' || status?.type !== 'retry') return false;
  return (time(status.next) ?? now) - now > PATIENCE_MS || Number(status.attempt) >= TRIES;
}

function partFacts(part: Part, first: (part: Part, what: string) => boolean): LineFacts | null {
  if (part.type === 'text' && part.time?.end !== undefined && first(part, 'text')) {
    return { activity: { kind: 'message', text: textOf(part.text) } };
  }
  if (part.type === 'patch' && Array.isArray(part.files) && part.files.length > 0 && first(part, 'patch')) {
    return { activity: { kind: 'file', text: part.files.map(textOf).join(', ') } };
  }
  if (part.type === 'step-finish' && first(part, 'step')) {
    const { input, output, reasoning, cache } = part.tokens ?? {};
    const cost = amountOf(part.cost);
    const extra = (value: unknown): number => amountOf(value) ?? 0;
    const inputTokens = sumOf([amountOf(input), extra(cache?.read), extra(cache?.write)]);
    const outputTokens = sumOf([amountOf(output), extra(reasoning)]);
    // A model without a price has a cost of 0; so has a step that was ended before it began, and that is all it cost.
    const tookNothing = inputTokens === 0 && outputTokens === 0;
    return {
      usage: { inputTokens, outputTokens, costUsd: cost === 0 && !tookNothing ? null : cost },
      failure: null,
    };
  }
  if (part.type !== 'tool') return null;
  const kind = part.tool === 'task' ? 'agent' : 'tool';
  const { status, input = {}, error } = part.state ?? {};
  if (status === 'running' && first(part, 'running')) {
    const what = [input['subagent_type'], input['command'], input['filePath'], input['prompt']].map(textOf);
    return { activity: { kind, text: [textOf(part.tool), ...what].filter((one) => one !== '').join(': ') } };
  }
  if (status === 'error' && first(part, 'error')) {
    return { activity: { kind, text: `${textOf(part.tool)} failed: ${textOf(error)}` } };
  }
  return null;
}

const KINDS: readonly (readonly [AgentFailure['kind'], RegExp])[] = [
  ['context', /ContextOverflow|context (window|length)|too long/i],
  ['rate-limit', /rate limit|usage limit|quota|too many requests|\b429\b/i],
  ['auth', /ProviderAuthError|api key|unauthorized|\b40[13]\b/i],
  ['unavailable', /internal error|overloaded|unavailable|connect|timed? ?out|\b5\d\d\b/i],
];

function failureOf(text: string, status: unknown, resetsAt: number | null, name = ''): AgentFailure {
  const all = `${name} ${typeof status === 'number' ? status : ''} ${text}`;
  const kind = KINDS.find(([, pattern]) => pattern.test(all))?.[0] ?? 'other';
  return {
    kind,
    text: text === '' ? 'opencode gave no reason' : text,
    resetsAt: kind === 'rate-limit' ? resetsAt : null,
  };
}

const time = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null;
