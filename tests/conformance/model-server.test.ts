import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Scenario, loadScenario, scenarioSchema } from './model-server/scenario.ts';
import { type Variables, variablesOf } from './model-server/variables.ts';
import { type ModelServer, type ServerOptions, startModelServer } from './model-server/server.ts';

const LEAD = `<!-- teams-role: team-lead -->
You are the Team Lead for epic E1, attempt 2.
- Worktree (your working directory): \`/work tree\`
Write JSON to \`/out/result.json\` that fits this schema.`;

const BLOCK = ['content_block_start', 'content_block_delta', 'content_block_stop'];
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function serve(roles: Scenario['roles'], options: ServerOptions = {}): Promise<ModelServer> {
  const server = await startModelServer(scenarioSchema.parse({ description: 'a test', roles }), options);
  open.push(() => server.close());
  return server;
}

const ask = (server: ModelServer, path: string, body: unknown): Promise<Response> =>
  fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer very-secret', 'x-api-key': 'very-secret' },
    body: JSON.stringify(body),
  });

const command = { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] };
const chatTool = (name: string, parameters: unknown) => ({
  type: 'function',
  function: { name, parameters },
});
const bash = chatTool('bash', command);
const chat = (...messages: readonly unknown[]) => ({ model: 'm', messages, tools: [bash] });
const user = (content: string) => ({ role: 'user', content });

it('answers in Anthropic Messages, streamed', async () => {
  const server = await serve({ 'team-lead': [{ say: 'Hello', shell: 'ls {worktree}' }] });
  const response = await ask(server, '/v1/messages', {
    model: 'm',
    stream: true,
    system: [{ type: 'text', text: 'You are an agent.' }],
    messages: [user(LEAD)],
    tools: [{ name: 'Bash', input_schema: command }],
  });
  const text = await response.text();
  const events = [...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
  expect(events).toEqual(['message_start', ...BLOCK, ...BLOCK, 'message_delta', 'message_stop']);
  expect(text).toContain(String.raw`"partial_json":"{\"command\":\"ls /work tree\"}"`);
  expect(text).toContain('"stop_reason":"tool_use"');
});

it('answers in OpenAI Responses, streamed, with the tools of a namespace', async () => {
  const server = await serve({
    'team-lead': [{ spawn: { role: 'builder', story: 'S1', prompt: 'Do {story}' } }],
  });
  const spawn = {
    type: 'function',
    name: 'spawn_agent',
    parameters: { type: 'object', properties: { agent_type: {}, message: {} } },
  };
  const response = await ask(server, '/v1/responses', {
    model: 'm',
    stream: true,
    input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: LEAD }] }],
    tools: [{ type: 'namespace', name: 'agents', tools: [spawn] }],
  });
  const done = /^data: (.*"response\.output_item\.done".*)$/m.exec(await response.text())?.[1];
  const { item } = JSON.parse(done ?? '') as { item: Record<string, string> };
  expect(item).toMatchObject({ type: 'function_call', name: 'spawn_agent', namespace: 'agents' });
  const input = JSON.parse(item['arguments'] ?? '') as Record<string, string>;
  expect(input['agent_type']).toBe('builder');
  expect(input['message']).toMatch(
    /^Do S1\n\n<!-- teams-role: builder -->\n<!-- teams-vars: .*"attempt":"2"/,
  );
});

it('counts turns by what the conversation holds, and starts again where a message says so', async () => {
  const server = await serve({
    'team-lead': {
      cases: [
        { when: { says: 'Go on' }, turns: [{ say: 'resumed' }] },
        { turns: [{ shell: 'first' }, { shell: 'second' }, { say: 'done' }] },
      ],
    },
  });
  const turn = async (...messages: readonly unknown[]): Promise<string> =>
    JSON.stringify(await (await ask(server, '/v1/chat/completions', chat(user(LEAD), ...messages))).json());
  const called = {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'call_t0_0_0', type: 'function', function: { name: 'bash', arguments: '{}' } }],
  };
  const result = { role: 'tool', tool_call_id: 'call_t0_0_0', content: 'ok' };
  expect(await turn()).toContain('first');
  expect(await turn(called, result)).toContain('second');
  expect(await turn(called, result, { role: 'assistant', content: 'text' })).toContain('done');
  expect(await turn(called, result, user('Go on now'))).toContain('resumed');
});

