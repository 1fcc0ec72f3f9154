// What an agent is to the trainer: an initial state and the programs over it.
import type { AgentDeclaration } from '../contract/declarations.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import type { NamedArrays, NamedShapes, ProgramDeclaration } from '../engine/program.ts';
import type { RandomStream } from '../random/stream.ts';

/** Sizes of the task that an agent is made for. */
export interface Problem {
  observationSize: number;
  actionSize: number;
}

/** What an agent needs besides its hyper-parameters, made before it. */
export interface Supplies {
  /** Parameters of the prior that was fitted to a stored run, for `prior=behaviour`. */
  behaviourPrior?: NamedArrays;
}

/**
 * A program that learns, with its schedule. Its batch inputs are named `observation` [B, o], `action` [B, a],
 * `reward` [B], `next-observation` [B, o] and `terminated` [B] (1 where the episode really ended, 0 else); a program
 * without batch inputs draws none. Its noise inputs are filled with standard normal numbers from the update stream, in
 * the signature's order.
 */
export interface UpdateProgram extends ProgramDeclaration {
  /** 0 where it takes no batch. */
  batchSize: number;
  /** Does it run at this gradient step, counted from 1? */
  isDue(gradientStep: number): boolean;
  /** It waits until the replay buffer holds more transitions than that. */
  waitsFor?: number;
}

/**
 * Programs that look at the agent and leave its state alone, for the diagnostics that Train charts. Batch inputs
 * of `fresh` and `fixed` are an update's, with `batchSize` rows; noise inputs are standard normal numbers. n is the number
 * of rows; training/inspection-metrics.ts makes metrics of what they return.
 */
export interface Inspection {
  batchSize: number;
  /**
   * On transitions drawn for it. Diagnostics: `q1`, `q2` (of two critics) [n], the targets `target` (of the target
   * networks) and `online-target` (of the networks themselves) [n], `action-gradient` ‖dQ/da‖ [n], `action` [n, a] as the
   * agent now acts, `mean` [n, a] before squashing, `log-sigma` [n, a] of a stochastic policy; the norms
   * `critic-gradient`, `actor-gradient`, `critic-weights`, `actor-weights` []; the largest output of each hidden unit,
   * `critic-units`, `actor-units`; and what the agent alone has (`InspectionView.extras`).
   */
  fresh: ProgramDeclaration;
  /** On transitions that stay the same: of the above `q1`, `q2`, `target`, `mean` and `log-sigma`. */
  fixed: ProgramDeclaration;
  /**
   * Batch `observation` [n, o], `action` [n, a]; diagnostics `q` [n], the smaller critic's, and, where the critics' values
   * contain a divergence of later steps, `bonus` [n]: what it adds to the value of the state, as their target has it.
   */
  valuation(n: number): ProgramDeclaration;
}

/** An agent made for one problem. */
export interface AgentInstance {
  declaration: AgentDeclaration;
  stateShapes: NamedShapes;
  /**
   * Parameters from the stream; moments, targets and dual variables at their starting values. Where a former state is
   * given, its entries that still fit in name and size are kept, and what is copied from them is copied anew.
   */
  initialState(stream: RandomStream, former?: NamedArrays): NamedArrays;
  /** In the order in which they run within a gradient step. */
  updates: UpdateProgram[];
  /** Batch `observation` [1, o], noise `exploration` [1, a]; diagnostic `action` [1, a], sampled, in [-1, 1]. */
  act: ProgramDeclaration;
  /**
   * Batch `observation` [n, o] with n free; diagnostics `mean-action`, `mean`, `sigma` [n, a] (contract's
   * policyFile). Given n, so that evaluation and export can choose it.
   */
  policy(n: number): ProgramDeclaration;
  /** Batch `observation` [n, o], `action` [n, a]; diagnostics `q1` [n] and, where there are two critics, `q2` [n]. */
  critics(n: number): ProgramDeclaration;
  inspection: Inspection;
  /** What the means of a window's diagnostics say that a person should know, in words; null where nothing. Told once an attempt. */
  warning?(means: Readonly<Record<string, number>>): string | null;
  /** The programs' control inputs for these hyper-parameter values at this environment step. */
  controls(values: ParameterValues, environmentStep: number): NamedArrays;
}

export interface Agent {
  declaration: AgentDeclaration;
  create(problem: Problem, values: ParameterValues, supplies?: Supplies): AgentInstance;
}
