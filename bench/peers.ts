// Other programs' SAC updates, timed with the same sizes, threads and batch where a Python has them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GemmList } from './gemms.ts';

export interface PeerRow {
  name: string;
  /** Median. */
  updateMs: number;
}

const python = process.env['ELBOW_PYTHON'] ?? 'python3';

export const installHint =
  `No other program was found to compare with. For that, make a Python environment (python3 -m venv peers; peers/bin/pip install ` +
  `stable-baselines3 torch sbx-rl gymnasium) and name it: ELBOW_PYTHON=peers/bin/python npm run bench -- engine`;

/** Nothing where there is no Python, or none of the programs in it. */
export function measurePeers({ observation, action, batch, hidden }: GemmList, threads: number): PeerRow[] {
  const script = fileURLToPath(new URL('peers.py', import.meta.url));
  const sizes = JSON.stringify({ observation, action, batch, hidden, threads });
  const count = String(threads);
  const { stdout, stderr, status } = spawnSync(python, [script, sizes], {
    encoding: 'utf8',
    timeout: 600_000,
    maxBuffer: 1e7,
    env: {
      ...process.env,
      OMP_NUM_THREADS: count,
      MKL_NUM_THREADS: count,
      XLA_FLAGS: `--xla_cpu_multi_thread_eigen=${threads > 1} intra_op_parallelism_threads=${threads}`,
    },
  });
  if (status !== 0) {
    if (stderr) console.error(`The comparison could not be made: ${stderr.trim().split('\n').at(-1)}`);
    return [];
  }
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as PeerRow[];
}
