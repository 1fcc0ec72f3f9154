// Live control: changes of hyper-parameters while a run goes on, taking them back, and what the policy does now.
import { actionsOf, planEdit, planUndo } from '../edits.ts';
import { findPossibilities } from '../possibilities.ts';
import type { EditRequests, HandlerContext, Handlers } from './handlers.ts';

export function createEditHandlers({ store, requester }: HandlerContext): Pick<Handlers, EditRequests> {
  return {
    // Checked and stored in one transaction: two windows may turn knobs that depend on each other.
    'runs.edit': ({ run, changes }) =>
      store.transaction(() => ({
        edit: store.edits.request(run, { changes: planEdit(store, run, changes, findPossibilities()), requester }),
      })),
    'runs.undo': ({ run, edit }) =>
      store.transaction(() => ({ edit: store.edits.request(run, { ...planUndo(store, run, edit, findPossibilities()), requester }) })),
    'runs.edits'({ run, before, limit }) {
      store.runs.summary(run);
      return store.edits.list(run, { before, limit });
    },
    'runs.actions': ({ run }) => ({ histogram: actionsOf(store, run) }),
  };
}
