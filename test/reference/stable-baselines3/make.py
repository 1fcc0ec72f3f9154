"""Makes sac.json.gz and td3.json.gz beside this file from Stable-Baselines3 itself; README.md says how and what they hold.

Stable-Baselines3's own train() runs, once an update. Two things are put under it: a replay buffer that gives the
fixed batch, and fixed numbers wherever it draws standard normal ones. The conditions under which its results and ours
can be compared closely are asserted as it runs; the seeds are the first that meet them.
"""

import base64
import gzip
import json
import pathlib
import sys
from contextlib import contextmanager

import gymnasium
import numpy as np
import stable_baselines3
import torch
from stable_baselines3 import SAC, TD3
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.type_aliases import ReplayBufferSamples
from torch.nn import Linear

OBSERVATIONS, ACTIONS, HIDDEN, BATCH, UPDATES = 5, 3, [16, 16], 32, 10
SETTINGS = {"learning_rate": 3e-4, "gamma": 0.99, "tau": 0.005}
SAC_SETTINGS = {"temperature": 0.4, "target_entropy": -3.0}
TD3_SETTINGS = {"policy_delay": 2, "target_policy_noise": 0.2, "target_noise_clip": 0.5}


class Sizes(gymnasium.Env):
    """Nothing but the sizes of a task: no step of it is ever taken."""

    observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (OBSERVATIONS,), np.float32)
    action_space = gymnasium.spaces.Box(-1, 1, (ACTIONS,), np.float32)


class Parameters:
    """A model's parameters under our names and in our layout: weights [in, out], mean and log σ heads as one layer."""

    def __init__(self, layers, scalars):
        self.layers, self.scalars = layers, scalars

    def read(self):
        values = {name: tensor.detach().numpy().reshape(()).copy() for name, tensor in self.scalars.items()}
        for name, heads in self.layers.items():
            values[f"{name}/weight"] = np.concatenate([head.weight.detach().numpy() for head in heads]).T.copy()
            values[f"{name}/bias"] = np.concatenate([head.bias.detach().numpy() for head in heads])
        return values

    def write(self, values):
        with torch.no_grad():
            for name, heads in self.layers.items():
                weights = np.split(values[f"{name}/weight"].T, len(heads))
                biases = np.split(values[f"{name}/bias"], len(heads))
                for head, weight, bias in zip(heads, weights, biases, strict=True):
                    head.weight.copy_(torch.tensor(weight))
                    head.bias.copy_(torch.tensor(bias))


def linears(module):
    return [layer for layer in module.modules() if isinstance(layer, Linear)]


def critic_layers(prefix, critic):
    return {
        f"{prefix}critic-{i + 1}/layer-{k}": [layer]
        for i, network in enumerate(critic.q_networks)
        for k, layer in enumerate(linears(network))
    }


def sac_parameters(model):
    hidden = {f"actor/layer-{k}": [layer] for k, layer in enumerate(linears(model.actor.latent_pi))}
    head = {f"actor/layer-{len(HIDDEN)}": [model.actor.mu, model.actor.log_std]}
    critics = critic_layers("", model.critic) | critic_layers("target/", model.critic_target)
    return Parameters(hidden | head | critics, {"log-temperature": model.log_ent_coef})


def td3_parameters(model):
    actors = {
        f"{prefix}actor/layer-{k}": [layer]
        for prefix, actor in (("", model.actor), ("target/", model.actor_target))
        for k, layer in enumerate(linears(actor))
    }
    return Parameters(actors | critic_layers("", model.critic) | critic_layers("target/", model.critic_target), {})


