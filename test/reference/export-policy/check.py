"""Checks a policy that Elbow exported, in Python's ONNX Runtime; README.md says how.

    python check.py FILE.onnx               what it is, and what of it was checked
    python check.py FILE.onnx RESULTS.json  stores observations, noise and outputs as well
"""

import json
import sys

import numpy as np
import onnx
import onnxruntime

ROWS, TOLERANCE = 16, 1e-5
OUTPUTS = ["mean-action", "mean", "sigma", "sampled-action", "mean-control", "sampled-control"]


def check_metadata(metadata):
    """The texts that every exported policy has; gives observation and action dimensions."""
    assert metadata["elbow.format"] == "1", metadata["elbow.format"]
    for key in ["version", "run", "run-name", "step", "agent", "task", "step-seconds", "control", "sampling"]:
        assert metadata[f"elbow.{key}"] != "", key
    assert int(metadata["elbow.step"]) >= 0 and float(metadata["elbow.step-seconds"]) > 0
    observation, action = (json.loads(metadata[f"elbow.{key}"]) for key in ["observation", "action"])
    for each in observation:
        assert each["name"] and each["unit"] and each["low"] is None and each["high"] is None, each
    for each in action:
        assert each["name"] and each["unit"] and each["low"] < each["high"], each
    return observation, action


def expected_outputs(outputs, noise, metadata, action):
    """Everything that follows from `mean` and `sigma`, in double precision."""
    mean, sigma, noise = (each.astype(np.float64) for each in [outputs["mean"], outputs["sigma"], noise])
    mean_action = np.tanh(mean)
    if "elbow.exploration-noise" in metadata:
        assert not sigma.any()
        sampled = np.clip(mean_action + float(metadata["elbow.exploration-noise"]) * noise, -1, 1)
    else:
        assert (sigma > 0).all()
        sampled = np.tanh(mean + sigma * noise)
    low, high = (np.array([each[bound] for each in action]) for bound in ["low", "high"])

    def control(value):
        return low + (value + 1) / 2 * (high - low)

    return {
        "mean-action": mean_action,
        "sampled-action": sampled,
        "mean-control": control(mean_action),
        "sampled-control": control(sampled),
    }


def main(path, results_path=None):
    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    metadata = session.get_modelmeta().custom_metadata_map
    observation_dimensions, action_dimensions = check_metadata(metadata)
    sizes = {"observation": len(observation_dimensions), "noise": len(action_dimensions)}
    assert {value.name: value.shape for value in session.get_inputs()} == {name: ["n", size] for name, size in sizes.items()}
    assert {value.name: value.shape for value in session.get_outputs()} == {name: ["n", sizes["noise"]] for name in OUTPUTS}
    assert all(value.type == "tensor(float)" for value in [*session.get_inputs(), *session.get_outputs()])

    generator = np.random.default_rng(1)
    inputs = {name: generator.standard_normal((ROWS, size)).astype(np.float32) for name, size in sizes.items()}
    outputs = dict(zip(OUTPUTS, session.run(OUTPUTS, inputs), strict=True))
    expected = expected_outputs(outputs, inputs["noise"], metadata, action_dimensions)
    for name, values in expected.items():
        scale = np.maximum(1, np.abs(values))
        assert (np.abs(outputs[name] - values) <= TOLERANCE * scale).all(), name
    for row in range(ROWS):
        alone = session.run(OUTPUTS, {name: values[row : row + 1] for name, values in inputs.items()})
        for name, values in zip(OUTPUTS, alone, strict=True):
            scale = np.maximum(1, np.abs(values))
            assert (np.abs(outputs[name][row : row + 1] - values) <= TOLERANCE * scale).all(), (name, row)

    print(f"{path}: {metadata['elbow.agent']} on {metadata['elbow.task']}, step {metadata['elbow.step']}; {ROWS} states, together and one by one, to {TOLERANCE}")
    if results_path is None:
        return
    results = {
        "versions": {each.__name__: each.__version__ for each in [np, onnx, onnxruntime]},
        "rows": ROWS,
        **{name: values.ravel().tolist() for name, values in {**inputs, **outputs}.items()},
    }
    with open(results_path, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=None, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
