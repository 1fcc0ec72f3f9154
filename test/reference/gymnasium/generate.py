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
    "pusher": ("Pusher-v5", ["reward_dist", "reward_ctrl", "reward_near"], None, 1200),
    "half-cheetah": ("HalfCheetah-v5", ["reward_forward", "reward_ctrl"], 20, 300),
    "hopper": ("Hopper-v5", ["reward_forward", "reward_survive", "reward_ctrl"], None, 400),
    "walker2d": ("Walker2d-v5", ["reward_forward", "reward_survive", "reward_ctrl"], None, 500),
    "ant": ("Ant-v5", ["reward_forward", "reward_survive", "reward_ctrl", "reward_contact"], None, 600),
    "humanoid": ("Humanoid-v5", ["reward_forward", "reward_survive", "reward_ctrl", "reward_contact"], None, 700),
    # Its fourth term is a constant 1, which Gymnasium does not name.
    "humanoid-standup": ("HumanoidStandup-v5", ["reward_linup", "reward_quadctrl", "reward_impact"], None, 800),
    "swimmer": ("Swimmer-v5", ["reward_forward", "reward_ctrl"], None, 900),
    "inverted-double-pendulum": (
        "InvertedDoublePendulum-v5",
        ["reward_survive", "distance_penalty", "velocity_penalty"],
        None,
        1000,
    ),
    "hopper-options": ("Hopper-v5", ["reward_forward", "reward_survive", "reward_ctrl"], 20, 1200),
    "ant-options": ("Ant-v5", ["reward_forward", "reward_survive", "reward_ctrl", "reward_contact"], 40, 1300),
    "humanoid-options": ("Humanoid-v5", ["reward_forward", "reward_survive", "reward_ctrl", "reward_contact"], 20, 1400),
    # Not a MuJoCo task there: observations in single precision, no reward terms.
    "pendulum": ("Pendulum-v1", [], None, 1100),
}
# Positions of pusher's joints, the object's y and x, the goal's.
IN_THE_FORK = [0.682, 1.29, 0, -1.578, 0, -0.08, 0, -0.196, -0.015, 0, 0]
# Tasks with other options than their defaults, and what Gymnasium calls these.
OPTIONS = {
    "hopper-options": {
        "forward_reward_weight": 2.0,
        "ctrl_cost_weight": 0.01,
        "healthy_reward": 0.5,
        "terminate_when_unhealthy": False,
        "healthy_z_range": (1.0, 1.3),
        "healthy_angle_range": (-0.1, 0.15),
        "exclude_current_positions_from_observation": False,
    },
    "ant-options": {
        "contact_cost_weight": 0.01,
        "healthy_reward": 0.25,
        "terminate_when_unhealthy": False,
        "healthy_z_range": (0.3, 0.6),
        "contact_force_range": (-2.0, 0.5),
        "include_cfrc_ext_in_observation": False,
    },
    "humanoid-options": {
        "contact_cost_weight": 1e-3,
        "contact_cost_range": (0.5, 3.0),
        "terminate_when_unhealthy": False,
        "healthy_z_range": (1.1, 1.35),
        "include_cinert_in_observation": False,
        "include_cvel_in_observation": False,
    },
}


def numbers(array):
    return [float(x) for x in np.asarray(array, dtype=np.float64).ravel()]


def state_of(env):
    """Positions and velocities."""
    if hasattr(env, "data"):
        return env.data.qpos.copy(), env.data.qvel.copy()
    return env.state[:1].copy(), env.state[1:].copy()


def record(name):
    gym_id, term_names, horizon, seed = TASKS[name]
    env = gymnasium.make(gym_id, disable_env_checker=True, **OPTIONS.get(name, {}))
    inner = env.unwrapped
    rng = np.random.default_rng(seed)
    low, high = env.action_space.low.astype(np.float64), env.action_space.high.astype(np.float64)
    episodes = []
    steps_left = TOTAL_STEPS
    cut = False
    while steps_left > 0:
        before = state_of(inner) if cut else None
        first, _ = env.reset(seed=seed + len(episodes))
        if cut:
            mujoco.mj_resetData(inner.model, inner.data)
            inner.set_state(*before)
            first = inner._get_obs()
        # The second one begins with the object in the arm's fork: random actions from the usual start never touch it.
        if name == "pusher" and len(episodes) == 1:
            inner.set_state(np.array(IN_THE_FORK), np.zeros(inner.model.nv))
            first = inner._get_obs()
        qpos, qvel = state_of(inner)
        episode = {
            "qpos": numbers(qpos),
            "qvel": numbers(qvel),
            "firstObservation": numbers(first),
            "actions": [],
            "observations": [],
            "rewards": [],
            "terms": [],
            "terminated": [],
            "truncated": [],
        }
        episodes.append(episode)
        # Every second episode of a balancing task is driven gently, so that it lasts.
        gentle = 0.02 if name.startswith("inverted") and len(episodes) % 2 == 0 else 1.0
        cut = False
        while steps_left > 0 and not cut:
            action = (gentle * rng.uniform(low, high)).astype(np.float32).astype(np.float64)
            # Pushed the way it swings, the pendulum reaches its largest velocity.
            if name == "pendulum" and steps_left <= TOTAL_STEPS // 2:
                action = np.abs(action) * np.sign(inner.state[1])
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
