import { quote, isRecord } from '../findings.ts';
import { knownKey } from '../prd-keys.ts';
import type { Json, Note, RepairSetting } from './repair-prd.ts';

/** Names of fields, values in the wrong type that can be read in one way only, and what only `teams` may say. */
export function repairShape(
  value: Json | readonly unknown[],
  setting: Pick<RepairSetting, 'project'>,
  note: Note,
): Json {
  const prd = isRecord(value) ? renamed(unwrapped(value, note), 'prd', 'the PRD', note) : { epics: value };
  if (!isRecord(value)) note('the list of epics became a PRD');
  if (prd['project'] === undefined || prd['project'] === null || prd['project'] === '') {
    prd['project'] = setting.project;
    note(`project: ${quote(setting.project)}, the name of the folder`);
  }
  withoutNulls(prd);
  repairEach(prd, 'epics', 'the PRD', note, (epic, number) => repairEpic(epic, `epic ${number}`, note));
  return prd;
}

/** `{"prd": {"project": …, "epics": …}}` */
function unwrapped(value: Json, note: Note): Json {
  const [entry, ...others] = Object.entries(value).filter(([key]) => key !== '$schema');
  if (entry === undefined || others.length > 0) return value;
  const [name, inner] = entry;
  if (!isRecord(inner) || !Array.isArray(inner['epics'])) return value;
  note(`what is in ${quote(name)} became the PRD`);
  return inner;
}

/** A list of records, also one that has them by their ids. What else is there stays: only the person knows what it means. */
function repairEach(
  holder: Json,
  key: string,
  name: string,
  note: Note,
  repair: (entry: Json, number: number) => Json,
): void {
  const value = (holder[key] ??= []);
  const byId = isRecord(value) ? Object.entries(value) : [];
  if (byId.length > 0 && byId.every(([, entry]) => isRecord(entry))) {
    note(`${name}: ${key} became a list`);
    holder[key] = byId.map(([id, entry]) => ({ id, ...(isRecord(entry) ? entry : {}) }));
  }
  const list = holder[key];
  if (!Array.isArray(list)) return;
  holder[key] = list.map((entry: unknown, index) => (isRecord(entry) ? repair(entry, index + 1) : entry));
}

function repairEpic(value: Json, name: string, note: Note): Json {
  const epic = renamed(value, 'epic', name, note);
  withoutNulls(epic);
  for (const key of ['dependsOn', 'verify', 'labels']) asList(epic, key, name, note);
  unclaimed(epic, { status: 'pending', planned: false }, name, note);
  repairEach(epic, 'userStories', name, note, (story, number) =>
    repairStory(story, `${name}, story ${number}`, note),
  );
  return epic;
}

function repairStory(value: Json, name: string, note: Note): Json {
  const story = renamed(value, 'story', name, note);
  withoutNulls(story);
  const criteria = story['acceptanceCriteria'];
  if (typeof criteria === 'string') {
    const lines = criteria.split('\n').map((line) => line.replace(/^\s*(?:[-*+]|\d+[.)])\s+/, '').trim());
    story['acceptanceCriteria'] = lines.filter((line) => line !== '');
    note(`${name}: acceptanceCriteria became a list`);
  }
  const { priority } = story;
  if (typeof priority === 'string' && /^\d{1,9}$/.test(priority)) {
    story['priority'] = Number(priority);
    note(`${name}: priority became a number`);
  }
  unclaimed(story, { passes: false }, name, note);
  if (typeof story['failureReason'] === 'string') {
    delete story['failureReason'];
    note(`${name}: failureReason is left out, nothing was attempted yet`);
  }
  return story;
}

/** A copy with the names that were meant. */
function renamed(value: Json, level: 'prd' | 'epic' | 'story', name: string, note: Note): Json {
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
    const meant = knownKey(level, key, (other) => Object.hasOwn(value, other));
    if (meant === null || meant === key || Object.hasOwn(value, meant)) return [key, inner];
    note(`${name}: ${quote(key)} became ${quote(meant)}`);
    return [meant, inner];
  });
  return Object.fromEntries(entries);
}

/** For a field that may be left out, null means the same. */
function withoutNulls(value: Json): void {
  for (const [key, inner] of Object.entries(value)) if (inner === null) delete value[key];
}

function asList(value: Json, key: string, name: string, note: Note): void {
  const inner = value[key];
  if (typeof inner !== 'string') return;
  value[key] = inner === '' ? [] : [inner];
  note(`${name}: ${key} became a list`);
}

/** A draft is about work that nobody has done. */
function unclaimed(value: Json, initial: Json, name: string, note: Note): void {
  for (const [key, first] of Object.entries(initial)) {
    if (value[key] === undefined || value[key] === first) continue;
    note(`${name}: ${key} ${quote(value[key])} is left out, nothing is built yet`);
    delete value[key];
  }
}
