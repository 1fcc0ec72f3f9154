"""Makes the reference episodes beside this file from Gymnasium itself.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python generate.py

For each task: TOTAL_STEPS random actions from recorded starting states (a new episode where one ends), with every
observation, reward, reward term and flag. Half-cheetah is cut every CHEETAH_STEPS steps, and goes on from where it
was as a new episode: contact makes it chaotic, and two builds of MuJoCo differ by 1e-6 after 50 to 100 steps. Actions are rounded to single precision, as Gymnasium's action spaces
are, and given in double precision, so that both sides square the same numbers. Numbers are written with repr(),
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
CHEETAH_STEPS = 20
# Ours, Gymnasium's, reward terms by Gymnasium's names in our order.
TASKS = [
    ("inverted-pendulum", "InvertedPendulum-v5", ["reward_survive"]),
    ("reacher", "Reacher-v5", ["reward_dist", "reward_ctrl"]),
    ("half-cheetah", "HalfCheetah-v5", ["reward_forward", "reward_ctrl"]),
]


def numbers(array):
    return [float(x) for x in np.asarray(array, dtype=np.float64).ravel()]


def record(name, gym_id, term_names, seed):
    env = gymnasium.make(gym_id, disable_env_checker=True)
    data = env.unwrapped.data
    rng = np.random.default_rng(seed)
    low, high = env.action_space.low.astype(np.float64), env.action_space.high.astype(np.float64)
    episodes = []
    steps_left = TOTAL_STEPS
    while steps_left > 0:
        before = (data.qpos.copy(), data.qvel.copy())
        first, _ = env.reset(seed=seed + len(episodes))
        if name == "half-cheetah" and episodes:
            env.unwrapped.set_state(*before)
            first = np.concatenate([data.qpos[1:], data.qvel])
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
        while steps_left > 0:
            action = (gentle * rng.uniform(low, high)).astype(np.float32).astype(np.float64)
            observation, reward, terminated, truncated, info = env.step(action)
            steps_left -= 1
            episode["actions"].append(numbers(action))
            episode["observations"].append(numbers(observation))
            episode["rewards"].append(float(reward))
            episode["terms"].append([float(info[term]) for term in term_names])
            episode["terminated"].append(bool(terminated))
            episode["truncated"].append(bool(truncated))
            if terminated or truncated or (name == "half-cheetah" and steps_left % CHEETAH_STEPS == 0):
                break
    versions = {
        "python": sys.version.split()[0],
        "gymnasium": gymnasium.__version__,
        "mujoco": mujoco.__version__,
        "numpy": np.__version__,
    }
    return {"task": name, "gymnasium": gym_id, "versions": versions, "episodes": episodes}


folder = pathlib.Path(__file__).parent
for index, (name, gym_id, term_names) in enumerate(TASKS):
    text = json.dumps(record(name, gym_id, term_names, 100 * (index + 1)), separators=(",", ":"))
    # mtime=0: the same numbers give the same file.
    (folder / f"{name}.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    print(name, len(text), "characters")
