// Runs an exported policy beside the stored one that it was made from, before anybody relies on it.
import * as ort from 'onnxruntime-node';
import type { TaskDeclaration } from '../contract/declarations.ts';
import { exportedPolicy } from '../contract/policy-file.ts';
import { createCpuSession } from '../engine/devices/cpu-session.ts';
import { createStream } from '../random/stream.ts';
import type { EvaluationPolicy } from './evaluation.ts';

const rows = 3;
/** A batch of rows is summed in another order than one row: a few units in the last place of single precision. */
const tolerance = 1e-5;

/**
 * @param stored the policy that the file was made from
 * @throws Error where the file does not run, gives another action than the stored policy, or one that is not finite
 */
export async function checkExport(
  file: Uint8Array,
  stored: EvaluationPolicy,
  { observation, action }: Pick<TaskDeclaration, 'observation' | 'action'>,
): Promise<void> {
  const stream = createStream(0, 'export-check');
  const draw = (size: number): Float32Array => Float32Array.from({ length: rows * size }, () => stream.normal());
  const session = await createCpuSession(file, 1);
  try {
    const { inputs, outputs } = exportedPolicy;
    const given = draw(observation.length);
    const results = await session.run({
      [inputs.observation]: new ort.Tensor('float32', given, [rows, observation.length]),
      [inputs.noise]: new ort.Tensor('float32', draw(action.length), [rows, action.length]),
    });
    const read = (name: string): Float32Array => results[name]?.data as Float32Array;
    for (const name of Object.values(outputs)) {
      const values = read(name);
      if (values.length !== rows * action.length || !values.every(Number.isFinite)) {
        throw new Error(
          `the policy gives numbers that are not finite ("${name}"), so it is of no use elsewhere; take that of another step`,
        );
      }
    }
    for (let row = 0; row < rows; row += 1) {
      const expected = await stored(given.slice(row * observation.length, (row + 1) * observation.length));
      for (const [name, values] of [
        [outputs.meanAction, expected.meanAction],
        [outputs.mean, expected.mean],
        [outputs.sigma, expected.sigma],
      ] as const) {
        values.forEach((value, index) => {
          const got = read(name)[row * action.length + index] as number;
          if (!(Math.abs(got - value) <= tolerance * (1 + Math.abs(value))))
            throw new Error(
              `the exported policy differs from the stored one: "${name}" is ${got} instead of ${value}. This is an error of Elbow's; please report it`,
            );
        });
      }
    }
  } finally {
    await session.release();
  }
}