def draw_parameters(parameters, rng, head_scale, head_shift):
    """U(±1/√fan-in), in the actor's last layer times head_scale, its biases shifted by head_shift; hidden biases are
    positive, so that no unit is dead. Targets lie up to 0.05 from the online parameters. From equal ones they would
    first move by τ · 3e-4, which single precision does not resolve to 1e-3; from far away, it would not be seen whether
    they follow the online ones of before or after the update."""
    values = {}
    for name, heads in parameters.layers.items():
        weight, bias = f"{name}/weight", f"{name}/bias"
        inputs, outputs = heads[0].in_features, sum(head.out_features for head in heads)
        if name.startswith("target/"):
            values[weight] = values[weight.removeprefix("target/")] + rng.uniform(-0.05, 0.05, (inputs, outputs))
            values[bias] = values[bias.removeprefix("target/")] + rng.uniform(-0.05, 0.05, outputs)
            continue
        values[weight] = rng.uniform(-1, 1, (inputs, outputs)) / np.sqrt(inputs)
        values[bias] = rng.uniform(-1, 1, outputs) / np.sqrt(inputs)
        if not name.endswith(f"layer-{len(HIDDEN)}"):
            values[bias] = np.abs(values[bias])
        elif name.startswith("actor/"):
            values[weight], values[bias] = head_scale * values[weight], head_scale * values[bias] + head_shift
    return {name: value.astype(np.float32) for name, value in values.items()}


def draw_batch(rng):
    batch = {
        "observation": rng.normal(size=(BATCH, OBSERVATIONS)),
        "action": np.tanh(rng.normal(size=(BATCH, ACTIONS))),
        "reward": rng.normal(1, 1, BATCH),
        "next-observation": rng.normal(size=(BATCH, OBSERVATIONS)),
        "terminated": rng.uniform(size=BATCH) < 0.2,
    }
    return {name: value.astype(np.float32) for name, value in batch.items()}


class FixedBatch:
    """In place of the replay buffer: whatever is asked for, the batch that was set."""

    def sample(self, batch_size, env=None):
        column = {name: torch.tensor(self.batch[name]).reshape(-1, 1) for name in ("reward", "terminated")}
        wide = {name: torch.tensor(self.batch[name]) for name in ("observation", "action", "next-observation")}
        return ReplayBufferSamples(
            observations=wide["observation"],
            actions=wide["action"],
            next_observations=wide["next-observation"],
            dones=column["terminated"],
            rewards=column["reward"],
        )


@contextmanager
def fixed_noise(noise):
    """Gives these arrays, in their order, to Normal.rsample (SAC) and Tensor.normal_ (TD3); each is used once."""
    waiting = [torch.tensor(array) for array in noise.values()]

    def standard_normal(shape, dtype, device):
        drawn = waiting.pop(0)
        assert drawn.shape == shape and drawn.dtype == dtype
        return drawn

    def normal_(self, mean=0, std=1):
        drawn = waiting.pop(0)
        assert drawn.shape == self.shape
        return self.copy_(mean + std * drawn)

    former = torch.distributions.normal._standard_normal
    torch.distributions.normal._standard_normal = standard_normal
    torch.Tensor.normal_ = normal_  # hides the one that torch.Tensor inherits
    try:
        yield
    finally:
        torch.distributions.normal._standard_normal = former
        del torch.Tensor.normal_
    assert not waiting


def check_sac(model, batch, noise):
    """Stable-Baselines3 takes log(1 - a² + 1e-6) and clips log σ: away from saturation and the clip both are as ours."""
    for observations, epsilon in ((batch["observation"], noise["current"]), (batch["next-observation"], noise["next"])):
        with torch.no_grad():
            mean, log_sigma, _ = model.actor.get_action_dist_params(torch.tensor(observations))
            u = mean + log_sigma.exp() * torch.tensor(epsilon)
        assert u.abs().max() < 2 and log_sigma.abs().max() < 2
    return []


def check_td3(model, batch, noise):
    """Which sides of which clips of the smoothed target action are met."""
    smoothing = TD3_SETTINGS["target_policy_noise"] * torch.tensor(noise["smoothing"])
    clip = TD3_SETTINGS["target_noise_clip"]
    with torch.no_grad():
        target = model.actor_target(torch.tensor(batch["next-observation"])) + smoothing.clamp(-clip, clip)
    return [bool(side.any()) for side in (smoothing > clip, smoothing < -clip, target > 1, target < -1)]


