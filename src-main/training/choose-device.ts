// Chooses what computes a run, before its parts are made: the device is looked for, `auto` is replaced by the fastest, and
// the choice is stored with the run, for every later attempt, repetition and fork to take it again.
import { defaultsFor } from '../agents/declarations.ts';
import { findAgent } from '../agents/registry.ts';
import type { AdapterDescription, DeviceDeclaration } from '../contract/declarations.ts';
import { describeChange, describeTimings, type DeviceTiming, type EngineChoice } from '../contract/engine-choice.ts';
import { completeStored } from '../contract/following.ts';
import type { RunConfiguration } from '../contract/runs.ts';
import { findDevice, findDevices } from '../engine/probe/probe.ts';
import type { Store } from '../store/store.ts';
import { loadTask } from '../tasks/node/load-task.ts';
import { type Attend, attendWhile } from './attention.ts';
import { runtimeOf } from './environment.ts';
import type { Supply } from './prepare.ts';
import { createParameterStream } from './streams.ts';
import { timeDevices } from './time-devices.ts';
import { TrainingError } from './training-error.ts';

export interface DeviceChoice {
  /** With `engine`, and no `auto`. */
  configuration: RunConfiguration & { engine: EngineChoice };
  /** The card that it computes on; null where it is none, or not known. */
  adapter: AdapterDescription | null;
  /** How the devices compared, and what changed since the run's last attempt, in words. */
  chosen: string | null;
  changed: string | null;
  /** Is the choice another than the one stored with the run? The caller stores it. */
  isNew: boolean;
}

/** Never chosen: `reference` for its slowness. (Software drivers are not looked for.) */
const neverChosen = new Set(['auto', 'reference']);

export interface ChoiceOptions {
  supply: Supply;
  log: (line: string) => void;
  attend?: Attend;
}

/** @throws TrainingError where the device cannot be used here; nothing is changed then */
export async function chooseDevice(store: Store, run: string, options: ChoiceOptions): Promise<DeviceChoice> {
  const configuration = store.runs.configuration(run);
  const { device: asked, threads, engine: before } = configuration;
  let [device, timings]: [string, readonly DeviceTiming[]] = [asked, before?.device === asked ? before.timings : []];
  let chosen: string | null = null;
  if (asked === 'auto') {
    ({ device, timings } = await chooseFastest(configuration, options));
    const compared = describeTimings(timings);
    chosen = `${device} was chosen${compared === null ? '' : `: ${compared}`}.`;
  }
  const found = await attendWhile(lookFor(device, run), options.attend);
  if (!found.available) {
    throw new TrainingError(
      `The device ${device} cannot be used here: ${found.reason}. ${found.advice ?? ''} The run is kept as it was, with its checkpoints; ` +
        `another device continues it: npm run train -- --resume ${run} --device cpu`,
    );
  }
  const engine: EngineChoice = { device, threads, runtime: runtimeOf(device), timings };
  return {
    configuration: { ...configuration, device, engine },
    adapter: found.adapters[0] ?? null,
    chosen,
    changed: before === undefined ? null : describeChange(before, engine),
    isNew: JSON.stringify(engine) !== JSON.stringify(before),
  };
}

async function lookFor(device: string, run: string): Promise<DeviceDeclaration> {
  try {
    return await findDevice(device, { node: process.execPath });
  } catch (error) {
    throw new TrainingError(
      `${error instanceof Error ? error.message : String(error)}; the run is kept as it was. npm run doctor lists the devices, and npm run train -- --resume ${run} --device ID takes another`,
      {
        cause: error,
      },
    );
  }
}

async function chooseFastest(
  { agent: name, task: taskName, taskOptions, seed, threads, hyperparameters }: RunConfiguration,
  { supply, log, attend }: ChoiceOptions,
): Promise<{ device: string; timings: DeviceTiming[] }> {
  const devices = (await attendWhile(findDevices({ node: process.execPath }), attend))
    .filter(({ id, available }) => available && !neverChosen.has(id))
    .map(({ id }) => id);
  const maker = findAgent(name);
  const task = await loadTask(taskName, taskOptions);
  try {
    const values = completeStored(maker.declaration.parameters, defaultsFor(maker.declaration, task.declaration), hyperparameters);
    const problem = { observationSize: task.observation.length, actionSize: task.declaration.action.length };
    const agent = maker.create(problem, values, await supply(values));
    const initial = agent.initialState(createParameterStream(seed));
    const timings = await timeDevices(agent, { devices, threads, values, initial, ...(attend === undefined ? {} : { attend }) });
    for (const { device, problem: why } of timings) if (why !== null) log(`auto: ${device} could not be timed: ${why}`);
    return { device: timings.find(({ updateMs }) => updateMs !== null)?.device ?? 'cpu', timings };
  } finally {
    task.dispose();
  }
}
