// Reads what a stored run did: the replay rows of its newest usable checkpoint or, where it has none, its recorded
// evaluation episodes. Read-only, and the run may be training meanwhile.
import { rowWidthOf } from '../../contract/replay-memory.ts';
import type { RolloutColumn } from '../../contract/series.ts';
import { type Checkpoint, type Store, StoreError } from '../../store/store.ts';
import { CheckpointError, readNewestRows } from '../checkpoint/read.ts';
import { runFolder } from '../launch.ts';
import { TrainingError } from '../training-error.ts';
import { type BehaviourData, checkData, fewestRows, mostRows } from './data.ts';
import { firstOwnRow, type Source } from './source.ts';

/** Looks at the list of checkpoints: its trainer removes old ones while it writes new ones. */
const looks = 3;

/**
 * @param warn told of checkpoints that cannot be used
 * @throws TrainingError where it has nothing that a prior can be fitted to
 */
export function readBehaviour(store: Store, source: Source, warn: (message: string) => void): BehaviourData {
  const replay = fromReplay(store, source, warn);
  const data = replay !== null && replay.rows >= fewestRows ? replay : fromEpisodes(store, source);
  // What little the replay has is still what it did.
  const taken = data.rows === 0 && replay !== null ? replay : data;
  if (taken.rows === 0) {
    throw new TrainingError(
      `The behaviour prior cannot be fitted to ${source.title}: it has neither a checkpoint with actions of its own policy nor recorded evaluation episodes. Let it train further, then try again.`,
    );
  }
  checkData(taken, source.title);
  return taken;
}

/** null where there is no checkpoint that can be used. */
function fromReplay(store: Store, source: Source, warn: (message: string) => void): BehaviourData | null {
  const refused = new Map<number, string>();
  for (let look = 0; look < looks; look += 1) {
    const untried = store.checkpoints.list(source.id).filter(({ id }) => !refused.has(id));
    if (untried.length === 0) break;
    for (const checkpoint of untried) {
      try {
        return replayData(store, source, checkpoint);
      } catch (error) {
        if (!(error instanceof CheckpointError)) throw error;
        refused.set(
          checkpoint.id,
          `The checkpoint of ${source.title} at step ${checkpoint.step.toLocaleString('en-US')} cannot be used for its behaviour: ${error.message}.`,
        );
      }
    }
  }
  for (const message of refused.values()) warn(message);
  return null;
}

function replayData(store: Store, { id, sizes, goalSize }: Source, checkpoint: Checkpoint): BehaviourData {
  const { first, rowWidth, numbers } = readNewestRows(runFolder(store.dataDirectory, id), checkpoint, mostRows);
  const { observation: o, action: a } = sizes;
  const expected = rowWidthOf({ observationSize: o, actionSize: a, goalSize });
  if (rowWidth !== expected) throw new CheckpointError(`its replay rows have ${rowWidth} numbers where its task has ${expected}`);
  const skipped = Math.min(numbers.length / rowWidth, Math.max(0, firstOwnRow(store, id) - first));
  const rows = numbers.length / rowWidth - skipped;
  const data: BehaviourData = {
    kind: 'replay',
    step: checkpoint.step,
    rows,
    observation: new Float32Array(rows * o),
    action: new Float32Array(rows * a),
    episodes: [],
  };
  for (let row = 0; row < rows; row += 1) {
    const from = (skipped + row) * rowWidth;
    data.observation.set(numbers.subarray(from, from + o), row * o);
    data.action.set(numbers.subarray(from + o, from + o + a), row * a);
    if (row === 0 || !continues(numbers, from - rowWidth, rowWidth, sizes)) data.episodes.push(row);
  }
  return data;
}

/** Does the row after the one that begins at `from` go on with the same episode? Then it begins with the state that this one ended in. */
function continues(numbers: Float32Array, from: number, rowWidth: number, { observation: o, action: a }: Source['sizes']): boolean {
  if (numbers[from + 2 * o + a + 1] !== 0) return false;
  for (let j = 0; j < o; j += 1) if (numbers[from + o + a + 1 + j] !== numbers[from + rowWidth + j]) return false;
  return true;
}

/** The newest episodes first, whole ones, as many as there is room for; in the order in which they were recorded. */
function fromEpisodes(store: Store, { id, sizes }: Source): BehaviourData {
  const evaluations = store.evaluations
    .list(id)
    .map((evaluation) => ({ ...evaluation, rollouts: evaluation.rollouts.filter(({ isKept }) => isKept) }))
    .filter(({ rollouts }) => rollouts.length > 0);
  const episodes: Record<'observation' | 'action', Float32Array>[] = [];
  let rows = 0;
  for (const rollout of evaluations.toReversed().flatMap((evaluation) => evaluation.rollouts.toReversed())) {
    if (rows + rollout.length > mostRows && rows > 0) break;
    const columns = columnsOf(store, rollout.id);
    const [observation, action] = [columnOf(columns, 'observation', sizes.observation), columnOf(columns, 'action', sizes.action)];
    if (observation === null || action === null) continue;
    episodes.unshift({ observation, action });
    rows += rollout.length;
  }
  const data: BehaviourData = {
    kind: 'episodes',
    step: evaluations.at(-1)?.step ?? 0,
    rows,
    observation: new Float32Array(rows * sizes.observation),
    action: new Float32Array(rows * sizes.action),
    episodes: [],
  };
  let row = 0;
  for (const { observation, action } of episodes) {
    data.episodes.push(row);
    data.observation.set(observation, row * sizes.observation);
    data.action.set(action, row * sizes.action);
    row += action.length / sizes.action;
  }
  return data;
}

/** None where the run's trainer has thinned it since it was listed. */
function columnsOf(store: Store, rollout: number): readonly RolloutColumn[] {
  try {
    return store.rollouts.get(rollout).columns;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return [];
    throw error;
  }
}

/** null where an earlier Elbow recorded the episode with other dimensions, or without them. */
function columnOf(columns: readonly RolloutColumn[], name: RolloutColumn['name'], width: number): Float32Array | null {
  const column = columns.find((one) => one.name === name);
  return column?.width === width ? Float32Array.from(column.data) : null;
}
