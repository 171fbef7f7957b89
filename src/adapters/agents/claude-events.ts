import type { Usage } from '../../domain/events.ts';
import type { AgentFailure } from '../../engine/ports.ts';
import type { LineFacts } from './backend.ts';

type Json = Readonly<Record<string, unknown>>;

const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const items = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(record) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(text) : []);
const amount = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;

/** One line of `--output-format stream-json`. */
export function readClaudeLine(line: string): LineFacts | null {
  let event: Json;
  try {
    event = record(JSON.parse(line));
  } catch {
    // Plain text that happens to begin with a brace.
    return null;
  }
  switch (event['type']) {
    case 'assistant':
      return assistantFacts(event);
    case 'user':
      return event['isReplay'] === true ? { read: text(event['uuid']) } : {};
    case 'system':
      return systemFacts(event);
    case 'rate_limit_event':
      return limitFacts(record(event['rate_limit_info']));
    case 'result':
      return resultFacts(event);
    default:
      return typeof event['type'] === 'string' ? {} : null;
  }
}

function assistantFacts(event: Json): LineFacts {
  // What the CLI says in the place of the model; the result says it again, and decides.
  if (typeof event['error'] === 'string') return {};
  const who = text(event['subagent_type']);
  const blocks = items(record(event['message'])['content']);
  const tool = blocks.find(({ type }) => type === 'tool_use');
  const said = blocks.find((block) => block['type'] === 'text' && text(block['text']).trim() !== '');
  const activity = tool === undefined ? said && message(text(said['text'])) : toolActivity(tool);
  return {
    // It answers again: whatever a retry was for is over.
    failure: null,
    ...(activity !== undefined && {
      activity: who === '' ? activity : { ...activity, text: `${who}: ${activity.text}` },
    }),
  };
}

const message = (words: string): NonNullable<LineFacts['activity']> => ({ kind: 'message', text: words });

function toolActivity(tool: Json): NonNullable<LineFacts['activity']> {
  const name = text(tool['name']);
  const input = record(tool['input']);
  const file = text(input['file_path']) || text(input['notebook_path']);
  if (name === 'Agent' || name === 'Task') {
    const role = text(input['subagent_type']) || 'sub-agent';
    return { kind: 'agent', text: `${role}: ${text(input['description']) || text(input['prompt'])}` };
  }
  if (file !== '') return { kind: 'file', text: `${name} ${file}` };
  return { kind: 'tool', text: `${name} ${text(input['command'])}`.trim() };
}

function systemFacts(event: Json): LineFacts {
  if (event['subtype'] === 'init') return { sessionId: text(event['session_id']) };
  if (event['subtype'] === 'api_retry') {
    const status = amount(event['error_status']);
    const what = `${status ?? 'no answer'} ${text(event['error'])}`.trim();
    return {
      activity: message(
        `waits for the model: ${what}, retry ${amount(event['attempt']) ?? '?'} of ${amount(event['max_retries']) ?? '?'}`,
      ),
      // It may be ended by us while it waits.
      failure: { kind: kindOf(status), text: what, resetsAt: null },
    };
  }
  if (event['subtype'] === 'task_notification' && event['status'] !== 'completed') {
    const status = text(event['status']) || 'ended';
    return { activity: { kind: 'agent', text: `sub-agent ${status}: ${text(event['summary'])}` } };
  }
  return {};
}

function limitFacts(info: Json): LineFacts {
  if (info['status'] !== 'rejected') return {};
  const seconds = amount(info['resetsAt']);
  const words = `usage limit reached (${text(info['rateLimitType']) || 'unknown'})`;
  const failure: AgentFailure = {
    kind: 'rate-limit',
    text: words,
    resetsAt: seconds === null ? null : seconds * 1_000,
  };
  return { activity: message(words), failure };
}

function resultFacts(event: Json): LineFacts {
  const usageSoFar = usageOf(event);
  const denials = items(event['permission_denials']);
  const denied = denials.map((one) =>
    `${text(one['tool_name'])} ${text(record(one['tool_input'])['command'])}`.trim(),
  );
  return {
    finished: true,
    ...(usageSoFar !== null && { usageSoFar }),
    ...(denied.length > 0 && { activity: message(`denied: ${denied.join('; ')}`) }),
    ...failureOf(event),
  };
}

function failureOf(event: Json): Pick<LineFacts, 'failure'> {
  const subtype = text(event['subtype']);
  if (event['is_error'] !== true && subtype === 'success') {
    return event['stop_reason'] === 'refusal'
      ? { failure: { kind: 'refused', text: text(event['result']) || 'the model refused', resetsAt: null } }
      : { failure: null };
  }
  // A session that was to be gone on with is not there: it never began.
  if (texts(event['errors']).some((words) => words.startsWith('No conversation found'))) return {};
  // The event before has told it, with the time of the reset.
  if (event['api_error'] === 'usage_limit_reached') return {};
  const reason = text(event['terminal_reason']);
  const words = text(event['result']) || reason || subtype;
  const kind =
    event['stop_reason'] === 'refusal'
      ? 'refused'
      : reason === 'prompt_too_long'
        ? 'context'
        : reason === 'api_error'
          ? kindOf(amount(event['api_error_status']))
          : 'other';
  return { failure: { kind, text: words, resetsAt: null } };
}

function kindOf(status: number | null): AgentFailure['kind'] {
  if (status === 401 || status === 403) return 'auth';
  if (status === 429) return 'rate-limit';
  if (status === 413) return 'context';
  // No status: refused connections and dropped ones.
  if (status === null || status >= 500) return 'unavailable';
  return 'other';
}

/** Of all models, sub-agents included; null when none has answered. Tokens that were read from a cache count. */
function usageOf(event: Json): Usage | null {
  const models = Object.values(record(event['modelUsage'])).map(record);
  if (models.length === 0) return null;
  const sum = (keys: readonly string[]): number | null => {
    const values = models.flatMap((model) => keys.map((key) => amount(model[key])));
    return values.every((value) => value === null)
      ? null
      : values.reduce<number>((total, value) => total + (value ?? 0), 0);
  };
  return {
    inputTokens: sum(['inputTokens', 'cacheReadInputTokens', 'cacheCreationInputTokens']),
    outputTokens: sum(['outputTokens']),
    costUsd: amount(event['total_cost_usd']),
  };
}
