// Choosing tfjs's backend, of which there is one at a time in a process.
import * as tf from '@tensorflow/tfjs';

/** Not awaited: a backend that needs no asynchronous start is in place when the call returns, so nothing comes between. */
export function useBackend(name: string): void {
  if (tf.getBackend() !== name) void tf.setBackend(name);
}
