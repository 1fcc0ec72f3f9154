"""Makes the reference episodes beside this file from Gymnasium itself.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python generate.py [TASK ...]

For each task: TOTAL_STEPS random actions from recorded starting states (a new episode where one ends), with every
observation, reward, reward term and flag. Contact makes some tasks chaotic: two builds of MuJoCo, first apart by 1e-16,
differ by 1e-6 some 50 to 100 steps later. Such a task's episodes are cut every so many steps, its horizon, and go on from
where they were as new ones, MuJoCo's solver started anew. Actions are rounded to single precision, as Gymnasium's action
spaces are, and given in double precision, so that both sides square the same numbers. Numbers are written with repr(),
which reads back to the same double.
"""

import gzip
import json
import pathlib
import sys

import gymnasium
import mujoco
import numpy as np

TOTAL_STEPS = 200
# Ours: Gymnasium's, reward terms by Gymnasium's names in our order, horizon (None: as long as it lasts), seed.
TASKS = {
    "inverted-pendulum": ("InvertedPendulum-v5", ["reward_survive"], None, 100),
    "reacher": ("Reacher-v5", ["reward_dist", "reward_ctrl"], None, 200),
    "half-cheetah": ("HalfCheetah-v5", ["reward_forward", "reward_ctrl"], 20, 300),
    "hopper": ("Hopper-v5", ["reward_forward", "reward_survive", "reward_ctrl"], None, 400),
    "walker2d": ("Walker2d-v5", ["reward_forward", "reward_survive", "reward_ctrl"], None, 500),
}


def numbers(array):
    return [float(x) for x in np.asarray(array, dtype=np.float64).ravel()]


def record(name):
    gym_id, term_names, horizon, seed = TASKS[name]
    env = gymnasium.make(gym_id, disable_env_checker=True)
    inner = env.unwrapped
    data = inner.data
    rng = np.random.default_rng(seed)
    low, high = env.action_space.low.astype(np.float64), env.action_space.high.astype(np.float64)
    episodes = []
    steps_left = TOTAL_STEPS
    cut = False
    while steps_left > 0:
        before = (data.qpos.copy(), data.qvel.copy())
        first, _ = env.reset(seed=seed + len(episodes))
        if cut:
            mujoco.mj_resetData(inner.model, data)
            inner.set_state(*before)
            first = inner._get_obs()
        episode = {
            "qpos": numbers(data.qpos),
            "qvel": numbers(data.qvel),
            "firstObservation": numbers(first),
            "actions": [],
            "observations": [],
            "rewards": [],
            "terms": [],
            "terminated": [],
            "truncated": [],
        }
        episodes.append(episode)
        # Every second pendulum episode is driven gently, so that it lasts.
        gentle = 0.02 if name == "inverted-pendulum" and len(episodes) % 2 == 0 else 1.0
        cut = False
        while steps_left > 0 and not cut:
            action = (gentle * rng.uniform(low, high)).astype(np.float32).astype(np.float64)
            observation, reward, terminated, truncated, info = env.step(action)
            steps_left -= 1
            episode["actions"].append(numbers(action))
            episode["observations"].append(numbers(observation))
            episode["rewards"].append(float(reward))
            episode["terms"].append([float(info[term]) for term in term_names])
            episode["terminated"].append(bool(terminated))
            episode["truncated"].append(bool(truncated))
            if terminated or truncated:
                break
            cut = len(episode["actions"]) == horizon
    versions = {
        "python": sys.version.split()[0],
        "gymnasium": gymnasium.__version__,
        "mujoco": mujoco.__version__,
        "numpy": np.__version__,
    }
    return {"task": name, "gymnasium": gym_id, "versions": versions, "episodes": episodes}


folder = pathlib.Path(__file__).parent
for name in sys.argv[1:] or TASKS:
    text = json.dumps(record(name), separators=(",", ":"))
    # mtime=0: the same numbers give the same file.
    (folder / f"{name}.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    print(name, len(text), "characters")
