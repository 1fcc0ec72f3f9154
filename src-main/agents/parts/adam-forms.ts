// The forms of Adam that an agent can name. Importable without loading an engine.

export const adamForms = ['plain', 'before-correction'] as const;
/**
 * Where Adam's ε is added. plain: m̂/(√v̂ + ε), to the second moment whose bias is corrected, as in algorithm 1 of Kingma &
 * Ba 2015 (arXiv 1412.6980). before-correction: to √v as it is, so that ε weighs 1/√(1 − β₂ᵗ) times as much, 32 times in the
 * first step. So have it TensorFlow 1 (tf.train.AdamOptimizer, which calls it ε̂) and PyTorch until August 2019
 * (pytorch/pytorch, pull request 22628).
 */
export type AdamForm = (typeof adamForms)[number];
