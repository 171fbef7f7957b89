import type { AgentFailure } from '../../engine/ports.ts';
import type { LineFacts } from './backend.ts';
import { amountOf, countOf, type Json, jsonLine } from './json-line.ts';

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
  const value = jsonLine(line);
  if (value === null) return null;
  if (value['type'] === 'usage') {
    // An agent may tell its tokens with every message and its cost at the end.
    return {
      usage: {
        ...('inputTokens' in value && { inputTokens: countOf(value['inputTokens']) }),
        ...('outputTokens' in value && { outputTokens: countOf(value['outputTokens']) }),
        ...('costUsd' in value && { costUsd: amountOf(value['costUsd']) }),
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

function failureOf({ kind, text, resetsAt }: Json): AgentFailure {
  return {
    kind: FAILURES.find((known) => known === kind) ?? 'other',
    text: typeof text === 'string' ? text : 'it gave no reason',
    resetsAt: amountOf(resetsAt),
  };
}
