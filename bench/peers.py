"""Times other programs' SAC updates: those of Stable-Baselines3, SBX and plain PyTorch in CleanRL's manner that this Python has.

python peers.py '{"observation": 17, "action": 6, "batch": 256, "hidden": [256, 256], "threads": 1}'
prints [{"name": ..., "updateMs": ...}, ...] as its last line. A time is the median of rounds, each the mean of several
updates; drawing the batch is not in it where the program lets it be left out.
"""

import json
import statistics
import sys
import time

sizes = json.loads(sys.argv[1])
OBSERVATION, ACTION, BATCH, HIDDEN, THREADS = (sizes[name] for name in ("observation", "action", "batch", "hidden", "threads"))
ROUNDS, UPDATES = 9, 20


def milliseconds(update):
    """Median over rounds of the mean time of update(count), in milliseconds an update."""
    update(UPDATES)
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        update(UPDATES)
        times.append((time.perf_counter() - start) * 1000 / UPDATES)
    return statistics.median(times)


def make_environment():
    """An environment of these sizes that does nothing, for programs that must have one."""
    import gymnasium
    import numpy

    class Nothing(gymnasium.Env):
        observation_space = gymnasium.spaces.Box(-numpy.inf, numpy.inf, (OBSERVATION,), numpy.float32)
        action_space = gymnasium.spaces.Box(-1, 1, (ACTION,), numpy.float32)

        def reset(self, *, seed=None, options=None):
            super().reset(seed=seed)
            return self.np_random.standard_normal(OBSERVATION).astype("float32"), {}

        def step(self, action):
            return self.np_random.standard_normal(OBSERVATION).astype("float32"), 0.0, False, False, {}

    return Nothing()


def fill(buffer):
    import numpy

    random = numpy.random.default_rng(0)
    for _ in range(4 * BATCH):
        s, after = random.standard_normal((2, 1, OBSERVATION)).astype("float32")
        buffer.add(s, after, random.uniform(-1, 1, (1, ACTION)), random.standard_normal(1), numpy.zeros(1), [{}])


def stable_baselines3():
    import torch
    from stable_baselines3 import SAC, __version__
    from stable_baselines3.common.logger import Logger

    torch.set_num_threads(THREADS)
    model = SAC("MlpPolicy", make_environment(), batch_size=BATCH, policy_kwargs={"net_arch": list(HIDDEN)}, device="cpu", buffer_size=10_000)
    model.set_logger(Logger(None, []))
    fill(model.replay_buffer)
    return f"Stable-Baselines3 {__version__} (PyTorch {torch.__version__})", lambda count: model.train(count, BATCH)


def sbx():
    from sbx import SAC, __version__
    from stable_baselines3.common.logger import Logger

    model = SAC("MlpPolicy", make_environment(), batch_size=BATCH, policy_kwargs={"net_arch": list(HIDDEN)}, buffer_size=10_000)
    model.set_logger(Logger(None, []))
    fill(model.replay_buffer)

    def update(count):
        # One update a call, as after each environment step; waiting for it, since JAX runs ahead.
        for _ in range(count):
            model.train(1, BATCH)
        model.policy.actor_state.params["params"]["Dense_0"]["kernel"].block_until_ready()

    return f"SBX {__version__} (JAX)", update


def plain_pytorch():
    """SAC's update as single-file implementations write it: one loss after the other, torch.optim.Adam, soft targets."""
    import torch
    from torch import nn

    torch.set_num_threads(THREADS)

    def network(inputs, outputs):
        layers, width = [], inputs
        for units in HIDDEN:
            layers += [nn.Linear(width, units), nn.ReLU()]
            width = units
        return nn.Sequential(*layers, nn.Linear(width, outputs))

    actor = network(OBSERVATION, 2 * ACTION)
    critics = [network(OBSERVATION + ACTION, 1) for _ in range(2)]
    targets = [network(OBSERVATION + ACTION, 1) for _ in range(2)]
    for critic, target in zip(critics, targets):
        target.load_state_dict(critic.state_dict())
    log_alpha = torch.zeros(1, requires_grad=True)
    of_critics = torch.optim.Adam([p for critic in critics for p in critic.parameters()], lr=3e-4)
    of_actor = torch.optim.Adam(actor.parameters(), lr=3e-4)
    of_alpha = torch.optim.Adam([log_alpha], lr=3e-4)
    s, after = torch.randn(2, BATCH, OBSERVATION)
    a, reward, ended = torch.rand(BATCH, ACTION) * 2 - 1, torch.randn(BATCH), torch.zeros(BATCH)

    def sample(observation):
        mean, raw = actor(observation).chunk(2, -1)
        log_std = 3.5 * (torch.tanh(raw) + 1) - 5
        normal = torch.distributions.Normal(mean, log_std.exp())
        u = normal.rsample()
        action = torch.tanh(u)
        log_probability = normal.log_prob(u) - torch.log(1 - action.pow(2) + 1e-6)
        return action, log_probability.sum(-1)

    def one():
        alpha = log_alpha.exp().item()
        with torch.no_grad():
            next_action, next_log = sample(after)
            pair = torch.cat([after, next_action], -1)
            least = torch.min(targets[0](pair), targets[1](pair)).squeeze(-1)
            y = reward + 0.99 * (1 - ended) * (least - alpha * next_log)
        pair = torch.cat([s, a], -1)
        loss = sum(nn.functional.mse_loss(critic(pair).squeeze(-1), y) for critic in critics)
        of_critics.zero_grad()
        loss.backward()
        of_critics.step()
        action, log_probability = sample(s)
        pair = torch.cat([s, action], -1)
        loss = (alpha * log_probability - torch.min(critics[0](pair), critics[1](pair)).squeeze(-1)).mean()
        of_actor.zero_grad()
        loss.backward()
        of_actor.step()
        loss = (-log_alpha.exp() * (log_probability.detach() - ACTION)).mean()
        of_alpha.zero_grad()
        loss.backward()
        of_alpha.step()
        with torch.no_grad():
            for critic, target in zip(critics, targets):
                for p, q in zip(critic.parameters(), target.parameters()):
                    q.lerp_(p, 0.005)

    def update(count):
        for _ in range(count):
            one()

    return f"plain PyTorch {torch.__version__}", update


rows = []
for program in (stable_baselines3, plain_pytorch, sbx):
    try:
        name, update = program()
    except ImportError:
        continue
    rows.append({"name": name, "updateMs": milliseconds(update)})
print(json.dumps(rows))
