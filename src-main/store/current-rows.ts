// Which rows of a run count: a resume or a roll-back supersedes what an earlier attempt did after the step at which the later one
// begins. Its rows stay, and may be shown on request.

/**
 * Evaluations that count, as a table: none after the step at which a later attempt began, and one a step: where
 * an attempt begins by repeating the evaluation of its first step, the repetition counts.
 */
export const currentEvaluations = `(
  SELECT evaluations.* FROM evaluations JOIN attempts USING (run, attempt)
  WHERE (superseded_after IS NULL OR step <= superseded_after)
    AND NOT EXISTS (SELECT 1 FROM evaluations AS later
                    WHERE later.run = evaluations.run AND later.step = evaluations.step AND later.attempt > evaluations.attempt))`;

/** Checkpoints from which the run may go on, as a table: none after the step at which a later attempt began. */
export const currentCheckpoints = `(
  SELECT checkpoints.* FROM checkpoints JOIN attempts USING (run, attempt) WHERE superseded_after IS NULL OR step <= superseded_after)`;
