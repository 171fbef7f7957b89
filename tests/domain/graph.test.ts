import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  criticalPath,
  findCycle,
  type GraphNode,
  remainingWork,
  topologicalOrder,
  transitiveDependants,
  waves,
} from '../../src/domain/graph.ts';

const node = (id: string, dependsOn: readonly string[] = [], weight = 1): GraphNode => ({
  id,
  dependsOn,
  weight,
});

//   A(1) ─┬─ B(5) ─┬─ D(1)
//         └─ C(2) ─┘          E(3)
const diamond = [
  node('A'),
  node('B', ['A'], 5),
  node('C', ['A'], 2),
  node('D', ['B', 'C']),
  node('E', [], 3),
];

const dag = fc
  .array(
    fc.record({ distances: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }), weight: fc.nat(9) }),
    {
      maxLength: 30,
    },
  )
  .map((specs) =>
    specs.map(({ distances, weight }, i) =>
      node(
        `N${i}`,
        // Doubled on purpose, and some lead out of the graph: both have to be borne.
        distances.flatMap((d) => [`N${i - d}`, `N${i - d}`]),
        weight,
      ),
    ),
  );

describe('findCycle', () => {
  test('names the cycle as a path that ends where it starts, without what leads to it', () => {
    expect(findCycle([node('X', ['A']), node('A', ['B']), node('B', ['C']), node('C', ['A'])])).toEqual([
      'A',
      'B',
      'C',
      'A',
    ]);
  });

  test('an epic that depends on itself is a cycle', () => {
    expect(findCycle([node('A', ['A'])])).toEqual(['A', 'A']);
  });

  test('a graph that runs backwards through one added edge has a cycle of existing edges', () => {
    fc.assert(
      fc.property(dag, fc.nat(), (nodes, pick) => {
        expect(findCycle(nodes)).toBeNull();
        const first = nodes[pick % Math.max(1, nodes.length)];
        if (first === undefined) return;
        const last = [...transitiveDependants(nodes, [first.id])].at(-1) ?? first.id;
        const closed = nodes.map((n) =>
          n.id === first.id ? { ...n, dependsOn: [...n.dependsOn, last] } : n,
        );
        const path = findCycle(closed) ?? [];
        expect(path.length).toBeGreaterThan(1);
        expect(path.at(-1)).toBe(path[0]);
        path.slice(1).forEach((id, i) => {
          expect(closed.find((n) => n.id === path[i])?.dependsOn).toContain(id);
        });
      }),
    );
  });
});

describe('order and waves', () => {
  test('of the diamond', () => {
    expect(topologicalOrder(diamond)).toEqual(['A', 'E', 'B', 'C', 'D']);
    expect(waves(diamond)).toEqual([['A', 'E'], ['B', 'C'], ['D']]);
  });

  test('every dependency is in an earlier wave, and every epic is as early as can be', () => {
    fc.assert(
      fc.property(dag, (nodes) => {
        const level = new Map(waves(nodes).flatMap((wave, i) => wave.map((id) => [id, i] as const)));
        expect(level.size).toBe(nodes.length);
        for (const { id, dependsOn } of nodes) {
          const below = dependsOn.flatMap((dependency) => level.get(dependency) ?? []);
          expect(level.get(id)).toBe(below.length === 0 ? 0 : Math.max(...below) + 1);
        }
      }),
    );
  });

  test('a cycle is a bug of the caller', () => {
    expect(() => topologicalOrder([node('A', ['B']), node('B', ['A'])])).toThrow('without cycles');
  });
});

describe('remaining work and the critical path', () => {
  test('of the diamond', () => {
    expect(Object.fromEntries(remainingWork(diamond))).toEqual({ A: 7, B: 6, C: 3, D: 1, E: 3 });
    expect(criticalPath(diamond)).toEqual(['A', 'B', 'D']);
    expect([...transitiveDependants(diamond, ['B'])]).toEqual(['D']);
  });

  test('the critical path is a chain, and no chain is heavier', () => {
    fc.assert(
      fc.property(dag, (nodes) => {
        const byId = new Map(nodes.map((n) => [n.id, n]));
        const path = criticalPath(nodes);
        path.slice(1).forEach((id, i) => expect(byId.get(id)?.dependsOn).toContain(path[i]));
        const weight = path.reduce((sum, id) => sum + (byId.get(id)?.weight ?? 0), 0);
        expect(weight).toBe(Math.max(0, ...remainingWork(nodes).values()));
      }),
    );
  });

  test('nothing at all', () => {
    expect([findCycle([]), topologicalOrder([]), waves([]), criticalPath([])]).toEqual([null, [], [], []]);
  });
});

test('a chain of 10,000 epics, in either order, does not overflow the stack', () => {
  const chain = Array.from({ length: 10_000 }, (_, i) => node(`N${i}`, i === 0 ? [] : [`N${i - 1}`]));
  for (const nodes of [chain, chain.toReversed()]) {
    expect(findCycle(nodes)).toBeNull();
    expect(waves(nodes)).toHaveLength(10_000);
    expect(criticalPath(nodes)).toHaveLength(10_000);
    expect(remainingWork(nodes).get('N0')).toBe(10_000);
  }
  const closed = chain.with(0, node('N0', ['N9999']));
  expect(findCycle(closed)).toHaveLength(10_001);
});
