"""Answering IMDB reviews with `gru` or `lstm`, real lengths: the engines against PyTorch.

    TFDS_DATA_DIR=... python benchmarks/recurrent_inference.py RUN --torch PYTHON [--texts 4096]

RUN is a run with one layer in both directions and max pooling (the default), PYTHON the interpreter
of an environment with requirements-huggingface.txt. Both sides have the same weights, threads and
ids, sorted by length; PyTorch reads batches of `--batch` texts, packed and padded, and the ratios
are over the faster form. Float32 on both sides, and bfloat16 of ours next to it. Token ids in, probabilities out; the sides take turns.
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
FORMS = ("packed", "padded", "compiled")
OURS = ("openvino float32", "openvino bf16", "onnx float32", "keras float32")


def main() -> None:
    """Measures all sides in turns; prints texts a second, ratios, and how far answers differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--torch", required=True, help="its Python interpreter")
    parser.add_argument("--texts", type=int, default=4096)
    parser.add_argument("--batch", type=int, default=64, help="texts a batch of PyTorch")
    parser.add_argument("--forms", default="packed,padded", help="of PyTorch; also: compiled")
    parser.add_argument("--rounds", type=int, default=5)
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
        taken: dict[str, list[dict[str, float]]] = {name: [] for name in engines}
        answers, meter = {}, ContentionMeter()
        for _ in range(options.rounds):
            for name, engine in engines.items():
                engine.probabilities_of(ids[:256])
                start, used = time.perf_counter(), time.process_time()
                answers[name] = engine.probabilities_of(ids)
                taken[name].append(
                    {
                        "seconds": time.perf_counter() - start,
                        "cpu_seconds": time.process_time() - used,
                    }
                )
            for form, seconds in printed_by([*command, *options.forms.split(",")]).items():
                taken.setdefault(form, []).append(seconds)
        load = meter.read()
        answers["pytorch"] = np.empty_like(answers[OURS[0]])
        with np.load(folder / "answers.npz") as file:
            answers["pytorch"][order] = np.concatenate([file[name] for name in file.files])
    share = round(load.others / load.capacity, 3) if load else None
    rates = {name: over_faster_form(taken, name, options.texts) for name in engines}
    print(json.dumps({"others_share": share, **rates, **differences(answers)}, indent=2))


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


def printed_by(command: list[str]) -> dict:
    """What another process prints as JSON in its last line."""
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(finished.stdout.splitlines()[-1])


def over_faster_form(taken: dict[str, list[dict[str, float]]], side: str, texts: int) -> dict:
    """Texts per second of a side and of the forms of PyTorch, and ratios round by round.

    Args:
        taken: per side and form, {"seconds", "cpu_seconds"} of every round; a form that failed has
            {"error"}.
        side: of ours.
        texts: handled per round.
    """
    worked = {
        form: rounds
        for form, rounds in taken.items()
        if form == side or (form in FORMS and all("seconds" in taken for taken in rounds))
    }
    medians = {
        form: statistics.median(taken["seconds"] for taken in rounds)
        for form, rounds in worked.items()
    }
    faster = min((form for form in worked if form != side), key=medians.get)

    def ratios(kind: str) -> list[float]:
        pairs = zip(worked[side], worked[faster], strict=True)
        return [round(other[kind] / own[kind], 3) for own, other in pairs]

    return {
        "texts_per_second": {form: round(texts / value, 1) for form, value in medians.items()},
        "faster_form": faster,
        "over_faster_form": ratios("seconds"),
        "over_faster_form_in_cpu_time": ratios("cpu_seconds"),
        "failed_forms": {form: rounds for form, rounds in taken.items() if "error" in rounds[0]},
    }


def differences(answers: dict[str, np.ndarray]) -> dict:
    """How far the probabilities of all sides are from Keras'."""
    expected = answers["keras float32"]
    return {
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
