// What a task, an agent and a device say about themselves. Plain data: it is stored with runs, sent to
// windows and printed by the CLI.
import type { ParameterDeclaration, ParameterValues } from './parameters.ts';

/** One observation or action dimension. */
export interface DimensionDeclaration {
  name: string;
  unit: string;
}

export interface ActionDeclaration extends DimensionDeclaration {
  /** Range in the task's own unit. Agents act in [-1, 1], which is mapped onto it linearly. */
  low: number;
  high: number;
}

export interface RewardTermDeclaration {
  name: string;
  /** The factor already contained in the recorded term. */
  weight: number;
  sentence: string;
}

/** What a goal task asks for: a point that changes from episode to episode. */
export interface GoalDeclaration {
  /** Of the desired goal, which is the end of the observation, and of the achieved goal, which lies beside it. */
  dimensions: readonly DimensionDeclaration[];
  /** Why a step cannot be judged by another goal than its own, in words; left out where it can. */
  noHindsight?: string;
}

/** A camera as in MuJoCo's viewer: it looks at a body or point from a distance (m) and two angles (degrees). */
export interface CameraDeclaration {
  trackBody: string | null;
  lookAt: readonly [number, number, number];
  distance: number;
  azimuth: number;
  elevation: number;
}

/** Groups of tasks in the order in which they are listed: one's own robots are what one came for. */
export const taskFamilies = { own: 'Imported', classic: 'Classic', locomotion: 'Locomotion', manipulation: 'Manipulation' } as const;

export interface TaskDeclaration {
  /** kebab-case: `half-cheetah`. */
  id: string;
  title: string;
  sentence: string;
  family: keyof typeof taskFamilies;
  /** File under assets/models. */
  model: string;
  /** All that the policy sees; of a goal task, the desired goal at the end. */
  observation: readonly DimensionDeclaration[];
  /** Only of a goal task. */
  goal?: GoalDeclaration;
  action: readonly ActionDeclaration[];
  rewardTerms: readonly RewardTermDeclaration[];
  /** What an episode's last state must be for the episode to count as a success, in words; left out where none is counted. */
  success?: string;
  /** When an episode terminates, in words; null where it never does. */
  termination: string | null;
  /** Environment steps after which an episode is truncated. */
  timeLimit: number;
  /** MuJoCo steps per environment step. */
  frameSkip: number;
  /** Seconds of simulated time in an environment step. */
  stepSeconds: number;
  resetNoise: string;
  /** What may be set for a run of this task; in a task's own file only what is its own. */
  options?: readonly ParameterDeclaration[];
  camera: CameraDeclaration;
  citation: string;
}

export interface AgentDeclaration {
  /** kebab-case: `sac`. */
  id: string;
  title: string;
  sentence: string;
  /** The four choices of variational EM, in words. */
  parts: { prior: string; posterior: string; value: string; temperature: string };
  parameters: readonly ParameterDeclaration[];
  /** Knobs of other agents that this one has no use for: they are shown greyed, with the reason. */
  unused: readonly { name: string; title: string; reason: string }[];
  citation: string;
  /** The documentation page, below docs/. */
  page: string;
}

/** An agent as a window or the CLI needs it: with the defaults of every task resolved. */
export interface ResolvedAgent extends AgentDeclaration {
  /** Task id to the complete default values for it: no `'auto'` is left. */
  taskDefaults: Record<string, ParameterValues>;
}

/** A graphics adapter, as far as its driver tells. */
export interface AdapterDescription {
  name: string;
  vendor: string | null;
  driver: string | null;
  /** `software` computes on the processor; `unknown` where nobody says. */
  kind: 'hardware' | 'software' | 'unknown';
}

export interface DeviceDeclaration {
  /** `cpu`, `reference`, `gpu` … */
  id: string;
  title: string;
  available: boolean;
  /** Why it can or cannot be used, in words. */
  reason: string;
  /** What to do for it to be usable; null where nothing has to be done, or can be. */
  advice: string | null;
  /** The adapters that it could use, the one that it takes first; empty where it uses none or they are not known. */
  adapters: readonly AdapterDescription[];
}
