// Whether two tasks show an agent the same numbers and take the same from it.
import type { DimensionDeclaration, TaskDeclaration } from './declarations.ts';

type Dimensions = Pick<TaskDeclaration, 'id'> & Record<'observation' | 'action', readonly DimensionDeclaration[]>;

/**
 * What differs, as a sentence goes on: "reacher has 10 observation dimensions (cos θ₁, …) where half-cheetah has 17 (…)";
 * null where sizes and names are the same.
 */
export function describeDifference(given: Dimensions, wanted: Dimensions): string | null {
  for (const kind of ['observation', 'action'] as const) {
    const [theirs, ours] = [given[kind], wanted[kind]];
    if (theirs.length !== ours.length) {
      return `${given.id} has ${theirs.length} ${kind} ${theirs.length === 1 ? 'dimension' : 'dimensions'} (${namesOf(theirs)}) where ${wanted.id} has ${ours.length} (${namesOf(ours)})`;
    }
    const k = theirs.findIndex(({ name }, index) => name !== ours[index]?.name);
    if (k >= 0) return `${kind} dimension ${k + 1} of ${given.id} is "${theirs[k]?.name}" where that of ${wanted.id} is "${ours[k]?.name}"`;
  }
  return null;
}

function namesOf(dimensions: readonly DimensionDeclaration[]): string {
  const shown = dimensions.slice(0, 6).map(({ name }) => name);
  return `${shown.join(', ')}${dimensions.length > shown.length ? ', …' : ''}`;
}
