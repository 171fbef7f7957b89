import { findCycle } from '../domain/graph.ts';
import { type Findings, quote } from './findings.ts';
import type { JsonNode } from './json.ts';
import { nearMiss } from '../domain/near-miss.ts';
import { epicsOf, member } from './prd-tree.ts';

/** Each costs a walk over the whole graph. */
const CYCLE_LIMIT = 10;

/** Each compares with every epic; nobody reads the suggestions after the first ones. */
const LOOK_UP_LIMIT = 100;

/** `dependsOn` that leads nowhere, to itself, twice to the same epic or round in a circle; backends that do not exist. */
export function checkReferences(
  root: JsonNode,
  findings: Findings,
  backends: readonly string[] | undefined,
): void {
  const graph = new Map<string, Map<string, JsonNode>>();
  const epics = epicsOf(root);
  for (const { node } of epics) {
    const id = member(node, 'id')?.value;
    if (typeof id === 'string' && !graph.has(id)) graph.set(id, new Map());
  }
  const ids = [...graph.keys()];
  let lookUps = 0;
  for (const { node, name } of epics) {
    checkBackend(node, name, backends, findings);
    const id = member(node, 'id')?.value;
    const seen = new Map<string, JsonNode>();
    for (const entry of member(node, 'dependsOn')?.items ?? []) {
      const target = entry.value;
      if (typeof target !== 'string') continue;
      const first = seen.get(target);
      if (first !== undefined) {
        findings.add({
          severity: 'warning',
          code: 'duplicate-dependency',
          message: `${name} names ${quote(target)} twice in dependsOn`,
          at: entry,
          fix: 'remove one of the two',
          related: [{ message: 'first named here', at: first }],
        });
        continue;
      }
      seen.set(target, entry);
      if (target === id) {
        findings.add({
          code: 'self-dependency',
          message: `${name} depends on itself`,
          at: entry,
          fix: 'remove this entry',
        });
      } else if (!graph.has(target)) {
        findings.add({
          code: 'unknown-reference',
          message: `${name} depends on ${quote(target)}, which does not exist`,
          at: entry,
          fix: lookUps++ < LOOK_UP_LIMIT ? suggestion(target, ids, id) : NO_SUGGESTION,
        });
      } else if (typeof id === 'string') {
        graph.get(id)?.set(target, entry);
      }
    }
  }
  reportCycles(graph, findings);
}

const NO_SUGGESTION = 'name an epic of this PRD, or remove the entry';

function suggestion(target: string, ids: readonly string[], own: unknown): string {
  const others = ids.filter((id) => id !== own);
  const near = nearMiss(target, others);
  return near === null ? NO_SUGGESTION : `did you mean ${quote(near)}?`;
}

function reportCycles(graph: ReadonlyMap<string, Map<string, JsonNode>>, findings: Findings): void {
  for (let count = 0; count < CYCLE_LIMIT; count++) {
    const cycle = findCycle(
      [...graph].map(([id, targets]) => ({ id, dependsOn: [...targets.keys()], weight: 1 })),
    );
    if (cycle === null) return;
    const edges = cycle.slice(1).flatMap((to, index) => {
      const from = cycle[index] ?? to;
      const at = graph.get(from)?.get(to);
      return at === undefined ? [] : [{ from, to, at }];
    });
    const closing = edges.at(-1);
    if (closing === undefined) return;
    findings.add({
      code: 'cycle',
      message: `epics wait for each other in a circle: ${path(cycle)}`,
      at: closing.at,
      fix: `remove one of these dependencies, for example ${quote(closing.to)} here`,
      related: edges
        .slice(0, -1)
        .slice(0, 3)
        .map(({ from, to, at }) => ({ message: `${quote(from)} depends on ${quote(to)} here`, at })),
    });
    graph.get(closing.from)?.delete(closing.to);
  }
}

function path(ids: readonly string[]): string {
  const shown = ids.map((id) => quote(id).slice(1, -1));
  if (shown.length <= 12) return shown.join(' -> ');
  return [...shown.slice(0, 8), `(${shown.length - 11} more)`, ...shown.slice(-3)].join(' -> ');
}

function checkBackend(
  node: JsonNode,
  name: string,
  backends: readonly string[] | undefined,
  findings: Findings,
): void {
  const at = member(node, 'backend');
  if (backends === undefined || at === undefined) return;
  const { value } = at;
  if (typeof value !== 'string' || value === '' || backends.includes(value)) return;
  const near = nearMiss(value, backends);
  findings.add({
    code: 'unknown-backend',
    message: `${name} asks for the backend ${quote(value)}, which is not known`,
    at,
    fix:
      near === null
        ? `use ${backends.join(', ')}, or describe it under backends in teams.config.yml`
        : `did you mean ${quote(near)}?`,
  });
}
