import type { AgentFailure } from '../../engine/ports.ts';
import type { LineFacts } from './backend.ts';

const FAILURES = ['auth', 'rate-limit', 'unavailable', 'context', 'refused', 'other'] as const;
const KINDS = ['tool', 'message', 'file', 'agent'] as const;

/**
 * The protocol of the scripted and of command backends, one JSON object per line:
 * `{"type":"activity","kind":"tool|message|file|agent","text":…}`,
 * `{"type":"usage","inputTokens":…,"outputTokens":…,"costUsd":…}`, each key when there is something to tell of it,
 * `{"type":"read","id":…}` when it has read the message of that id,
 * `{"type":"session","id":…}` when it can be gone on with under that name, and
 * `{"type":"failure","kind":"auth|rate-limit|…","text":…,"resetsAt":…}` before it gives up.
 */
export function readActivityLine(line: string): LineFacts | null {
  if (!line.startsWith('{')) return null;
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(line) as Record<string, unknown>;
  } catch {
    // Plain text that happens to begin with a brace.
    return null;
  }
  if (value['type'] === 'usage') {
    // An agent may tell its tokens with every message and its cost at the end.
    return {
      usage: {
        ...('inputTokens' in value && { inputTokens: count(value['inputTokens']) }),
        ...('outputTokens' in value && { outputTokens: count(value['outputTokens']) }),
        ...('costUsd' in value && { costUsd: amount(value['costUsd']) }),
      },
    };
  }
  if (value['type'] === 'session' && typeof value['id'] === 'string') return { sessionId: value['id'] };
  if (value['type'] === 'read' && typeof value['id'] === 'string') return { read: value['id'] };
  if (value['type'] === 'failure') return { failure: failureOf(value) };
  const kind = KINDS.find((known) => known === value['kind']);
  if (value['type'] === 'activity' && kind !== undefined && typeof value['text'] === 'string') {
    return { activity: { kind, text: value['text'] } };
  }
  return null;
}

function failureOf({ kind, text, resetsAt }: Record<string, unknown>): AgentFailure {
  return {
    kind: FAILURES.find((known) => known === kind) ?? 'other',
    text: typeof text === 'string' ? text : 'it gave no reason',
    resetsAt: amount(resetsAt),
  };
}

const count = (value: unknown): number | null =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : null;

const amount = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