def check_first_gradients(optimisers):
    """Adam divides a gradient by its size: one that is zero but for rounding would move by ±η at random."""
    for optimiser in optimisers:
        for state in optimiser.state.values():
            # The first moment after the first step is (1 - β₁) times the gradient.
            if state["step"] == 1:
                assert (state["exp_avg"] / (1 - 0.9)).abs().min() > 1e-6


def encode(arrays):
    """Single precision, little-endian, row by row, in base64."""
    return {name: base64.b64encode(array.astype("<f4").tobytes()).decode() for name, array in arrays.items()}


def record(model, parameters, rng, *, head_scale, head_shift, noise, check, optimisers, losses, states):
    model.set_logger(Logger(None, []))
    model.replay_buffer = FixedBatch()
    parameters.write(draw_parameters(parameters, rng, head_scale, head_shift))
    initial, updates, after, met = encode(parameters.read()), [], {}, []
    for number in range(1, UPDATES + 1):
        batch = draw_batch(rng)
        drawn = {name: rng.normal(size=(BATCH, ACTIONS)).astype(np.float32) for name in noise}
        met.append(check(model, batch, drawn))
        model.replay_buffer.batch = batch
        with fixed_noise(drawn):
            model.train(gradient_steps=1, batch_size=BATCH)
        check_first_gradients(optimisers)
        logged = model.logger.name_to_value
        reported = {ours: float(logged[theirs]) for ours, theirs in losses.items() if theirs in logged}
        logged.clear()
        updates.append({"batch": encode(batch), "noise": encode(drawn), "losses": reported})
        if number in states:
            after[number] = encode(parameters.read())
    assert np.any(met, axis=0).all()
    return {"initial": initial, "updates": updates, "after": after}


def common_arguments():
    # Made anew for each model, since a model adds to its policy_kwargs.
    return {**SETTINGS, "policy_kwargs": {"net_arch": HIDDEN}, "buffer_size": 1, "device": "cpu"}


def make_sac():
    start, target_entropy = SAC_SETTINGS["temperature"], SAC_SETTINGS["target_entropy"]
    model = SAC("MlpPolicy", Sizes(), ent_coef=f"auto_{start}", target_entropy=target_entropy, **common_arguments())
    return SAC_SETTINGS, record(
        model,
        sac_parameters(model),
        np.random.default_rng(16),
        head_scale=0.3,
        # Mean 0, log σ -1.
        head_shift=np.repeat([0, -1], ACTIONS),
        noise=["current", "next"],
        check=check_sac,
        optimisers=[model.actor.optimizer, model.critic.optimizer, model.ent_coef_optimizer],
        losses={
            "critic": "train/critic_loss",
            "actor": "train/actor_loss",
            "temperature": "train/ent_coef_loss",
        },
        states=[1, 10],
    )


def make_td3():
    model = TD3("MlpPolicy", Sizes(), **TD3_SETTINGS, **common_arguments())
    return TD3_SETTINGS, record(
        model,
        td3_parameters(model),
        np.random.default_rng(15),
        head_scale=4,
        head_shift=0,
        noise=["smoothing"],
        check=check_td3,
        optimisers=[model.actor.optimizer, model.critic.optimizer],
        losses={"critic": "train/critic_loss", "actor": "train/actor_loss"},
        # The actor and the targets move for the first time in the second update.
        states=[1, 2, 10],
    )


torch.set_num_threads(1)
versions = {
    "python": sys.version.split()[0],
    "stable-baselines3": stable_baselines3.__version__,
    "torch": torch.__version__,
    "numpy": np.__version__,
}
sizes = {"observation": OBSERVATIONS, "action": ACTIONS, "hidden": HIDDEN, "batch": BATCH}
folder = pathlib.Path(__file__).parent
for name, make in (("sac", make_sac), ("td3", make_td3)):
    own_settings, recorded = make()
    settings = {**SETTINGS, **own_settings}
    text = json.dumps({"agent": name, "versions": versions, "sizes": sizes, "settings": settings, **recorded})
    # mtime=0: the same numbers give the same file.
    (folder / f"{name}.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    print(name, *(update["losses"] for update in recorded["updates"]), sep="\n  ")
