// The kinds of action prior, by name. Apart, so that declarations load no engine.
export const priorKinds = ['uniform', 'constant', 'previous', 'learned', 'behaviour'] as const;
export type PriorKind = (typeof priorKinds)[number];
