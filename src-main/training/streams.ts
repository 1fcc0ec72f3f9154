// The named random streams of a run. Each source of chance has its own, so that none disturbs another.
import { createStream, type RandomStream, type StreamState } from '../random/stream.ts';

export interface RunStreams {
  /** Starting states of training episodes. */
  reset: RandomStream;
  /** Uniform actions of the warm-up, then the noise of sampled actions. */
  exploration: RandomStream;
  /** Which rows of the replay buffer make a batch. */
  replay: RandomStream;
  /** Noise inputs of the update programs. */
  updates: RandomStream;
  /** Batches and noise of inspections: training's own streams do not know of them. */
  inspection: RandomStream;
}

export function createRunStreams(seed: number): RunStreams {
  return {
    reset: createStream(seed, 'reset'),
    exploration: createStream(seed, 'exploration'),
    replay: createStream(seed, 'replay'),
    updates: createStream(seed, 'update-noise'),
    inspection: createStream(seed, 'inspection'),
  };
}

/** Drawn from once, when the run begins. */
export function createParameterStream(seed: number): RandomStream {
  return createStream(seed, 'initial-parameters');
}

/** For state that an edit adds: of its step and its place among the edits there, so that a repetition draws the same. */
export function createEditStream(seed: number, step: number, place: number): RandomStream {
  return createStream(seed, `edit-${step}-${place}`);
}

/** An evaluation depends on the seed and its step alone: it repeats after a resume, and disturbs nothing. */
export function createEvaluationStream(seed: number, step: number): RandomStream {
  return createStream(seed, `evaluation-${step}`);
}

/** Samples of the policy with which an evaluation values the states that it visits: its episodes do not know of them. */
export function createValuationStream(seed: number, step: number): RandomStream {
  return createStream(seed, `valuation-${step}`);
}

export function saveStreams(streams: RunStreams): Record<string, StreamState> {
  return Object.fromEntries(Object.entries(streams).map(([name, stream]) => [name, (stream as RandomStream).save()]));
}

/**
 * States of a version that did not inspect have no stream for it: it then begins as a new run's.
 * @throws when a stream's state is missing
 */
export function restoreStreams(streams: RunStreams, seed: number, states: Readonly<Record<string, StreamState>>): void {
  const given = { inspection: createRunStreams(seed).inspection.save(), ...states };
  for (const [name, stream] of Object.entries(streams)) {
    const state = (given as Readonly<Record<string, StreamState>>)[name];
    if (state === undefined) throw new Error(`the state of the random stream ${name} is missing`);
    (stream as RandomStream).restore(state);
  }
}
