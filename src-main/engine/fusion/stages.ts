// A program with fused groups in stages: the nodes that ONNX Runtime runs at once, then the groups that need them, and so on.
import type { Node, Value } from '../tracing/graph.ts';
import { type Group, orderUnits, readersOf } from './groups.ts';

export interface Stage {
  /** In the order of computation. */
  nodes: readonly Node[];
  /** After the nodes, in this order. */
  groups: readonly Group[];
}

const isGroup = (unit: Node | Group): unit is Group => 'nodes' in unit;

/**
 * Nodes run as late as their readers allow, so that as little as possible passes from stage to stage.
 * @param groups of `findGroups`
 */
export function planStages(nodes: readonly Node[], groups: readonly Group[]): Stage[] {
  const units = orderUnits(nodes, groups);
  if (units === null) throw new Error('the groups depend on one another in a circle');
  const producers = new Map(units.flatMap((unit) => unit.outputs.map((value) => [value, unit] as const)));
  const places = new Map<Node | Group, number>();
  for (const unit of units) {
    let place = 0;
    for (const value of unit.inputs) {
      const producer = producers.get(value);
      if (producer === undefined) continue;
      const from = places.get(producer) ?? 0;
      place = Math.max(place, isGroup(producer) && !isGroup(unit) ? from + 1 : from);
    }
    places.set(unit, place);
  }
  const last = Math.max(0, ...places.values());
  const groupOf = new Map(groups.flatMap((group) => group.nodes.map((node) => [node, group] as const)));
  const readers = readersOf(nodes);
  for (const unit of units.toReversed()) {
    if (isGroup(unit)) continue;
    const needed = unit.outputs.flatMap((value) => readers.get(value) ?? []).map((reader) => places.get(groupOf.get(reader) ?? reader) ?? last);
    places.set(unit, Math.min(last, ...needed));
  }
  return Array.from({ length: last + 1 }, (_, place) => ({
    nodes: units.filter((unit): unit is Node => !isGroup(unit) && places.get(unit) === place),
    groups: units.filter((unit): unit is Group => isGroup(unit) && places.get(unit) === place),
  }));
}

/** What a stage's nodes read and do not make themselves, constants apart. */
export function inputsOf({ nodes }: Stage): Value[] {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  return [...new Set(nodes.flatMap((node) => node.inputs))].filter((value) => value.data === null && !made.has(value));
}
