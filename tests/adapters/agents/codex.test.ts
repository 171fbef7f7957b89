import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { LineFacts } from '../../../src/adapters/agents/backend.ts';
import { failureOf, readCodexLine } from '../../../src/adapters/agents/codex-events.ts';
import { lastWrite, readRollouts } from '../../../src/adapters/agents/codex-rollouts.ts';
import type { SessionEnd } from '../../../src/engine/ports.ts';
import { SessionRig } from './session-rig.ts';

const STREAMS = fileURLToPath(new URL('../../fixtures/streams/codex-0.169.0/', import.meta.url));
const THREAD = '00000000-0000-4000-8000-000000000001';

const linesOf = (stream: string): readonly string[] =>
  readFileSync(join(STREAMS, `${stream}.ndjson`), 'utf8')
    .trim()
    .split('\n');
const factsOf = (stream: string): readonly LineFacts[] =>
  linesOf(stream).map((line) => {
    const facts = readCodexLine(line);
    if (facts === null) throw new Error(`not understood: ${line}`);
    return facts;
  });
const activities = (stream: string) => factsOf(stream).flatMap(({ activity }) => activity ?? []);
const lastOf = <K extends keyof LineFacts>(stream: string, key: K): LineFacts[K] =>
  factsOf(stream).findLast((facts) => facts[key] !== undefined)?.[key];

describe('lines of codex exec --json', () => {
  it('tell what is done', () => {
    const told = activities('commit').map(({ kind, text }) => [kind, text.slice(0, 45).trim()]);
    expect(told).toEqual([
      ['message', 'I begin with a file of my own.'],
      ['tool', `/bin/bash -lc "printf 'lead\\\\n' > lead.txt &&`],
      ['agent', 'spawn_agent: Implement story US-001 in /proje'],
      ['agent', 'wait'],
      ['agent', 'completed: Story US-001 is committed.'],
      ['tool', "/bin/bash -lc 'git log --format=%s > ../log.t"],
      ['message', 'Everything is done.'],
    ]);
  });

  it('tell of a sub-agent that failed, which is no failure of the session', () => {
    const errored = activities('child-fails').filter(({ text }) => text.startsWith('errored'));
    expect(errored).toEqual([{ kind: 'agent', text: expect.stringContaining('401') }]);
    expect(lastOf('child-fails', 'failure')).toBeNull();
  });

  it('tell what the lead took so far, and no cost', () => {
    expect(lastOf('commit', 'usageSoFar')).toEqual({ inputTokens: 6_000, outputTokens: 300, costUsd: null });
    expect(lastOf('limit', 'usageSoFar')).toBeUndefined();
  });

  it.each([
    ['unauthorized', { kind: 'auth', text: expect.stringContaining('401 Unauthorized') }],
    ['limit', { kind: 'rate-limit', text: expect.stringContaining('usage limit') }],
    ['server-error', { kind: 'unavailable', text: expect.stringContaining('high demand') }],
  ])('tell why it ended: %s', (stream, failure) => {
    expect(lastOf(stream, 'failure')).toEqual({ ...failure, resetsAt: null });
  });

  it('tell of no failure when it went on', () => {
    expect(lastOf('rate-limited', 'failure')).toBeNull();
    expect(activities('rate-limited')[0]?.text).toMatch(/^Reconnecting/);
  });

  it.each(['parallel', 'denied', 'stopped', 'resumed', 'parallel-gpt-6-sol', 'child-fails-gpt-6-sol'])(
    'are all understood: %s',
    (stream) => {
      expect(factsOf(stream).length).toBeGreaterThan(2);
      expect(factsOf(stream)[0]).toEqual({ sessionId: THREAD });
    },
  );

  it('may hold anything', () => {
    for (const line of ['', 'text', '{', '{}', '[]', '{"type":1}', '{"type":"other"}']) {
      expect(readCodexLine(line)).toBeNull();
    }
    for (const item of [
      'null',
      '{}',
      '{"type":"file_change","changes":[null]}',
      '{"type":"collab_tool_call","agents_states":{"a":null}}',
    ]) {
      expect(readCodexLine(`{"type":"item.completed","item":${item}}`)).not.toBeNull();
      expect(readCodexLine(`{"type":"item.started","item":${item}}`)).not.toBeNull();
    }
    expect(readCodexLine('{"type":"turn.completed"}')?.usageSoFar).toEqual({
      inputTokens: null,
      outputTokens: null,
      costUsd: null,
    });
    expect(readCodexLine('{"type":"turn.failed"}')?.failure).toMatchObject({ kind: 'other' });
  });

  it.each([
    ['Quota exceeded. Check your plan and billing details.', 'rate-limit'],
    ['exceeded retry limit, last status: 429 Too Many Requests', 'rate-limit'],
    ['Selected model is at capacity. Please try a different model.', 'unavailable'],
    ['Your input exceeds the context window of this model.', 'context'],
    ['unexpected status 404 Not Found', 'other'],
  ])('say why in words: %s', (text, kind) => expect(failureOf(text).kind).toBe(kind));
});