it('fails as often as it was told to, then plays the turn', async () => {
  const server = await serve({
    'team-lead': [{ say: 'well', fault: { status: 429, retryAfter: 7, times: 2 } }],
  });
  const answers: (number | string | null)[] = [];
  for (let request = 0; request < 3; request += 1) {
    const response = await ask(server, '/v1/chat/completions', chat(user(LEAD)));
    answers.push(response.status, response.headers.get('retry-after'));
  }
  expect(answers).toEqual([429, '7', 429, '7', 200, null]);
});

it('tells the time of a reset as each provider does', async () => {
  const server = await serve({ 'team-lead': [{ fault: { limit: { resetsIn: 60 } } }] });
  const now = Math.floor(Date.now() / 1000);
  const reset = (value: unknown): void => {
    expect(Number(value)).toBeGreaterThanOrEqual(now + 60);
    expect(Number(value)).toBeLessThan(now + 120);
  };
  const messages = await ask(server, '/v1/messages', {
    messages: [user(LEAD)],
    tools: [{ name: 'Bash', input_schema: command }],
  });
  reset(messages.headers.get('anthropic-ratelimit-unified-reset'));
  const responses = await ask(server, '/v1/responses', { input: LEAD, tools: [{ name: 'shell' }] });
  const { error } = (await responses.json()) as { error: Record<string, unknown> };
  expect(error['type']).toBe('usage_limit_reached');
  reset(error['resets_at']);
});

it('drops and hangs', async () => {
  const server = await serve({
    'team-lead': [{ fault: { drop: 'before', times: 1 } }],
    builder: [{ fault: { hang: true } }],
  });
  await expect(ask(server, '/v1/chat/completions', chat(user(LEAD)))).rejects.toThrow('fetch failed');
  const builder = chat(user('<!-- teams-role: builder -->'));
  const hanging = ask(server, '/v1/chat/completions', builder).catch((error: unknown) => String(error));
  while (server.requests.at(-1)?.answer !== 'hang') await new Promise(setImmediate);
  await server.close();
  expect(await hanging).toContain('fetch failed');
});

it('records what was asked without keys, and says what a scenario lacks', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'teams-model-'));
  open.push(() => rmSync(folder, { recursive: true }));
  const record = join(folder, 'requests.jsonl');
  const server = await serve({ 'team-lead': [{ say: 'hi' }] }, { record });
  await ask(server, '/v1/chat/completions', chat(user(LEAD)));
  await ask(server, '/v1/chat/completions', { model: 'm', messages: [user(`A title for: ${LEAD}`)] });
  const unknown = await ask(server, '/v1/chat/completions', chat(user('<!-- teams-role: stranger -->')));
  expect(unknown.status).toBe(400);
  const text = readFileSync(record, 'utf8');
  expect(text).not.toContain('very-secret');
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ role, answer, problem }) => [role, answer, problem])).toEqual([
    ['team-lead', 200, undefined],
    [null, 200, undefined],
    ['stranger', 400, 'the scenario has no role stranger'],
  ]);
  expect(lines[0]?.['variables']).toEqual({
    worktree: '/work tree',
    result: '/out/result.json',
    epic: 'E1',
    attempt: '2',
  });
});

it('finds its variables in the prompts of the project', () => {
  const found = (name: string): Variables => {
    const path = fileURLToPath(new URL(`../../prompts/${name}.md`, import.meta.url));
    const text = readFileSync(path, 'utf8').replace(/\{\{(\w+)\}\}/g, (_, placeholder: string) =>
      placeholder === 'attempt' ? '3' : `<${placeholder}>`,
    );
    const entries = [{ from: 'user', text }] as const;
    return variablesOf({ model: 'm', stream: false, system: [], tools: [], entries });
  };
  const paths = { worktree: '<worktree>', result: '<result>', input: '<input>' };
  expect(found('team-lead')).toEqual({ ...paths, epic: '<epicId>', attempt: '3' });
  expect(found('sessions/fix')).toEqual({ ...paths, epic: '<epicId>', attempt: '3' });
  expect(found('sessions/merger')).toEqual({ ...paths, epic: '<epicId>' });
  expect(found('sessions/final-validator')).toEqual(paths);
});

it('reads every scenario of the suite, and the one in its README', () => {
  const folder = fileURLToPath(new URL('scenarios', import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.yml'),
  );
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) expect(loadScenario(join(folder, file)).description).not.toBe('');
  const readme = readFileSync(fileURLToPath(new URL('README.md', import.meta.url)), 'utf8');
  const example = /^```yaml\n([^]*?)^```/m.exec(readme)?.[1] ?? '';
  expect(scenarioSchema.parse(parse(example))).toHaveProperty('roles');
});
