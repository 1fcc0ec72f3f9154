// Supplies an agent with its behaviour prior: the one that this run has fitted already, or one fitted now.
import { type PriorFit, priorFitSchema } from '../../contract/fitted-prior.ts';
import type { ParameterValues } from '../../contract/parameters.ts';
import type { NamedArrays } from '../../engine/program.ts';
import { createStream } from '../../random/stream.ts';
import type { Store } from '../../store/store.ts';
import { Activity } from '../activity.ts';
import type { Attend } from '../attention.ts';
import { packArrays, unpackArrays } from '../checkpoint/manifest.ts';
import type { Supply } from '../prepare.ts';
import { untilStored } from '../storage-trouble.ts';
import { TrainingError } from '../training-error.ts';
import { hashData } from './data.ts';
import { fitBehaviour, type FitLimits } from './fit.ts';
import { readBehaviour } from './read-behaviour.ts';
import { findSource, type Source } from './source.ts';

const fitting = 'fitting the behaviour prior';
/** Share of the updates between two lines in the log. */
const logEvery = 0.1;

export interface SupplierOptions {
  store: Store;
  run: string;
  log: (line: string) => void;
  /** Environment steps that the run has done. */
  step: () => number;
  /** Should a wait for room on the disk be given up? */
  isAbandoned: () => boolean;
  /** While it fits. */
  attend?: Attend;
  limits?: FitLimits;
}

/**
 * Once fitted, a prior stays with its run: a resumed or repeated run takes the very same one, whatever its source has done
 * since, and also where the source is gone. What it is known by is the source and `prior-smallest-scale`.
 * @returns a function that throws TrainingError where no prior can be fitted; nothing is changed then
 */
export function createSupplier(options: SupplierOptions): Supply {
  return async (values) => {
    if (values['prior'] !== 'behaviour') return {};
    const wanted = wantedIn(values);
    return { behaviourPrior: findFitted(options, wanted) ?? (await fitNow(options, wanted)) };
  };
}

interface Wanted {
  named: string;
  smallestScale: number;
}

function wantedIn(values: ParameterValues): Wanted {
  const [named, smallestScale] = [values['prior-run'], values['prior-smallest-scale']];
  if (typeof named !== 'string' || typeof smallestScale !== 'number')
    throw new TrainingError('prior=behaviour needs prior-run and prior-smallest-scale; one of them is missing from this run.');
  return { named, smallestScale };
}

function findFitted({ store, run, log }: SupplierOptions, { named, smallestScale }: Wanted): NamedArrays | null {
  const fits = (details: unknown): boolean => {
    const fit = priorFitSchema.safeParse(details);
    return fit.success && fit.data.smallestScale === smallestScale;
  };
  const prior = store.fittedPriors
    .list(run)
    .findLast(({ sourceRun, details }) => fits(details) && (sourceRun === named || (details as PriorFit).named === named));
  if (prior === undefined) return null;
  log(`behaviour prior: the one fitted to run ${prior.sourceRun} at ${new Date(prior.createdAt).toISOString()}`);
  return unpackArrays(store.fittedPriors.data(prior.id), (prior.details as PriorFit).entries);
}

async function fitNow(options: SupplierOptions, wanted: Wanted): Promise<NamedArrays> {
  const { store, run, log } = options;
  const source = findSource(store, run, wanted.named);
  const data = readBehaviour(store, source, log);
  const { device: asked, threads, seed } = store.runs.configuration(run);
  // Before `auto` has chosen: it times an agent that has its prior already.
  const device = asked === 'auto' ? 'cpu' : asked;
  const activity = new Activity(store, run, fitting, true);
  let logged = 0;
  const start = performance.now();
  try {
    const { parameters, ...fit } = await fitBehaviour({
      data,
      sizes: source.sizes,
      smallestScale: wanted.smallestScale,
      device,
      threads,
      stream: createStream(seed, 'behaviour-prior'),
      progress: (share, secondsLeft) => {
        const text = `${fitting}, ${Math.round(100 * share)} %, at most ${Math.ceil(secondsLeft)} s to go`;
        activity.tell(text);
        if (share - logged < logEvery) return;
        logged = share;
        log(text);
      },
      ...(options.attend === undefined ? {} : { attend: options.attend }),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
    const { bytes, entries } = packArrays(parameters);
    const details: PriorFit = {
      ...wanted,
      data: data.kind,
      sourceStep: data.step,
      transitions: data.rows,
      heldOutTransitions: fit.heldOutRows,
      dataHash: hashData(data),
      updates: fit.updates,
      endedBy: fit.endedBy,
      seconds: (performance.now() - start) / 1000,
      trainingLikelihood: fit.trainingLikelihood,
      heldOutLikelihood: fit.heldOutLikelihood,
      uniformLikelihood: -source.sizes.action * Math.LN2,
      outsideShare: fit.outsideShare,
      entries,
    };
    await keep(options, source, details, bytes);
    return parameters;
  } finally {
    activity.end();
  }
}

/** The prior and the event that tells of it, together. */
async function keep(
  { store, run, log, step, isAbandoned }: SupplierOptions,
  source: Source,
  details: PriorFit,
  data: Uint8Array,
): Promise<void> {
  const message = describeFit(source.title, details);
  await untilStored(
    'The behaviour prior',
    () =>
      store.transaction(() => {
        store.fittedPriors.add(run, { sourceRun: source.id, details, data });
        store.events.append(run, store.attempts.holder(run)?.attempt ?? 0, { step: step(), kind: 'prior', message, requester: null });
      }),
    { waiting: log, recovered: log, isAbandoned },
  );
  log(message);
}

/** What came of it, in a sentence. */
function describeFit(source: string, fit: PriorFit): string {
  const nats = (value: number): string => value.toFixed(2).replace('-', '−');
  const what =
    fit.data === 'replay' ? 'transitions of its training' : 'steps of its recorded evaluation episodes, which hold the mean actions';
  const end = fit.endedBy === 'time' ? ' The time for it was up before it had converged.' : '';
  return (
    `The behaviour prior was fitted to ${source} at step ${fit.sourceStep.toLocaleString('en-US')}: held-out log-likelihood ${nats(fit.heldOutLikelihood)} nats an action ` +
    `over ${fit.transitions.toLocaleString('en-US')} ${what}; uniform would have ${nats(fit.uniformLikelihood)}.${end}`
  );
}