describe('files of a session', () => {
  let home: string;
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'teams-codex-'))));
  afterEach(() => rmSync(home, { recursive: true }));

  /** When the streams say that they were recorded. */
  const since = Date.parse('2026-01-01T00:00:00Z');
  const day = (): string => join(home, 'sessions/2026/01/01');
  const keep = (stream: string, count: number): void => {
    mkdirSync(day(), { recursive: true });
    for (let number = 1; number <= count; number++) {
      cpSync(join(STREAMS, `${stream}.rollout-${number}.ndjson`), join(day(), `rollout-${number}.jsonl`));
    }
    writeFileSync(
      join(day(), 'rollout-of-another.jsonl'),
      '{"type":"session_meta","payload":{"session_id":"x"}}\n',
    );
    writeFileSync(join(day(), 'rollout-torn.jsonl'), '{"type":"sess');
    execFileSync('mkfifo', ['-m', '600', join(day(), `rollout-pipe-${stream}.jsonl`)]);
  };

  it.each([
    ['commit', 2, 8_000],
    ['parallel', 3, 9_000],
    ['commit-gpt-6-sol', 2, 7_000],
    ['resumed', 1, 3_000],
  ])('count what sub-agents took as well: %s', async (stream, count, inputTokens) => {
    keep(stream, count);
    const { usage } = await readRollouts(home, THREAD, since);
    expect(usage).toEqual({ inputTokens, outputTokens: inputTokens / 20, costUsd: null });
  });

  it('leave out what was spent before the session was resumed', async () => {
    keep('resumed', 1);
    const file = join(day(), 'rollout-1.jsonl');
    const [before, after] = readFileSync(file, 'utf8').split(/^(?=.*"ordinal":19,)/m);
    writeFileSync(file, `${before}${after?.replaceAll('T00:00:00.000Z', 'T00:05:00.000Z')}`);
    const { usage } = await readRollouts(home, THREAD, since + 60_000);
    expect(usage).toEqual({ inputTokens: 2_000, outputTokens: 100, costUsd: null });
  });

  it('do not take a part of the tokens for all of them', async () => {
    keep('resumed', 1);
    const file = join(day(), 'rollout-1.jsonl');
    const [first, ...rest] = readFileSync(file, 'utf8').split('"output_tokens"');
    writeFileSync(file, [first, rest.join('"output_tokens"')].join('"renamed_tokens"'));
    const { usage } = await readRollouts(home, THREAD, since);
    expect(usage).toMatchObject({ inputTokens: expect.any(Number), outputTokens: null });
  });

  it('tell when a limit is lifted', async () => {
    keep('limit', 1);
    const { resetsAt } = await readRollouts(home, THREAD, since);
    expect(resetsAt).toBe(Date.parse('2026-01-01T01:00:00Z'));
  });

  it('tell when a lead or one of its sub-agents did something, of this session alone', async () => {
    expect(await lastWrite(home, THREAD, since)).toBeNull();
    keep('parallel', 3);
    const at = (name: string, minutes: number): void =>
      utimesSync(join(day(), name), 0, since / 1_000 + minutes * 60);
    at('rollout-1.jsonl', 1);
    at('rollout-2.jsonl', 7);
    at('rollout-3.jsonl', 4);
    at('rollout-of-another.jsonl', 9);
    at('rollout-torn.jsonl', 9);
    expect(await lastWrite(home, THREAD, since)).toBe(since + 7 * 60_000);
    expect(await lastWrite(home, THREAD, since + 8 * 60_000)).toBeNull();
  });

  it('tell nothing where nothing is known', async () => {
    expect(await readRollouts(home, THREAD, since)).toEqual({ usage: null, resetsAt: null });
    keep('unauthorized', 1);
    expect(await readRollouts(home, THREAD, since)).toEqual({ usage: null, resetsAt: null });
    keep('commit', 2);
    expect(await readRollouts(home, 'another', since)).toEqual({ usage: null, resetsAt: null });
    expect(await readRollouts(home, THREAD, Date.now() + 60_000)).toEqual({ usage: null, resetsAt: null });
  });
});

