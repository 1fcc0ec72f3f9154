// ONNX Runtime's C interface, called directly in the library that onnxruntime-node brings. Its JavaScript binding copies
// every output, 3.2 MB an update of SAC, and reads every input's properties anew; here a run is one call over memory that
// stays where it is. Functions are found by their place in the table OrtApi, which only ever grows at its end:
// https://github.com/microsoft/onnxruntime/blob/main/include/onnxruntime/core/session/onnxruntime_c_api.h
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import koffi, { type LibraryHandle } from 'koffi';

/** An address inside this process; null for none. */
export type Pointer = bigint | null;
type Call = (...values: unknown[]) => Pointer;

/** The interface's version that these places and signatures are of; every later library has it as well. */
const apiVersion = 20;
const names = {
  linux: /^libonnxruntime\.so\.1$/,
  darwin: /^libonnxruntime\.[\d.]+\.dylib$/,
  win32: /^onnxruntime\.dll$/,
} as const;

/** What of OrtApi is used: [place in the table, C signature]. Those that give a status give null where all went well. */
const functions = {
  errorMessage: [2, 'const char *GetErrorMessage(void *status)'],
  createEnvironment: [3, 'void *CreateEnv(int level, const char *name, _Out_ void **out)'],
  createSession: [8, 'void *CreateSessionFromArray(void *environment, const void *file, size_t bytes, void *options, _Out_ void **out)'],
  run: [
    9,
    'void *Run(void *session, void *options, void *inputNames, void *inputs, size_t inputCount, void *outputNames, size_t outputCount, void *outputs)',
  ],
  createOptions: [10, 'void *CreateSessionOptions(_Out_ void **out)'],
  setExecutionMode: [13, 'void *SetSessionExecutionMode(void *options, int mode)'],
  setOptimisation: [23, 'void *SetSessionGraphOptimizationLevel(void *options, int level)'],
  setIntraOpThreads: [24, 'void *SetIntraOpNumThreads(void *options, int threads)'],
  setInterOpThreads: [25, 'void *SetInterOpNumThreads(void *options, int threads)'],
  createTensor: [
    49,
    'void *CreateTensorWithDataAsOrtValue(void *memory, void *data, size_t bytes, const int64_t *shape, size_t rank, int type, _Out_ void **out)',
  ],
  createCpuMemory: [69, 'void *CreateCpuMemoryInfo(int allocator, int kind, _Out_ void **out)'],
  releaseStatus: [93, 'void ReleaseStatus(void *status)'],
  releaseSession: [95, 'void ReleaseSession(void *session)'],
  releaseValue: [96, 'void ReleaseValue(void *value)'],
  releaseOptions: [100, 'void ReleaseSessionOptions(void *options)'],
  addConfigEntry: [130, 'void *AddSessionConfigEntry(void *options, const char *key, const char *value)'],
} as const satisfies Record<string, readonly [number, string]>;

export type Library = Readonly<Record<keyof typeof functions, Call>> & {
  readonly environment: Pointer;
  /** Describes memory of this process, for tensors over it. */
  readonly memory: Pointer;
};

/** Held for the process's life: what nothing holds is unloaded, its code with it. */
let file: LibraryHandle | null = null;
let opened: Library | null = null;

/** @throws Error naming the file that is missing or cannot be loaded */
export function openLibrary(): Library {
  if (opened !== null) return opened;
  file ??= koffi.load(libraryPath());
  const base = file.func('void *OrtGetApiBase()')() as Pointer;
  const api = functionAt(base, 0, 'void *GetApi(uint32_t version)')(apiVersion);
  if (api === null)
    throw new Error(`${libraryPath()} does not have version ${apiVersion} of ONNX Runtime’s interface: this copy of Elbow is not complete`);
  const calls = Object.fromEntries(
    Object.entries(functions).map(([name, [place, signature]]) => [name, functionAt(api, place, signature)]),
  ) as Record<keyof typeof functions, Call>;
  const warnings = 2;
  const environment = created(calls, (out) => calls.createEnvironment(warnings, 'elbow', out));
  const [arenaAllocator, defaultKind] = [1, 0];
  const memory = created(calls, (out) => calls.createCpuMemory(arenaAllocator, defaultKind, out));
  opened = { ...calls, environment, memory };
  return opened;
}

/** @throws Error with ONNX Runtime's message, where a call gave a status */
export function check({ errorMessage, releaseStatus }: Pick<Library, 'errorMessage' | 'releaseStatus'>, status: Pointer): void {
  if (status === null) return;
  const message = String(errorMessage(status));
  releaseStatus(status);
  throw new Error(message);
}

/** What a call writes to its last argument. @throws Error with ONNX Runtime's message */
export function created(library: Pick<Library, 'errorMessage' | 'releaseStatus'>, call: (out: [Pointer]) => Pointer): bigint {
  const out: [Pointer] = [null];
  check(library, call(out));
  if (out[0] === null) throw new Error('ONNX Runtime gave nothing where it said that it had made something');
  return out[0];
}

function functionAt(table: Pointer, place: number, signature: string): Call {
  const bytesPerPointer = 8;
  const address = koffi.decode(table, place * bytesPerPointer, 'void *') as Pointer;
  const prototype = koffi.proto(signature);
  return (...values) => koffi.call(address, prototype, ...values) as Pointer;
}

/** The library lies beside the binding: linux/x64/libonnxruntime.so.1 and so on. */
function libraryPath(): string {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
    'bin',
    'napi-v6',
    process.platform,
    process.arch,
  );
  const pattern = names[process.platform as keyof typeof names] as RegExp | undefined;
  let files: string[] = [];
  try {
    files = readdirSync(folder);
  } catch {
    // Said below.
  }
  const found = pattern === undefined ? undefined : files.find((name) => pattern.test(name));
  if (found === undefined)
    throw new Error(
      `ONNX Runtime has no library for ${process.platform}, ${process.arch}: ${folder} is missing or empty. The reference device works everywhere.`,
    );
  return join(folder, found).replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
}
