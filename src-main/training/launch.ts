// The room's door for the workstation and the shells: what starts trainers and other processes, and looks after them. Light
// on purpose: neither tfjs nor MuJoCo is loaded by it.
export { checkpointEdits, checkpointFiles, isForked } from './checkpoint-files.ts';
export { endTrainer, type Ended } from './end-trainer.ts';
export { machineMemory } from './machine-memory.ts';
export { findNodeBinary } from './node-binary.ts';
export { type PolicyProcess, startPolicyProcess } from './policy-process.ts';
export { advanceQueue, launchTrainer, runFolder, runLogPath, trainerShare } from './start-trainer.ts';
export { keeperLogPath, tendRuns } from './tend-runs.ts';
