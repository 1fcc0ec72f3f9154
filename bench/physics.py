"""Native MuJoCo's speed on one model, for bench/physics.ts, which gives the job as JSON on standard input.

Steps under the given actions, in the actuators' own ranges, and resets every so many; prints environment steps per second
of each repetition, and MuJoCo's version, as JSON.
"""

import json
import sys
import time

import mujoco
import numpy as np

job = json.load(sys.stdin)
model = mujoco.MjModel.from_xml_path(job["model"])
data = mujoco.MjData(model)
actions = np.array(job["actions"], dtype=np.float64).reshape(len(job["actions"]), model.nu)


def run(steps):
    mujoco.mj_resetData(model, data)
    start = time.perf_counter()
    for k in range(steps):
        if k % job["resetEvery"] == 0:
            mujoco.mj_resetData(model, data)
        data.ctrl[:] = actions[k % len(actions)]
        mujoco.mj_step(model, data, nstep=job["frameSkip"])
    return steps / (time.perf_counter() - start)


run(job["steps"] // 4)
print(json.dumps({"version": mujoco.__version__, "speeds": [run(job["steps"]) for _ in range(job["repetitions"])]}))
