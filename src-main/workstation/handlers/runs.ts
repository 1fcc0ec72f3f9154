// Runs: looking at them, making and continuing them, steering and keeping them.
import { WorkstationError } from '../../contract/requests.ts';
import { checkReplayMemory } from '../../contract/replay-memory.ts';
import { remarksOn } from '../../contract/run-remarks.ts';
import { continuationProblem, type RunConfiguration, type RunDetail } from '../../contract/runs.ts';
import { endTrainer, runLogPath } from '../../training/launch.ts';
import { inField, planMove, planRuns, planTask, type Possibilities } from '../plan.ts';
import { findPossibilities, findPossibilitiesFor } from '../possibilities.ts';
import { importDemo } from '../demo.ts';
import { readTail } from '../log-tail.ts';
import { checkPriorRun, resolvePriorRun } from '../prior-run.ts';
import { planRollBack } from '../roll-back.ts';
import { signalStop } from '../stop-without-room.ts';
import { completed, subjectOf } from '../run-values.ts';
import type { EditRequests, ForkRequests, HandlerContext, HandlersOf } from './handlers.ts';

/** In a run's details, which a window asks for again and again while the run goes on. */
const shownEvaluations = 50;

export function createRunHandlers({
  store,
  requester,
  advanceQueue,
  makingRoom,
}: HandlerContext): Omit<HandlersOf<'runs'>, EditRequests | ForkRequests> {
  return {
    // The revision is read first: what is committed in between is told again as an event.
    'runs.list': () => ({ revision: store.runs.revision(), runs: store.runs.list() }),
    'runs.deleted': ({ most }) => store.runs.deleted(most),
    'runs.get': ({ run }) => ({
      ...completed(store.runs.get(run, { newestEvaluations: shownEvaluations }), findPossibilities()),
      nonFinite: store.metrics.nonFinite(run),
    }),
    async 'runs.create'(wishes) {
      const possible = await findPossibilitiesFor(wishes.device);
      const hyperparameters = inField('hyperparameters', () => resolvePriorRun(store, wishes.hyperparameters));
      const { configurations, names, remarks } = planRuns({ ...wishes, hyperparameters }, possible);
      const [first] = configurations;
      if (first)
        inField('hyperparameters', () =>
          checkPriorRun(store, null, subjectOf(first, possible), first.hyperparameters, first.hyperparameters, possible),
        );
      // All or none: a full disk halfway must not leave half of the seeds.
      const runs = store.transaction(() =>
        configurations.map((configuration, k) => {
          const run = store.runs.create({ configuration, name: names[k] ?? configuration.agent });
          store.queue.enqueue(run);
          return run;
        }),
      );
      advanceQueue();
      return { runs, remarks };
    },
    'runs.rename'({ run, name }) {
      store.runs.rename(run, name);
      return {};
    },
    'runs.star'({ run, starred }) {
      store.runs.star(run, starred);
      return {};
    },
    'runs.annotate'({ run, note }) {
      store.runs.annotate(run, note);
      return {};
    },
    'runs.delete': ({ runs }) => makingRoom((present) => ({ deleted: present.runs.softDelete(runs) })),
    'runs.restore': ({ runs }) => makingRoom((present) => ({ restored: present.runs.restore(runs) })),
    'runs.deleteCheckpoints': ({ run }) =>
      makingRoom(
        (present, freed) => ({ freedBytes: freed + present.runs.deleteCheckpoints(run) }),
        (readable) => readable.runs.dropFiles([run], 'checkpoints'),
      ),
    'runs.purge'({ runs: wanted }) {
      const ids = wanted ?? store.runs.deleted(Number.MAX_SAFE_INTEGER).runs.map(({ id }) => id);
      return makingRoom(
        (present, freed) => {
          // A trainer that was killed on the full disk may still count as there.
          present.attempts.reapDead();
          const { runs, freedBytes } = present.runs.purge(ids);
          return { purged: runs, freedBytes: freed + freedBytes };
        },
        (readable) => readable.runs.dropFiles(ids, 'all'),
      );
    },
    'runs.control'({ run, action }) {
      if (action !== 'stop') store.commands.request(run, action, requester);
      else {
        try {
          makingRoom((present) => present.commands.request(run, action, requester));
        } catch (error) {
          signalStop(store, run, error);
        }
      }
      return {};
    },
    async 'runs.end'({ run }) {
      const ended = await endTrainer(store, run, requester);
      advanceQueue();
      return ended;
    },
    async 'runs.continue'({ run, steps, ...wishes }) {
      refuseWithoutCheckpoints(store.runs.get(run));
      const isMoved = wishes.device !== null || wishes.threads !== null;
      const possible = await findPossibilitiesFor(wishes.device ?? '');
      const remarks = store.transaction(() => {
        const remarks = checkContinuation(store.runs.configuration(run), steps, possible);
        if (isMoved) store.runs.setDevice(run, planMove(store.runs.get(run), wishes, possible));
        if (steps !== null) store.runs.extend(run, steps, requester);
        store.queue.enqueue(run);
        return remarks;
      });
      advanceQueue();
      return { remarks };
    },
    'runs.rollBack'(wishes) {
      const done = store.transaction(() => {
        const plan = planRollBack(store, wishes, findPossibilities());
        const edit = store.runs.rollBack(wishes.run, { ...plan, requester });
        store.queue.enqueue(wishes.run);
        return { step: plan.step, edit };
      });
      advanceQueue();
      return done;
    },
    'runs.evaluations'({ run, ...spread }) {
      store.runs.summary(run);
      return store.evaluations.spread(run, spread);
    },
    async 'runs.log'({ run, maxBytes }) {
      store.runs.summary(run); // a run that is not there is refused here, before any path is made of its name
      const file = runLogPath(store.dataDirectory, run);
      return { ...(await readTail(file, maxBytes)), path: file };
    },
    'runs.importDemo': () => ({ run: importDemo(store) }),
  };
}

/**
 * What to say of a run that goes on, perhaps to another step. Its schedule stays as it is: what it has learned followed it.
 * @throws ParameterError where it would fill more memory than there is
 */
function checkContinuation(configuration: RunConfiguration, steps: number | null, possible: Possibilities): string[] {
  const { task } = planTask(configuration.task, configuration.taskOptions ?? {}, possible);
  const values = { ...configuration.hyperparameters, ...(steps === null ? {} : { steps }) };
  inField('hyperparameters', () => checkReplayMemory(task, values, possible.memoryBytes));
  return remarksOn(task, values, possible.memoryBytes);
}

/** Before anything is stored: a trainer would refuse too, and leave a finished run marked failed. */
function refuseWithoutCheckpoints(run: RunDetail): void {
  const problem = continuationProblem(run);
  if (problem !== null) throw new WorkstationError({ code: 'conflict', message: `${problem} Nothing was changed.`, field: null });
}
