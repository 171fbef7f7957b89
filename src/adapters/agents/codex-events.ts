import type { AgentFailure } from '../../engine/ports.ts';
import type { LineFacts } from './backend.ts';
import { countOf, jsonLine, textOf } from './json-line.ts';

interface Item {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly message?: unknown;
  readonly command?: unknown;
  readonly tool?: unknown;
  readonly query?: unknown;
  readonly status?: unknown;
  readonly changes?: unknown;
  readonly prompt?: unknown;
  readonly agents_states?: unknown;
}

interface Line {
  readonly type?: unknown;
  readonly thread_id?: unknown;
  readonly item?: Item | null;
  readonly message?: unknown;
  readonly error?: null | { readonly message?: unknown };
  readonly usage?: { readonly input_tokens?: unknown; readonly output_tokens?: unknown };
}

const NOTHING: LineFacts = {};

/** One line of `codex exec --json`. */
export function readCodexLine(text: string): LineFacts | null {
  const line: Line | null = jsonLine(text);
  if (line === null || typeof line.type !== 'string') return null;
  switch (line.type) {
    case 'thread.started':
      return typeof line.thread_id === 'string' ? { sessionId: line.thread_id } : NOTHING;
    case 'item.started':
      return startedFacts(line.item ?? {});
    case 'item.completed':
      return completedFacts(line.item ?? {});
    case 'turn.completed':
      // Of the lead alone; what its sub-agents took is only in the files of its threads.
      return {
        usageSoFar: {
          inputTokens: countOf(line.usage?.input_tokens),
          outputTokens: countOf(line.usage?.output_tokens),
          costUsd: null,
        },
        failure: null,
      };
    case 'turn.failed':
      return { failure: failureOf(textOf(line.error?.message)) };
    case 'error':
      return errorFacts(textOf(line.message));
    default:
      return line.type.includes('.') ? NOTHING : null;
  }
}

/** Told as soon as it begins: what takes long is what a person wants to see. */
function startedFacts(item: Item): LineFacts {
  if (item.type === 'command_execution') return { activity: { kind: 'tool', text: textOf(item.command) } };
  if (item.type === 'web_search') return { activity: { kind: 'tool', text: textOf(item.query) } };
  if (item.type === 'mcp_tool_call') return { activity: { kind: 'tool', text: textOf(item.tool) } };
  if (item.type === 'collab_tool_call') {
    const text = [textOf(item.tool), textOf(item.prompt)].filter((part) => part !== '').join(': ');
    return { activity: { kind: 'agent', text } };
  }
  return NOTHING;
}

function completedFacts(item: Item): LineFacts {
  if (item.type === 'agent_message') return { activity: { kind: 'message', text: textOf(item.text) } };
  // Not the end of anything: a role that was left out, or a model that it does not know.
  if (item.type === 'error') return { activity: { kind: 'message', text: textOf(item.message) } };
  if (item.type === 'file_change') {
    const changes = Array.isArray(item.changes) ? (item.changes as readonly (Change | null)[]) : [];
    return { activity: { kind: 'file', text: changes.map((change) => textOf(change?.path)).join(', ') } };
  }
  if (item.type === 'collab_tool_call') {
    const states = Object.values((item.agents_states ?? {}) as Record<string, StateOfAgent | null>);
    const ended = states.filter((state) => state !== null && textOf(state.message) !== '');
    if (ended.length === 0) return NOTHING;
    const text = ended.map((state) => `${textOf(state?.status)}: ${textOf(state?.message)}`).join('; ');
    return { activity: { kind: 'agent', text } };
  }
  return NOTHING;
}

interface Change {
  readonly path?: unknown;
}

interface StateOfAgent {
  readonly status?: unknown;
  readonly message?: unknown;
}

/** It tries again by itself as long as it says so. */
function errorFacts(text: string): LineFacts {
  if (text.startsWith('Reconnecting')) return { activity: { kind: 'message', text } };
  return { failure: failureOf(text) };
}

const KINDS: readonly (readonly [AgentFailure['kind'], RegExp])[] = [
  ['rate-limit', /usage limit|rate limit|quota exceeded|\b429\b/i],
  ['auth', /\b40[13]\b|unauthorized|api key|not logged in|log in again|sign in again/i],
  ['context', /context window|context length|maximum context/i],
  ['unavailable', /high demand|at capacity|\b5\d\d\b|stream disconnected|connection|timed? ?out/i],
  ['refused', /flagged|policy|safety/i],
];

export function failureOf(text: string): AgentFailure {
  const kind = KINDS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
  return { kind, text: text === '' ? 'codex gave no reason' : text, resetsAt: null };
}