describe('a session that does something to the files in its folder', () => {
  afterEach(() => vi.unstubAllEnvs());

  /** Of a session with this program for a codex, which has a home of its own. */
  const endOf = async (program: string): Promise<SessionEnd> => {
    const rig = new SessionRig();
    onTestFinished(() => rig.remove());
    execFileSync('git', ['init', '-q', rig.root]);
    mkdirSync(join(rig.root, 'bin'));
    writeFileSync(join(rig.root, 'bin/codex'), program, { mode: 0o755 });
    vi.stubEnv('PATH', `${join(rig.root, 'bin')}:${process.env['PATH']}`);
    vi.stubEnv('CODEX_HOME', join(rig.root, 'home'));
    return rig.start(rig.sh(''), { backend: 'codex' }).end;
  };

  it.each([
    ['removes them', 'rm "$folder"/*'],
    ['removes the folder', 'rm -r "$folder"'],
    ['gives them another date', 'touch -d "2 days" "$folder"/*'],
    ['writes another session into its log', 'echo x > "$folder/session.ndjson"'],
  ])('is told what it spent, and until when the limit holds, all the same: %s', async (_, harm) => {
    const record = JSON.stringify({
      timestamp: '2100-01-01T00:00:00Z',
      type: 'token_usage_record',
      payload: { thread_id: THREAD, usage: { input_tokens: 70, output_tokens: 5 } },
    });
    const count = JSON.stringify({
      type: 'token_count',
      payload: { rate_limits: { primary: { used_percent: 100, resets_at: 4_000_000_000 } } },
    });
    const program = `#!/bin/sh
      folder=$(dirname "$TEAMS_RESULT_PATH")
      echo '{"type":"thread.started","thread_id":"${THREAD}"}'
      day="$CODEX_HOME/sessions/$(date -u +%Y/%m/%d)"
      mkdir -p "$day"
      echo '{"type":"session_meta","payload":{"id":"${THREAD}","session_id":"${THREAD}"}}' > "$day/rollout-1.jsonl"
      echo '${record}' >> "$day/rollout-1.jsonl"
      echo '${count}' >> "$day/rollout-1.jsonl"
      echo '{"type":"turn.failed","error":{"message":"usage limit"}}'
      cat > /dev/null
      ${harm}
      exit 1
    `;
    expect(await endOf(program)).toMatchObject({
      cause: 'exit',
      exitCode: 1,
      usage: { inputTokens: 70, outputTokens: 5, costUsd: null },
      failure: { kind: 'rate-limit', text: 'usage limit', resetsAt: 4_000_000_000_000 },
    });
  });

  it('costs what only its files would have told when they cannot be read', async () => {
    const program = `#!/bin/sh
      echo '{"type":"thread.started","thread_id":"${THREAD}"}'
      echo '{"type":"turn.completed","usage":{"input_tokens":9,"output_tokens":2}}'
      mkdir -p "$CODEX_HOME/sessions/$(date -u +%Y/%m/%d)/rollout-1.jsonl"
      cat > /dev/null
    `;
    expect(await endOf(program)).toMatchObject({
      exitCode: 0,
      usage: { inputTokens: 9, outputTokens: 2, costUsd: null },
      failure: null,
    });
  });
});
