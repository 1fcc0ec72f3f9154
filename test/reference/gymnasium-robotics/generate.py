"""Makes the reference episodes beside this file from Gymnasium-Robotics itself.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python generate.py

For each Fetch task: four episodes of 50 steps from recorded starting states and goals, two of random actions and two in
which the gripper is driven at the object (or the goal, where there is none) with noise, so that there is contact. Recorded
are the observation with the desired goal at its end, what is achieved, the sparse and the dense reward, and success.

The tasks run on Gymnasium-Robotics' own code and models. From the models the robot's meshes are taken out (its inertias are
explicit): Elbow has shapes of its own that touch nothing. `fetch-reach-meshes` is the task with the meshes, to show what
they make out. Actions are rounded to single precision, as Gymnasium's action spaces are, and given in double precision, so
that both sides multiply the same numbers. numpy's repr() reads back to the same double.
"""

import gzip
import json
import pathlib
import re
import shutil
import sys
import tempfile

import gymnasium
import gymnasium_robotics
import mujoco
import numpy as np
from gymnasium_robotics.envs.fetch import pick_and_place, push, reach, slide
from gymnasium_robotics.utils import mujoco_utils

# Gymnasium-Robotics 1.4.2 compares joint types with enumerations in a way that mujoco 3.14 no longer answers: the three
# functions that do are replaced by what they are for.
mujoco_utils.get_joint_qpos = lambda model, data, name: data.joint(name).qpos.copy()
mujoco_utils.get_joint_qvel = lambda model, data, name: data.joint(name).qvel.copy()


def set_joint_qpos(model, data, name, value):
    data.joint(name).qpos[:] = value


mujoco_utils.set_joint_qpos = set_joint_qpos

TASKS = [
    ("fetch-reach", reach, "MujocoFetchReachEnv", "reach.xml", False),
    ("fetch-push", push, "MujocoFetchPushEnv", "push.xml", False),
    ("fetch-slide", slide, "MujocoFetchSlideEnv", "slide.xml", False),
    ("fetch-pick-and-place", pick_and_place, "MujocoFetchPickAndPlaceEnv", "pick_and_place.xml", False),
    ("fetch-reach-meshes", reach, "MujocoFetchReachEnv", "reach.xml", True),
]
EPISODES = 4
STEPS = 50


def numbers(array):
    return [float(x) for x in np.asarray(array, dtype=np.float64).ravel()]


def models_without_meshes(folder):
    """A copy of the models with every mesh taken out."""
    models = pathlib.Path(gymnasium_robotics.__file__).parent / "envs/assets"
    copy = pathlib.Path(folder) / "assets"
    shutil.copytree(models / "fetch", copy / "fetch")
    shutil.copytree(models / "textures", copy / "textures")
    for name, element in [("robot.xml", r"\s*<geom mesh=[^>]*></geom>"), ("shared.xml", r"\s*<mesh file=[^>]*></mesh>")]:
        file = copy / "fetch" / name
        file.write_text(re.sub(element, "", file.read_text()))
    return copy / "fetch"


def observed(result):
    return np.concatenate([result["observation"], result["desired_goal"]])


def record(name, module, class_name, model, seed):
    module.MODEL_XML_PATH = str(model)
    env = getattr(module, class_name)()
    dense = getattr(module, class_name)(reward_type="dense")
    weld = env.model.eq_data[0]
    assert list(weld) == [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1], weld
    rng = np.random.default_rng(seed)
    episodes = []
    for number in range(EPISODES):
        result, _ = env.reset(seed=seed + number)
        episode = {
            "qpos": numbers(env.data.qpos),
            "qvel": numbers(env.data.qvel),
            "goal": numbers(env.goal),
            "firstObservation": numbers(observed(result)),
            "actions": [],
            "observations": [],
            "achieved": [],
            "rewards": [],
            "denseRewards": [],
            "successes": [],
        }
        for _ in range(STEPS):
            action = rng.uniform(-1, 1, 4)
            if number >= 2:
                place = result["achieved_goal"] if env.has_object else result["desired_goal"]
                action[:3] = 0.3 * action[:3] + 10 * (place - result["observation"][:3])
            action = np.clip(action, -1, 1).astype(np.float32).astype(np.float64)
            result, reward, terminated, truncated, info = env.step(action)
            assert not terminated and not truncated
            episode["actions"].append(numbers(action))
            episode["observations"].append(numbers(observed(result)))
            episode["achieved"].append(numbers(result["achieved_goal"]))
            episode["rewards"].append(float(reward))
            episode["denseRewards"].append(float(dense.compute_reward(result["achieved_goal"], env.goal, info)))
            episode["successes"].append(bool(info["is_success"]))
        episodes.append(episode)
    versions = {
        "python": sys.version.split()[0],
        "gymnasium": gymnasium.__version__,
        "gymnasium-robotics": gymnasium_robotics.__version__,
        "mujoco": mujoco.__version__,
        "numpy": np.__version__,
    }
    return {
        "task": name,
        "versions": versions,
        "goalHeight": float(env.height_offset) if env.has_object else None,
        "episodes": episodes,
    }


folder = pathlib.Path(__file__).parent
with tempfile.TemporaryDirectory() as scratch:
    without = models_without_meshes(scratch)
    original = pathlib.Path(gymnasium_robotics.__file__).parent / "envs/assets/fetch"
    for index, (name, module, class_name, model, meshes) in enumerate(TASKS):
        text = json.dumps(record(name, module, class_name, (original if meshes else without) / model, 100 * (index + 1)), separators=(",", ":"))
        # mtime=0: the same numbers give the same file.
        (folder / f"{name}.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        print(name, len(text), "characters")
