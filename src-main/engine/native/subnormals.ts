// Whether the calling thread takes subnormal numbers for zero, and how to change that: a flag of the processor for each thread,
// which ONNX Runtime sets only for the thread that opens a process's first session. Bits would differ from thread to thread.
import koffi from 'koffi';

// In bits: a thread that has the flag reads the text 1e-310 as zero.
const tiny = new Float64Array(BigUint64Array.of(1n << 40n).buffer);
const half = new Float64Array(1);
const halfBits = new BigUint64Array(half.buffer);

export function flushesSubnormals(): boolean {
  half[0] = (tiny[0] as number) * 0.5;
  return halfBits[0] === 0n;
}

/**
 * For the calling thread.
 * @returns whether it does now what was asked for: there is no way on systems that are not known here
 */
export function setFlushing(isFlushing: boolean): boolean {
  if (flushesSubnormals() === isFlushing) return true;
  try {
    if (process.platform === 'win32') setOnWindows(isFlushing);
    else setByEnvironment(isFlushing);
  } catch {
    // A library or a function that this system does not have: what counts is said below.
  }
  return flushesSubnormals() === isFlushing;
}

/** Whether a thread can be told, here. The calling thread is left as it was. */
export function canSetFlushing(): boolean {
  const before = flushesSubnormals();
  const canChange = setFlushing(!before);
  return setFlushing(before) && canChange;
}

/** Where in C's fenv_t the flag lies: [byte offset of the 32-bit word, bits]. x64: MXCSR's FTZ and DAZ; arm64: FPCR's FZ. */
const fenvFlags: Record<string, { library: string; offset: number; bits: number }> = {
  'linux x64': { library: 'libm.so.6', offset: 28, bits: 0x8040 },
  'linux arm64': { library: 'libm.so.6', offset: 0, bits: 0x0100_0000 },
  'darwin arm64': { library: '/usr/lib/libSystem.B.dylib', offset: 8, bits: 0x0100_0000 },
};

function setByEnvironment(isFlushing: boolean): void {
  const flag = fenvFlags[`${process.platform} ${process.arch}`];
  if (flag === undefined) return;
  const library = koffi.load(flag.library);
  // More than any system's fenv_t.
  const environment = new DataView(new ArrayBuffer(256));
  library.func('int fegetenv(void *)')(environment.buffer);
  const word = environment.getUint32(flag.offset, true);
  environment.setUint32(flag.offset, isFlushing ? word | flag.bits : word & ~flag.bits, true);
  library.func('int fesetenv(void *)')(environment.buffer);
}

function setOnWindows(isFlushing: boolean): void {
  const [flush, save, mask] = [0x0100_0000, 0, 0x0300_0000];
  koffi.load('ucrtbase.dll').func('int _controlfp_s(uint32_t *, uint32_t, uint32_t)')(new Uint32Array(1), isFlushing ? flush : save, mask);
}
