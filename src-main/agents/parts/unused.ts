// Knobs of other agents, for agents that have no use for them.
import type { AgentDeclaration } from '../../contract/declarations.ts';

type Unused = AgentDeclaration['unused'];

export const withoutResidual = (reason: string): Unused => [{ name: 'residual-scale', title: 'Residual scale c', reason }];
export const withoutPrior = (reason: string): Unused => [{ name: 'prior', title: 'Action prior', reason }];
export const withoutTemperature = (reason: string): Unused => [{ name: 'temperature', title: 'Temperature', reason }];
export const withoutEntropyTarget = (reason: string): Unused => [{ name: 'entropy-target', title: 'Entropy target', reason }];

/** What agents with a deterministic policy have no use for. */
export const deterministicUnused = (title: string): Unused => [
  ...withoutTemperature(`${title}’s policy is deterministic: nothing weighs its entropy`),
  ...withoutEntropyTarget(`${title}’s policy is deterministic and has no entropy; exploration-noise sets how far it strays`),
  ...withoutPrior(`${title}’s policy is deterministic and has no density to compare with a prior`),
  ...withoutResidual('there is no temperature; VIREL’s is the critic’s Bellman error'),
];
