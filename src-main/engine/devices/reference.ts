// The `reference` device: tfjs computes each op as it is called, on its plain JavaScript backend. Slow; tests
// hold the other devices against it.
import type { NamedShapes } from '../program.ts';
import { EagerEngine } from './eager.ts';

export class ReferenceEngine extends EagerEngine {
  constructor(stateShapes: NamedShapes) {
    super('reference', 'cpu', stateShapes);
  }
}
