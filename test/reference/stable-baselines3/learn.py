"""Trains Stable-Baselines3's SAC on a Gymnasium task as Elbow's evidence trains Elbow's, and writes its evaluations.

    python learn.py Hopper-v5 1 ../../../docs/evidence/hopper-stable-baselines3.json [--steps 100000] [--warm-up 5000]

The file holds one run a seed; a run of the same seed is replaced, after each of its evaluations.

Elbow's defaults wherever Stable-Baselines3 has the setting: uniform actions in the warm-up, an evaluation of ten episodes with the
mean action every 5,000 environment steps on an environment of its own. One thread. Returns are undiscounted sums of reward.
"""

import argparse
import json
import pathlib
import time
from importlib.metadata import version

import gymnasium
import torch
from stable_baselines3 import SAC
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor

EVALUATION_EVERY = 5_000
EPISODES = 10


class Evaluations(BaseCallback):
    """Evaluates every 5,000 environment steps and writes what is known after each evaluation."""

    def __init__(self, task: str, seed: int, out: pathlib.Path, settings: dict) -> None:
        super().__init__()
        self.environment = Monitor(gymnasium.make(task))
        self.environment.reset(seed=10_000 + seed)
        self.out = out
        self.started = time.time()
        self.record = settings | {"evaluations": []}

    def _on_step(self) -> bool:
        if self.num_timesteps % EVALUATION_EVERY == 0:
            returns, _ = evaluate_policy(self.model, self.environment, EPISODES, return_episode_rewards=True)
            temperature = float(self.model.log_ent_coef.exp().item())
            self.record["evaluations"].append({"step": self.num_timesteps, "returns": [round(one, 2) for one in returns]})
            self.record["seconds"] = round(time.time() - self.started)
            self.write()
            print(self.num_timesteps, round(sum(returns) / EPISODES, 1), round(temperature, 4), self.record["seconds"], flush=True)
        return True

    def write(self) -> None:
        runs = json.loads(self.out.read_text()) if self.out.exists() else []
        others = [run for run in runs if run["seed"] != self.record["seed"]]
        self.out.write_text(json.dumps(sorted([*others, self.record], key=lambda run: run["seed"]), indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("task")
    parser.add_argument("seed", type=int)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--warm-up", type=int, default=5_000)
    given = parser.parse_args()
    torch.set_num_threads(1)
    model = SAC("MlpPolicy", gymnasium.make(given.task), learning_starts=given.warm_up, seed=given.seed, device="cpu")
    packages = {name: version(name) for name in ("stable-baselines3", "gymnasium", "mujoco", "torch")}
    settings = {"task": given.task, "seed": given.seed, "steps": given.steps, "warm-up": given.warm_up, "packages": packages}
    model.learn(given.steps, callback=Evaluations(given.task, given.seed, given.out, settings))


if __name__ == "__main__":
    main()
