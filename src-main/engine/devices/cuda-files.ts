// Where the libraries of ONNX Runtime's CUDA provider are. They are not in the npm package: an install script fetches them
// (docs/devices.md). Nothing is loaded here.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const cudaInstall = 'node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12';
/** The folder beside onnxruntime-node's binding that the install script puts the provider's libraries into. */
const providerFolder = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')), 'bin', 'napi-v6', process.platform, process.arch);
const libraries = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];

/** Why the provider cannot be there, in one line and what to do; null where its files lie where they should. */
export function missingCuda(
  folder = providerFolder(),
  system = `${process.platform}-${process.arch}`,
): { reason: string; advice: string | null } | null {
  if (system !== 'linux-x64') return { reason: `ONNX Runtime has a CUDA provider for Linux x64 only, and this is ${system}`, advice: null };
  const absent = libraries.filter((file) => !existsSync(join(folder, file)));
  if (absent.length === 0) return null;
  return {
    reason: `ONNX Runtime’s CUDA provider is not installed (${absent.join(' and ')} missing in ${folder})`,
    advice: `With an NVIDIA card, CUDA 12 and cuDNN 9, run: ${cudaInstall}`,
  };
}
