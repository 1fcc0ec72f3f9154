// Which evaluations keep what under a budget. A run keeps, always and whatever the budget: of every evaluation the returns,
// lengths and figures; of the best and the newest everything. Where the rest is too much, in this order:
//   1. superseded evaluations give up everything,
//   2. critics are given up,
//   3. every m-th evaluation keeps its policy and its best episode, of those every n-th all its episodes; m and n are powers
//      of two, doubled in turn, so that what is kept at one stage was kept at every earlier one, and is evenly spread again.
// Positions are counted from the first evaluation, which keeps its place however long the run grows.

/** Bytes of what an evaluation may give up. */
export interface StoredEvaluation {
  id: number;
  meanReturn: number;
  /** Does it count, or has a later attempt superseded it? */
  isCurrent: boolean;
  policy: number;
  critics: number;
  bestEpisode: number;
  otherEpisodes: number;
}

export type Part = 'policy' | 'critics' | 'bestEpisode' | 'otherEpisodes';
const parts: readonly Part[] = ['policy', 'critics', 'bestEpisode', 'otherEpisodes'];

interface Stage {
  /** Do superseded evaluations and critics stay? */
  superseded: boolean;
  critics: boolean;
  /** m and n above; Infinity: the best and the newest alone. */
  every: number;
  fullEvery: number;
}

function* stages(count: number): Generator<Stage> {
  yield { superseded: true, critics: true, every: 1, fullEvery: 1 };
  yield { superseded: false, critics: true, every: 1, fullEvery: 1 };
  let [every, fullEvery] = [1, 1];
  while (every < Math.max(2, count)) {
    yield { superseded: false, critics: false, every, fullEvery };
    if (fullEvery > 2 * every) every *= 2;
    else fullEvery *= 2;
  }
  yield { superseded: false, critics: false, every: Infinity, fullEvery: Infinity };
}

/**
 * What has to be given up so that the rest fits in `room` bytes: nothing where everything that was ever stored would fit; all
 * that may be where even that is too little.
 * @param evaluations ascending in step
 */
export function chooseThinned(evaluations: readonly StoredEvaluation[], room: number): Map<number, Part[]> {
  const current = evaluations.filter(({ isCurrent }) => isCurrent);
  const best = current.reduce<StoredEvaluation | undefined>(
    (found, one) => (found && found.meanReturn > one.meanReturn ? found : one),
    undefined,
  );
  const shown = new Set([best?.id, current.at(-1)?.id]);
  const positions = new Map(current.map(({ id }, position) => [id, position]));
  let stage: Stage | undefined;
  const keeps = (one: StoredEvaluation, part: Part, { superseded, critics, every, fullEvery }: Stage): boolean => {
    if (shown.has(one.id)) return true;
    const position = positions.get(one.id);
    if (position === undefined) return superseded;
    if (part === 'critics') return critics;
    return isMultiple(position, part === 'otherEpisodes' ? fullEvery : every);
  };
  // What was given up before counts as much as its likes: else a run that has just been thinned would take up the earlier, denser
  // stage for what comes next, and its spread would be uneven.
  const typical = (part: Part): number => {
    const present = evaluations.map((one) => one[part]).filter((bytes) => bytes > 0);
    return present.reduce((sum, bytes) => sum + bytes / present.length, 0);
  };
  const typicalBytes = new Map(parts.map((part) => [part, typical(part)]));
  const bytesOf = (one: StoredEvaluation, part: Part): number =>
    one[part] > 0 || !one.isCurrent ? one[part] : (typicalBytes.get(part) ?? 0);
  for (const next of stages(current.length)) {
    stage = next;
    const kept = evaluations.reduce(
      (sum, one) => sum + parts.reduce((bytes, part) => bytes + (keeps(one, part, next) ? bytesOf(one, part) : 0), 0),
      0,
    );
    if (kept <= room) break;
  }
  const chosen = stage as Stage;
  return new Map(
    evaluations
      .map((one): [number, Part[]] => [one.id, parts.filter((part) => one[part] > 0 && !keeps(one, part, chosen))])
      .filter(([, given]) => given.length > 0),
  );
}

function isMultiple(position: number, of: number): boolean {
  return of !== Infinity && position % of === 0;
}
