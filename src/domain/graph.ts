/**
 * The dependency graph of epics. Waves are how a plan is shown; the scheduler only uses `remainingWork`.
 */
export interface GraphNode {
  readonly id: string;
  readonly dependsOn: readonly string[];
  /** Expected work in any unit; the number of stories serves. */
  readonly weight: number;
}

/** One cycle as a path that ends where it starts, or null. Edges to unknown ids are ignored. */
export function findCycle(nodes: readonly GraphNode[]): readonly string[] | null {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const settled = new Set<string>();
  for (const root of nodes) {
    // An explicit stack: a chain of 10,000 epics must not overflow the call stack.
    const path: { node: GraphNode; next: number }[] = [];
    const onPath = new Set<string>();
    const enter = (node: GraphNode): void => {
      path.push({ node, next: 0 });
      onPath.add(node.id);
    };
    if (!settled.has(root.id)) enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const dependency = top.node.dependsOn[top.next++];
      if (dependency === undefined) {
        settled.add(top.node.id);
        onPath.delete(top.node.id);
        path.pop();
        continue;
      }
      if (onPath.has(dependency)) {
        const ids = path.map((entry) => entry.node.id);
        return [...ids.slice(ids.indexOf(dependency)), dependency];
      }
      const node = byId.get(dependency);
      if (node !== undefined && !settled.has(dependency)) enter(node);
    }
  }
  return null;
}

/** Ids with every dependency before its dependants. The graph must have no cycle. */
export function topologicalOrder(nodes: readonly GraphNode[]): readonly string[] {
  const ids = new Set(nodes.map((node) => node.id));
  const open = new Map(
    nodes.map((node) => [node.id, new Set(node.dependsOn.filter((dependency) => ids.has(dependency))).size]),
  );
  const dependants = dependantsOf(nodes);
  const order = nodes.filter((node) => open.get(node.id) === 0).map((node) => node.id);
  for (const id of order) {
    for (const dependant of dependants.get(id) ?? []) {
      const left = (open.get(dependant) ?? 0) - 1;
      open.set(dependant, left);
      if (left === 0) order.push(dependant);
    }
  }
  if (order.length !== nodes.length) throw new Error('topologicalOrder needs a graph without cycles');
  return order;
}

/** For each id, the ids that name it in `dependsOn`. */
export function dependantsOf(nodes: readonly GraphNode[]): ReadonlyMap<string, readonly string[]> {
  const dependants = new Map<string, string[]>();
  for (const node of nodes) {
    for (const dependency of new Set(node.dependsOn)) {
      const list = dependants.get(dependency);
      if (list === undefined) dependants.set(dependency, [node.id]);
      else list.push(node.id);
    }
  }
  return dependants;
}

/** Everything that depends on the given ids, directly or not, without the ids themselves. */
export function transitiveDependants(
  nodes: readonly GraphNode[],
  ids: Iterable<string>,
): ReadonlySet<string> {
  const dependants = dependantsOf(nodes);
  const found = new Set<string>();
  const queue = [...ids];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const dependant of dependants.get(id) ?? []) {
      if (found.has(dependant)) continue;
      found.add(dependant);
      queue.push(dependant);
    }
  }
  return found;
}

/** Work from the start of each node to the end of the longest chain that hangs on it, itself included. */
export function remainingWork(nodes: readonly GraphNode[]): ReadonlyMap<string, number> {
  const weights = new Map(nodes.map((node) => [node.id, node.weight]));
  const dependants = dependantsOf(nodes);
  const remaining = new Map<string, number>();
  for (const id of topologicalOrder(nodes).toReversed()) {
    const tail = (dependants.get(id) ?? []).reduce(
      (longest, next) => Math.max(longest, remaining.get(next) ?? 0),
      0,
    );
    remaining.set(id, tail + (weights.get(id) ?? 0));
  }
  return remaining;
}

/** Dependency levels: each wave only depends on earlier ones. */
export function waves(nodes: readonly GraphNode[]): readonly (readonly string[])[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const level = new Map<string, number>();
  const result: string[][] = [];
  for (const id of topologicalOrder(nodes)) {
    const own = (byId.get(id)?.dependsOn ?? []).reduce(
      (max, dep) => Math.max(max, (level.get(dep) ?? -1) + 1),
      0,
    );
    level.set(id, own);
    (result[own] ??= []).push(id);
  }
  return result;
}

/** The longest chain by weight, first to last. */
export function criticalPath(nodes: readonly GraphNode[]): readonly string[] {
  if (nodes.length === 0) return [];
  const remaining = remainingWork(nodes);
  const dependants = dependantsOf(nodes);
  const longest = (ids: readonly string[]): string | undefined =>
    ids.reduce<string | undefined>(
      (best, id) => (best === undefined || (remaining.get(id) ?? 0) > (remaining.get(best) ?? 0) ? id : best),
      undefined,
    );
  const path: string[] = [];
  for (
    let id = longest(nodes.map((node) => node.id));
    id !== undefined;
    id = longest(dependants.get(id) ?? [])
  ) {
    path.push(id);
  }
  return path;
}
