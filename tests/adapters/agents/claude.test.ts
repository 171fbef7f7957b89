import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readClaudeLine } from '../../../src/adapters/agents/claude-events.ts';
import type { LineFacts } from '../../../src/adapters/agents/backend.ts';

const facts = (name: string): readonly LineFacts[] =>
  readFileSync(
    fileURLToPath(new URL(`../../fixtures/streams/claude-2.1.329/${name}.ndjson`, import.meta.url)),
    'utf8',
  )
    .trimEnd()
    .split('\n')
    .map((line) => {
      const found = readClaudeLine(line);
      expect(found, line).not.toBeNull();
      return found ?? {};
    });
const activities = (name: string): readonly string[] =>
  facts(name).flatMap(({ activity }) => (activity === undefined ? [] : `${activity.kind} ${activity.text}`));
const failure = (name: string): LineFacts['failure'] =>
  facts(name)
    .flatMap((one) => (one.failure === undefined ? [] : [one.failure]))
    .at(-1);
const usage = (name: string): LineFacts['usageSoFar'] =>
  facts(name)
    .flatMap(({ usageSoFar }) => usageSoFar ?? [])
    .at(-1);

describe('streams of claude 2.1.329', () => {
  it('tells what the lead and its sub-agents do', () => {
    expect(activities('commit')).toEqual([
      'message I begin with a file of my own.',
      "tool Bash printf 'lead\\n' > lead.txt && git add lead.txt && git commit -q -m 'Add lead.txt' && git rev-parse HEAD",
      'agent builder: Work as builder',
      "tool builder: Bash printf 'US-001\\n' > builder.txt && git add builder.txt && git commit -q -m 'Add builder.txt'",
      'tool Bash git log --format=%s > ../log.txt',
      'message Everything is done.',
    ]);
  });

  it('counts the tokens of sub-agents too', () => {
    expect(usage('commit')).toEqual({ inputTokens: 6_000, outputTokens: 300, costUsd: expect.closeTo(0.03) });
    expect(failure('commit')).toBeNull();
  });

  it.each([
    ['unauthorized', 'auth', 'Failed to authenticate. API Error: 401 invalid api key', null],
    ['limit', 'rate-limit', 'usage limit reached (five_hour)', 1_767_229_200_000],
    ['server-error', 'unavailable', expect.stringContaining('500 internal error'), null],
  ])('says why it could not go on: %s', (name, kind, text, resetsAt) => {
    expect(failure(name)).toEqual({ kind, text, resetsAt });
  });

  it('neither begins nor fails where the session to go on with is not there', () => {
    const lost = {
      type: 'result',
      subtype: 'error_during_execution',
      is_error: true,
      num_turns: 0,
      session_id: '11111111-1111-4111-8111-111111111111',
      modelUsage: {},
      errors: ['No conversation found with session ID: 11111111-1111-4111-8111-111111111111'],
    };
    expect(readClaudeLine(JSON.stringify(lost))).toEqual({ finished: true });
    expect(facts('resumed')[0]?.sessionId).toBe('00000000-0000-4000-8000-000000000001');
  });

  it('does not take a part of the tokens for all of them', () => {
    const modelUsage = {
      a: { inputTokens: 10, outputTokens: 1, cacheReadInputTokens: 2 },
      b: { inputTokens: 5 },
    };
    const result = { type: 'result', subtype: 'success', modelUsage };
    expect(readClaudeLine(JSON.stringify(result))?.usageSoFar).toEqual({
      inputTokens: 17,
      outputTokens: null,
      costUsd: null,
    });
  });

  it('knows no usage when no model has answered', () => {
    expect(usage('unauthorized')).toBeUndefined();
    expect(usage('stopped')).toBeUndefined();
  });

  it('forgets a rate limit that a retry has mended', () => {
    expect(facts('rate-limited').some((one) => one.failure?.kind === 'rate-limit')).toBe(true);
    expect(activities('rate-limited')[0]).toBe('message waits for the model: 429 rate_limit, retry 1 of 1');
    expect(failure('rate-limited')).toBeNull();
  });

  it('says what was denied and which sub-agent failed; neither fails the session', () => {
    expect(activities('denied')).toContain('message denied: Bash git push origin main');
    expect(failure('denied')).toBeNull();
    expect(activities('child-fails')).toContainEqual(expect.stringMatching(/^agent sub-agent failed: .*401/));
    expect(failure('child-fails')).toBeNull();
  });

  it.each(['parallel', 'resumed', 'stopped'])('reads every line of %s', (name) => {
    expect(facts(name).length).toBeGreaterThan(0);
  });
});

it('keeps the time of the reset, which only the event before the result tells', () => {
  const info = { status: 'rejected', resetsAt: 1_795_223_702, rateLimitType: 'five_hour' };
  expect(
    readClaudeLine(JSON.stringify({ type: 'rate_limit_event', rate_limit_info: info }))?.failure,
  ).toEqual({
    kind: 'rate-limit',
    text: 'usage limit reached (five_hour)',
    resetsAt: 1_795_223_702_000,
  });
  const result = { type: 'result', subtype: 'success', is_error: true, api_error_status: 429 };
  expect(readClaudeLine(JSON.stringify({ ...result, api_error: 'usage_limit_reached' }))).toEqual({
    finished: true,
  });
  const warning = { type: 'rate_limit_event', rate_limit_info: { ...info, status: 'allowed_warning' } };
  expect(readClaudeLine(JSON.stringify(warning))).toEqual({});
});

it.each([
  ['prompt_too_long', { is_error: true, subtype: 'success', terminal_reason: 'prompt_too_long' }, 'context'],
  ['refusal', { is_error: true, subtype: 'success', stop_reason: 'refusal' }, 'refused'],
  ['no connection', { is_error: true, subtype: 'success', terminal_reason: 'api_error' }, 'unavailable'],
  ['max turns', { is_error: true, subtype: 'error_max_turns' }, 'other'],
])('knows the end %s', (_name, result, kind) => {
  expect(readClaudeLine(JSON.stringify({ type: 'result', ...result }))?.failure?.kind).toBe(kind);
});

it.each(['{', '{}', '{"a":1}', '{"type":7}', '{plain text}'])('leaves plain text alone: %s', (line) => {
  expect(readClaudeLine(line)).toBeNull();
});

it.each([
  '{"type":"assistant"}',
  '{"type":"assistant","message":{"content":[null,7,{"type":"tool_use","input":[]}]}}',
  '{"type":"result","modelUsage":{"m":null},"permission_denials":[null]}',
  '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":"soon"}}',
])('survives what no CLI would say: %s', (line) => {
  expect(readClaudeLine(line)).not.toBeNull();
});
