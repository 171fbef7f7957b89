import type { Call, JsonSchema, OfferedTool } from './conversation.ts';
import type { Spawn } from './scenario.ts';

const SHELL = /^(bash|shell|shell_command|exec_command)$/i;
const SPAWN = /^(task|agent|spawn_agent)$/i;
const WAIT = /^wait_agent$/;
/** Runs JavaScript that calls the other tools. */
const SCRIPT = /^exec$/;

type Input = Readonly<Record<string, unknown>>;
type Ask = Omit<Call, 'id'>;

/** A shell command as a call of whatever shell tool the CLI offers. */
export function shellCall(tools: readonly OfferedTool[], command: string): Ask {
  const script = tools.find(({ name, kind }) => SCRIPT.test(name) && kind === 'text');
  if (script !== undefined) return { ...named(script), input: { text: shellScript(command) } };
  const tool = find(tools, SHELL, 'shell');
  const { properties = {} } = tool.schema;
  const key = 'cmd' in properties ? 'cmd' : 'command';
  const value = properties[key]?.type === 'array' ? ['bash', '-lc', command] : command;
  return ask(tool, {
    [key]: value,
    description: 'Run a command',
    // As long as each allows: what a scenario runs may be slow on a busy machine.
    timeout: 600_000,
    initial_wait: 600,
    yield_time_ms: 30_000,
  });
}

/** Tools answer before a long command ends: the rest of its output is asked for until it does. */
const shellScript = (command: string): string => `let part = await tools.exec_command(${JSON.stringify({
  cmd: command,
  yield_time_ms: 30_000,
})});
let output = part.output;
while (part.session_id !== undefined) {
  part = await tools.write_stdin({ session_id: part.session_id, chars: '', yield_time_ms: 30000 });
  output += part.output;
}
text(output);
`;

/** Looks for the tool that starts sub-agents where it is offered only to those who ask, or null. */
export function searchCall(tools: readonly OfferedTool[]): Ask | null {
  const search = tools.find(({ kind }) => kind === 'search');
  if (search === undefined || tools.some(({ name }) => SPAWN.test(name))) return null;
  return { ...named(search), input: { query: 'spawn_agent wait_agent sub-agent', limit: 8 } };
}

/** A sub-agent as a call of whatever tool the CLI has for it. */
export function spawnCall(tools: readonly OfferedTool[], spawn: Spawn, prompt: string): Ask {
  const tool = find(tools, SPAWN, 'sub-agent');
  const background = spawn.wait === false;
  return ask(tool, {
    subagent_type: spawn.role,
    agent_type: spawn.role,
    prompt,
    message: prompt,
    task_name: `${spawn.role}_${spawn.story ?? 'task'}`.toLowerCase().replace(/\W/g, '_'),
    name: spawn.role,
    description: `Work as ${spawn.role}`,
    mode: background ? 'background' : 'sync',
    run_in_background: background,
    // A sub-agent gets its prompt and nothing of what its parent knows.
    fork_context: false,
    fork_turns: 'none',
  });
}

/** A call that waits for sub-agents, or null if the CLI waits by itself. */
export function waitCall(tools: readonly OfferedTool[], ids: readonly string[]): Ask | null {
  const tool = tools.find(({ name }) => WAIT.test(name));
  return tool === undefined ? null : ask(tool, { ids, targets: ids, timeout_ms: 300_000 });
}

/** A call that waits for a command that was still running when its tool answered, or null if it has ended. */
export function pollCall(tools: readonly OfferedTool[], output: string): Ask | null {
  const session = /Process running with session ID (\d+)/.exec(output)?.[1];
  const stdin = tools.find(({ name }) => name === 'write_stdin');
  if (session !== undefined && stdin !== undefined)
    return ask(stdin, { session_id: Number(session), chars: '', yield_time_ms: 300_000 });
  const cell = /Script running with cell ID (\S+)/.exec(output)?.[1];
  const wait = tools.find(({ name }) => name === 'wait');
  return cell === undefined || wait === undefined
    ? null
    : ask(wait, { cell_id: cell, yield_time_ms: 30_000 });
}

export function namedCall(tools: readonly OfferedTool[], name: string, input: Input): Ask {
  return { ...ask(find(tools, new RegExp(`^${name}$`), name), {}), input };
}

export const isSpawn = (call: Call): boolean => call.name === 'spawn_agent';
export const isWait = (call: Call): boolean => WAIT.test(call.name);

/** Known inputs that the tool takes, and a harmless value for whatever else it requires. */
function ask(tool: OfferedTool, known: Input): Ask {
  const { properties = {}, required = [] } = tool.schema;
  const input: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(properties)) {
    if (name in known) input[name] = known[name];
    else if (required.includes(name)) input[name] = harmless(schema);
  }
  return { ...named(tool), input };
}

const named = ({ name, kind, namespace }: OfferedTool): Omit<Ask, 'input'> => ({
  name,
  ...(kind !== undefined && { kind }),
  ...(namespace !== undefined && { namespace }),
});

function harmless(schema: JsonSchema): unknown {
  if (schema.enum !== undefined) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'boolean') return false;
  if (type === 'number' || type === 'integer') return 1;
  if (type === 'array') return [];
  return type === 'object' ? {} : 'x';
}

function find(tools: readonly OfferedTool[], pattern: RegExp, what: string): OfferedTool {
  const tool = tools.find(({ name }) => pattern.test(name));
  if (tool !== undefined) return tool;
  throw new Error(`no ${what} tool is offered: ${tools.map(({ name }) => name).join(', ')}`);
}
