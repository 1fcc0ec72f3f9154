// Ends this process although a thread of it is stuck in native code: process.exit would wait for that thread without end.

/** With this exit code where the system's own call can be reached, else by SIGKILL. Everything must be stored and written. */
export async function endWithoutWaiting(code: number): Promise<never> {
  if (process.platform !== 'win32') {
    try {
      const { default: koffi } = await import('koffi');
      koffi.load(null).func('void _exit(int)')(code);
    } catch {
      // No such library or call here: a signal ends it as well.
    }
  }
  process.kill(process.pid, 'SIGKILL');
  return new Promise<never>(() => {});
}
