"""Trains Stable-Baselines3's SAC on a Gymnasium task as Elbow's evidence trains Elbow's, and writes its evaluations.

    python learn.py TASK SEED OUT.json [--steps 100000] [--warm-up 5000]

Elbow's defaults wherever Stable-Baselines3 has the setting: uniform actions in the warm-up, an evaluation of ten episodes with the
mean action every 5,000 environment steps on an environment of its own. One thread. Returns are undiscounted sums of reward.
"""

import argparse
import json
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

    def __init__(self, task: str, seed: int, out: str, settings: dict) -> None:
        super().__init__()
        self.environment = Monitor(gymnasium.make(task))
        self.environment.reset(seed=10_000 + seed)
        self.out = out
        self.started = time.time()
        self.record = settings | {"evaluations": []}

    def _on_step(self) -> bool:
        if self.num_timesteps % EVALUATION_EVERY == 0:
            returns, lengths = evaluate_policy(self.model, self.environment, EPISODES, return_episode_rewards=True)
            temperature = float(self.model.log_ent_coef.exp().item())
            self.record["evaluations"].append({"step": self.num_timesteps, "returns": returns, "lengths": lengths, "temperature": temperature})
            self.record["seconds"] = round(time.time() - self.started)
            with open(self.out, "w") as file:
                json.dump(self.record, file)
            print(self.num_timesteps, round(sum(returns) / EPISODES, 1), round(temperature, 4), self.record["seconds"], flush=True)
        return True


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("task")
    parser.add_argument("seed", type=int)
    parser.add_argument("out")
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
