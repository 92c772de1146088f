"""Answering IMDB reviews with `gru` or `lstm`, real lengths: the engines against PyTorch.

    TFDS_DATA_DIR=... python benchmarks/recurrent_inference.py RUN --torch PYTHON [--texts 4096]

RUN is a run with one layer in both directions and max pooling (the default), PYTHON the interpreter
of an environment with requirements-huggingface.txt. Both sides have the same weights, threads and
ids, sorted by length; PyTorch reads packed batches of `--batch` texts. Float32 on both sides, and
bfloat16 of ours beside it. Token ids in, probabilities out; the sides take turns.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from inference import reviews

from tfcmp.runs.timing import ContentionMeter

HERE = Path(__file__).parent
OURS = ("openvino float32", "openvino bf16", "onnx float32", "keras float32")


def main() -> None:
    """Measures all sides in turns; prints texts a second, ratios, and how far answers differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--torch", required=True, help="its Python interpreter")
    parser.add_argument("--texts", type=int, default=4096)
    parser.add_argument("--batch", type=int, default=64, help="texts a batch of PyTorch")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    import tfcmp

    keras_engine = tfcmp.load(options.run)
    ids = keras_engine.tokenize(reviews(options.texts))
    cell = keras_engine.model.layers[2].name
    engines = {name: open_engine(options.run, name) for name in OURS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        order = np.argsort([-len(row) for row in ids], kind="stable")
        write_weights(keras_engine.model.layers[2], folder)
        batches = [order[i : i + options.batch] for i in range(0, len(order), options.batch)]
        arrays = {f"ids_{n}": padded([ids[row] for row in rows]) for n, rows in enumerate(batches)}
        np.savez(folder / "batches.npz", **arrays)
        threads = str(len(os.sched_getaffinity(0)))
        command = [options.torch, str(HERE / "recurrent_torch.py"), "answer", name, cell, threads]
        seconds: dict[str, list[float]] = {name: [] for name in ("pytorch", *engines)}
        of_cpu: dict[str, list[float]] = {name: [] for name in seconds}
        answers, meter = {}, ContentionMeter()
        for _ in range(options.rounds):
            for name, engine in engines.items():
                engine.probabilities_of(ids[:256])
                start, used = time.perf_counter(), time.process_time()
                answers[name] = engine.probabilities_of(ids)
                seconds[name].append(time.perf_counter() - start)
                of_cpu[name].append(time.process_time() - used)
            printed = printed_by(command)
            seconds["pytorch"].append(printed["seconds"])
            of_cpu["pytorch"].append(printed["cpu_seconds"])
        load = meter.read()
        answers["pytorch"] = np.empty_like(answers[OURS[0]])
        with np.load(folder / "answers.npz") as file:
            answers["pytorch"][order] = np.concatenate([file[name] for name in file.files])
    share = round(load.others / load.capacity, 3) if load else None
    print(json.dumps({"others_share": share, **report(seconds, of_cpu, answers)}, indent=2))


def open_engine(run: Path, name: str):
    """The classifier of "ENGINE PRECISION"."""
    import tfcmp

    engine, precision = name.split()
    return tfcmp.load(run, engine=engine, precision=precision)


def write_weights(core, folder: Path) -> None:
    """Weights of a Keras core by their paths."""
    weights = {weight.path.replace("/", "|"): weight.numpy() for weight in core.weights}
    np.savez(folder / "weights.npz", **weights)


def padded(rows: list[np.ndarray]) -> np.ndarray:
    """Ids side by side, padded right with 0."""
    ids = np.zeros((len(rows), max(map(len, rows))), np.int32)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
    return ids


def printed_by(command: list[str]) -> dict[str, float]:
    """What the other side prints: seconds and cpu_seconds."""
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(finished.stdout.splitlines()[-1])


def ratios(of_side: dict[str, list[float]]) -> dict[str, list[float]]:
    """PyTorch's seconds over those of every side, round by round."""
    return {
        name: [round(other / own, 3) for own, other in zip(taken, of_side["pytorch"], strict=True)]
        for name, taken in of_side.items()
    }


def report(seconds: dict[str, list[float]], of_cpu: dict[str, list[float]], answers: dict) -> dict:
    """Medians, ratios round by round, and differences from Keras."""
    expected = answers["keras float32"]
    texts = len(expected)
    return {
        "texts_per_second": {
            name: round(texts / statistics.median(taken), 1) for name, taken in seconds.items()
        },
        "over_pytorch": ratios(seconds),
        "over_pytorch_in_cpu_time": ratios(of_cpu),
        "largest_difference_from_keras": {
            name: float(np.abs(found - expected).max()) for name, found in answers.items()
        },
        "changed_labels": {
            name: int((found.argmax(1) != expected.argmax(1)).sum())
            for name, found in answers.items()
        },
    }


if __name__ == "__main__":
    sys.exit(main())
