// What an action prior p(a|s) is to an agent: α·log π becomes α·(log π − log p) wherever the objective has it
// (docs/priors.md).
import type * as tf from '@tensorflow/tfjs';
import type { ParameterValues } from '../../../contract/parameters.ts';
import type { NamedArrays, NamedShapes, NamedTensors } from '../../../engine/program.ts';
import type { RandomStream } from '../../../random/stream.ts';
import type { UpdateProgram } from '../../agent.ts';
import type { GaussianParameters, PolicySample } from '../squashed-gaussian.ts';

export interface Prior {
  stateShapes: NamedShapes;
  /** Inputs that a person may turn, by name and shape. */
  controlShapes: NamedShapes;
  controls(values: ParameterValues): NamedArrays;
  /** @param policy the policy's parameters, for a prior that begins as a copy of it */
  initialState(stream: RandomStream, policy: NamedArrays): NamedArrays;
  /** What `divergence` leaves out of KL(π‖p), in nats. */
  constant: number;
  /** The state's KL(π‖p), [n] in nats, less `constant`: in closed form where both are squashed Gaussians, else of the sample. */
  divergence(inputs: { state: NamedTensors; controls: NamedTensors }, observation: tf.Tensor2D, sample: PolicySample): tf.Tensor1D;
  /** The value of the divergence that a learned temperature steers towards, less `constant`, in nats. */
  target(values: ParameterValues): number;
  /** A learned prior's own step, within the agent's update. */
  learn?(
    inputs: { state: NamedTensors; controls: NamedTensors },
    observation: tf.Tensor2D,
    posterior: GaussianParameters,
    temperature: tf.Tensor,
  ): { state: NamedTensors; diagnostics: NamedTensors };
  /** What an inspection shows of a prior that moves by itself. */
  view?(state: NamedTensors, observation: tf.Tensor2D): NamedTensors;
  /** Programs of its own, after the agent's: copies. */
  updates: UpdateProgram[];
}
