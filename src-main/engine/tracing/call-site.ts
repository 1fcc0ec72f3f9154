// Which line of a program called a tfjs op, read off the stack while the op's kernel runs.

/** Between a kernel and the program lie eight frames of tfjs, thirty or more in a gradient; V8 keeps ten by default. */
const deepStack = 120;

/** Runs the function with stacks deep enough for call sites. */
export function withDeepStacks<T>(fn: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = deepStack;
  try {
    return fn();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The place in the program that called into tfjs. Stacks are taken at once, but formatted only when a message needs them. */
export interface CallSite {
  /** The tfjs op that called the kernel, as `elu`; null where none is on the stack. */
  readonly op: string | null;
  /** Function, file and line of the program. */
  readonly line: string;
  /** Was the kernel called while tfjs took a gradient? Then the line is where the gradient is asked for. */
  readonly isGradient: boolean;
}

export function callSite(): CallSite {
  const taken = new Error();
  const parts = (): { library: string[]; program: string | undefined } => {
    const frames = (taken.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
    const first = frames.findIndex(isLibrary);
    const rest = first < 0 ? [] : frames.slice(first);
    const end = rest.findIndex((frame) => !isLibrary(frame));
    return { library: end < 0 ? rest : rest.slice(0, end), program: end < 0 ? undefined : rest[end] };
  };
  return {
    get op() {
      // tfjs names the function of an op after it: elu__op.
      return (
        parts()
          .library.map((frame) => /(\w+)__op\b/.exec(frame)?.[1])
          .find((name) => name !== undefined) ?? null
      );
    },
    get line() {
      return parts().program?.trim().replace(/^at /, '') ?? 'an unknown line';
    },
    get isGradient() {
      return parts().library.some((frame) => frame.includes('backpropagateGradients'));
    },
  };
}

const isLibrary = (frame: string): boolean => /[/\\]node_modules[/\\]/.test(frame);
