import {
  type Call,
  type Conversation,
  type Entry,
  type OfferedTool,
  type Reply,
  callId,
  turnsGiven,
} from './conversation.ts';
import type { Case, Fault, Scenario, Turn } from './scenario.ts';
import { isSpawn, isWait, namedCall, pollCall, searchCall, shellCall, spawnCall, waitCall } from './tools.ts';
import { type Variables, carry, expand, variablesOf } from './variables.ts';

/** What a request gets, and where in the scenario that stands. */
export interface Step {
  readonly role: string;
  readonly turn: number;
  readonly variables: Variables;
  readonly played: Turn;
  readonly reply: Reply;
}

const USAGE = { input: 1_000, output: 50 };

/** The answer of a scenario to a conversation: the same for the same conversation. Throws if the scenario has none. */
export function play(scenario: Scenario, role: string, conversation: Conversation, unique: string): Step {
  const variables = variablesOf(conversation);
  const plan = scenario.roles[role];
  if (plan === undefined) throw new Error(`the scenario has no role ${role}`);
  const chosen = Array.isArray(plan)
    ? { turns: plan, entries: conversation.entries }
    : choose(plan.cases, conversation.entries, variables);
  if (chosen === null) throw new Error(`no case of ${role} fits ${JSON.stringify(variables)}`);
  const turn = turnsGiven(chosen.entries);
  const search = chosen.turns[turn]?.spawn === undefined ? null : searchCall(conversation.tools);
  const needed = unfinished(conversation.tools, chosen.entries, chosen.turns[turn - 1]);
  // They belong to the turn before: the next one of the scenario is still to come.
  const calls = [...needed, ...(needed.length > 0 || search === null ? [] : [search])].map((call, index) => ({
    ...call,
    id: callId(turn - 1, index, unique),
  }));
  if (calls.length > 0) {
    return { role, turn: turn - 1, variables, played: {}, reply: { text: '', calls, usage: USAGE } };
  }
  const last = chosen.turns.length - 1;
  // Asked once more than was planned, as some CLIs do: it has nothing to add, and calls nothing.
  const played: Turn = chosen.turns[turn] ?? { say: chosen.turns[last]?.say ?? 'Done.' };
  return { role, turn, variables, played, reply: replyOf(played, turn, conversation, variables, unique) };
}

function choose(
  cases: readonly Case[],
  entries: readonly Entry[],
  variables: Variables,
): { readonly turns: readonly Turn[]; readonly entries: readonly Entry[] } | null {
  for (const { when = {}, turns } of cases) {
    const { says, ...wanted } = when;
    const fits = Object.entries(wanted).every(([name, value]) => variables[name] === String(value));
    const start =
      says === undefined ? 0 : entries.findLastIndex((one) => one.from === 'user' && one.text.includes(says));
    if (fits && start >= 0) return { turns, entries: entries.slice(start) };
  }
  return null;
}

function replyOf(
  turn: Turn,
  index: number,
  { tools }: Conversation,
  variables: Variables,
  unique: string,
): Reply {
  const commands = [...list(turn.shell), ...(turn.result === undefined ? [] : [writeResult(turn.result)])];
  const asks: Omit<Call, 'id'>[] = [
    ...commands.map((command) => shellCall(tools, expand(command, variables))),
    ...list(turn.spawn).map((spawn) => {
      const { role, story, prompt } = spawn;
      const own = { ...variables, ...(story !== undefined && { story }) };
      // A CLI that has no roles of that name still gets a conversation with a role.
      const text = `${expand(prompt, own)}\n\n<!-- teams-role: ${role} -->\n${carry(own)}`;
      return spawnCall(tools, spawn, text);
    }),
    ...(turn.tool === undefined ? [] : [namedCall(tools, turn.tool.name, turn.tool.input)]),
  ];
  return {
    text: expand(turn.say ?? (asks.length === 0 ? 'Done.' : ''), variables),
    calls: asks.map((ask, number) => ({ ...ask, id: callId(index, number, unique) })),
    usage: turn.usage ?? USAGE,
  };
}

const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** The shell expands `$(git rev-parse HEAD)`: only it knows what the commands before have made. */
const writeResult = (result: unknown): string =>
  `cat > '{result}.tmp' <<RESULT\n${JSON.stringify(result, null, 1)}\nRESULT\nmv '{result}.tmp' '{result}'`;

/** Calls that wait for what the last turn started and what is still running, with CLIs whose tools do not wait. */
function unfinished(
  tools: readonly OfferedTool[],
  entries: readonly Entry[],
  played: Turn | undefined,
): readonly Omit<Call, 'id'>[] {
  const outputs = new Map(entries.flatMap((one) => (one.from === 'tool' ? [[one.id, one.text]] : [])));
  const turnOf = ({ id }: Call): string | undefined => id.split('_')[1];
  const calls = entries.flatMap((one) => (one.from === 'model' ? one.calls : []));
  const agents = new Set<string>();
  const polls: Omit<Call, 'id'>[] = [];
  for (const call of calls.filter((one) => turnOf(one) === turnOf(calls[calls.length - 1] ?? one))) {
    const output = outputs.get(call.id) ?? '';
    if (isSpawn(call)) {
      const id = /"(?:agent_id|task_name)"\s*:\s*"([^"]+)"/.exec(output)?.[1];
      if (id !== undefined) agents.add(id);
    } else if (isWait(call)) {
      // It returns as soon as one of them has ended, and names those that have.
      for (const id of agents) if (output.includes(id)) agents.delete(id);
    }
  }
  // Or each sends a message when it has ended, and the call only waits for the next one.
  const ended = entries.filter((one) => one.from === 'user' && one.text.includes('FINAL_ANSWER'));
  for (const id of agents) if (ended.some(({ text }) => text.includes(id))) agents.delete(id);
  const last = entries.at(-1);
  const poll = last?.from === 'tool' ? pollCall(tools, last.text) : null;
  if (poll !== null) polls.push(poll);
  const impatient = list(played?.spawn).every((spawn) => spawn.wait === false);
  const wait = agents.size === 0 || impatient ? null : waitCall(tools, [...agents]);
  return wait === null ? polls : [wait, ...polls];
}

/** Counts how often each turn was asked for, which is all that the server remembers of a conversation. */
export function faultCounter(scenario: Scenario): (step: Step) => Fault | null {
  const hits = new Map<string, number>();
  return ({ role, turn, variables, played }) => {
    const place = [role, turn, variables['epic'], variables['attempt'], variables['story']].join('/');
    const general = (scenario.faults ?? []).filter(
      (fault) => (fault.role ?? role) === role && (fault.turn ?? turn) === turn,
    );
    for (const [index, fault] of [...list(played.fault), ...general].entries()) {
      const key = `${place}#${index}`;
      const before = hits.get(key) ?? 0;
      if (before >= (fault.times ?? Infinity)) continue;
      hits.set(key, before + 1);
      return fault;
    }
    return null;
  };
}
