// Everything that a run is in the middle of: put back into fresh parts, training goes on bit for bit.
import type { ParameterValues } from '../contract/parameters.ts';
import type { NamedArrays } from '../engine/program.ts';
import type { StreamState } from '../random/stream.ts';
import type { TaskSnapshot } from '../tasks/task.ts';

export interface TrainingState {
  /** Environment steps and gradient steps done. */
  environmentSteps: number;
  gradientSteps: number;
  /** The training episode under way. */
  episode: { return: number; length: number };
  /** State of each named stream. */
  streams: Record<string, StreamState>;
  task: TaskSnapshot;
  /** [o], what the policy sees next. */
  observation: Float64Array;
  /** Diagnostics summed since the last recorded mean. */
  window: Record<string, { sum: number; count: number }>;
  /** The hyper-parameters in force; none in checkpoints of schema 1, whose runs could not be edited. */
  values: ParameterValues | null;
  /** Ids of the edits applied since the last step: later ones come after this state. */
  editsHere: number[];
  /** Has the step an evaluation that was not finished? It comes first when training goes on. */
  evaluationDue: boolean;
  /** What inspections follow over time; empty in checkpoints of versions that did not inspect. */
  inspection: NamedArrays;
  /** Parameters, optimiser moments, target networks, dual variables. */
  engine: NamedArrays;
}
