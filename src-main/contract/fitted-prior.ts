// How a behaviour prior was fitted, as it is stored with the run that uses it and shown.
import { z } from 'zod';

const amount = z.number().min(0);

/** Likelihoods are means in nats an action. */
export const priorFitSchema = z.object({
  /** What was given as `prior-run`. */
  named: z.string(),
  /** `prior-smallest-scale`. */
  smallestScale: z.number().positive(),
  /** What it was fitted to: transitions of the source's training, or its recorded evaluation episodes, which hold mean actions. */
  data: z.enum(['replay', 'episodes']),
  /** Environment steps that the source had done by then. */
  sourceStep: amount,
  transitions: amount,
  heldOutTransitions: amount,
  /** SHA-256 of the states and actions, hexadecimal. */
  dataHash: z.string(),
  updates: amount,
  /** likelihood: the held-out one no longer rose. */
  endedBy: z.enum(['likelihood', 'updates', 'time']),
  seconds: amount,
  trainingLikelihood: z.number(),
  heldOutLikelihood: z.number(),
  /** What the uniform density on [−1, 1] has: −log 2 for each dimension. */
  uniformLikelihood: z.number(),
  /** Share of held-out actions with a dimension further than three standard deviations from the prior's mean. */
  outsideShare: z.number().min(0).max(1),
  /** Names and lengths of the parameters, in the order of the stored data. */
  entries: z.array(z.object({ name: z.string(), length: amount })),
});
export type PriorFit = z.infer<typeof priorFitSchema>;

/** What of it is shown. */
export const shownFitSchema = priorFitSchema.omit({ named: true, dataHash: true, entries: true });

/** A behaviour prior that a run uses or has used. */
export interface FittedPriorSummary extends z.infer<typeof shownFitSchema> {
  /** It may have been deleted since. */
  sourceRun: string;
  /** Milliseconds since 1970. */
  createdAt: number;
}
