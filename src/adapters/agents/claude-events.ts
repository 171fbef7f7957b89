import type { Usage } from '../../domain/events.ts';
import type { AgentFailure } from '../../engine/ports.ts';
import type { LineFacts } from './backend.ts';
import { amountOf, itemsOf, type Json, jsonLine, recordOf, sumOf, textOf, textsOf } from './json-line.ts';

/** One line of `--output-format stream-json`. */
export function readClaudeLine(line: string): LineFacts | null {
  const event = jsonLine(line);
  if (event === null) return null;
  switch (event['type']) {
    case 'assistant':
      return assistantFacts(event);
    case 'user':
      return event['isReplay'] === true ? { read: textOf(event['uuid']) } : {};
    case 'system':
      return systemFacts(event);
    case 'rate_limit_event':
      return limitFacts(recordOf(event['rate_limit_info']));
    case 'result':
      return resultFacts(event);
    default:
      return typeof event['type'] === 'string' ? {} : null;
  }
}

function assistantFacts(event: Json): LineFacts {
  // What the CLI says in the place of the model; the result says it again, and decides.
  if (typeof event['error'] === 'string') return {};
  const who = textOf(event['subagent_type']);
  const blocks = itemsOf(recordOf(event['message'])['content']);
  const tool = blocks.find(({ type }) => type === 'tool_use');
  const said = blocks.find((block) => block['type'] === 'text' && textOf(block['text']).trim() !== '');
  const activity = tool === undefined ? said && message(textOf(said['text'])) : toolActivity(tool);
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
  const name = textOf(tool['name']);
  const input = recordOf(tool['input']);
  const file = textOf(input['file_path']) || textOf(input['notebook_path']);
  if (name === 'Agent' || name === 'Task') {
    const role = textOf(input['subagent_type']) || 'sub-agent';
    return { kind: 'agent', text: `${role}: ${textOf(input['description']) || textOf(input['prompt'])}` };
  }
  if (file !== '') return { kind: 'file', text: `${name} ${file}` };
  return { kind: 'tool', text: `${name} ${textOf(input['command'])}`.trim() };
}

function systemFacts(event: Json): LineFacts {
  if (event['subtype'] === 'init') return { sessionId: textOf(event['session_id']) };
  if (event['subtype'] === 'api_retry') {
    const status = amountOf(event['error_status']);
    const what = `${status ?? 'no answer'} ${textOf(event['error'])}`.trim();
    return {
      activity: message(
        `waits for the model: ${what}, retry ${amountOf(event['attempt']) ?? '?'} of ${amountOf(event['max_retries']) ?? '?'}`,
      ),
      // It may be ended by us while it waits.
      failure: { kind: kindOf(status), text: what, resetsAt: null },
    };
  }
  if (event['subtype'] === 'task_notification' && event['status'] !== 'completed') {
    const status = textOf(event['status']) || 'ended';
    return { activity: { kind: 'agent', text: `sub-agent ${status}: ${textOf(event['summary'])}` } };
  }
  return {};
}

function limitFacts(info: Json): LineFacts {
  if (info['status'] !== 'rejected') return {};
  const seconds = amountOf(info['resetsAt']);
  const words = `usage limit reached (${textOf(info['rateLimitType']) || 'unknown'})`;
  const failure: AgentFailure = {
    kind: 'rate-limit',
    text: words,
    resetsAt: seconds === null ? null : seconds * 1_000,
  };
  return { activity: message(words), failure };
}

function resultFacts(event: Json): LineFacts {
  const usageSoFar = usageOf(event);
  const denials = itemsOf(event['permission_denials']);
  const denied = denials.map((one) =>
    `${textOf(one['tool_name'])} ${textOf(recordOf(one['tool_input'])['command'])}`.trim(),
  );
  return {
    finished: true,
    ...(usageSoFar !== null && { usageSoFar }),
    ...(denied.length > 0 && { activity: message(`denied: ${denied.join('; ')}`) }),
    ...failureOf(event),
  };
}

function failureOf(event: Json): Pick<LineFacts, 'failure'> {
  const subtype = textOf(event['subtype']);
  if (event['is_error'] !== true && subtype === 'success') {
    return event['stop_reason'] === 'refusal'
      ? { failure: { kind: 'refused', text: textOf(event['result']) || 'the model refused', resetsAt: null } }
      : { failure: null };
  }
  // A session that was to be gone on with is not there: it never began.
  if (textsOf(event['errors']).some((words) => words.startsWith('No conversation found'))) return {};
  // The event before has told it, with the time of the reset.
  if (event['api_error'] === 'usage_limit_reached') return {};
  const reason = textOf(event['terminal_reason']);
  const words = textOf(event['result']) || reason || subtype;
  const kind =
    event['stop_reason'] === 'refusal'
      ? 'refused'
      : reason === 'prompt_too_long'
        ? 'context'
        : reason === 'api_error'
          ? kindOf(amountOf(event['api_error_status']))
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
  const models = Object.values(recordOf(event['modelUsage'])).map(recordOf);
  if (models.length === 0) return null;
  const sum = (key: string): number | null => sumOf(models.map((model) => amountOf(model[key])));
  const cached = ['cacheReadInputTokens', 'cacheCreationInputTokens'].flatMap((key) =>
    models.map((model) => amountOf(model[key]) ?? 0),
  );
  return {
    inputTokens: sumOf([sum('inputTokens'), ...cached]),
    outputTokens: sum('outputTokens'),
    costUsd: amountOf(event['total_cost_usd']),
  };
}
