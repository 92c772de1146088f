"""Seconds and memory that a report takes, and the size of its page: ten runs, 25,000 test texts each.

    python benchmarks/report.py [--texts 25000] [--repeats 3]
    python benchmarks/report.py RUN_OR_STUDY... [--repeats 3]

Without runs it writes complete ones whose answers are drawn: five models with two seeds, once with
that many test texts and once with a tenth of them, in turns, so that the ratio shows how the work
grows. Nothing is trained. Each report is made in a process of its own, from the imports to the last
file.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import yaml

from tfcmp.evaluation.summary import summarise
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import write_json

MODELS = ("bag_of_ngrams", "simple_rnn", "lstm", "gru", "transformer")
SEEDS = (1, 2)
CLASSES = ("neg", "pos")
EPOCHS = 4
# As many reviews a film as IMDB has on average.
TEXTS_A_GROUP = 7
REPORT = """
import json, resource, sys, time
start = time.perf_counter()
from pathlib import Path
from tfcmp.reporting.analysis.comparison import ReportOptions
from tfcmp.reporting.build import assemble
from tfcmp.reporting.load.inputs import gather
from tfcmp.reporting.write import write_report
seconds = {"imports": time.perf_counter() - start}
def timed(name, work):
    begun = time.perf_counter()
    found = work()
    seconds[name] = time.perf_counter() - begun
    return found
out, *paths = map(Path, sys.argv[1:])
material = timed("gather", lambda: gather(paths))
report = timed("assemble", lambda: assemble(material, ReportOptions()))
page = timed("write", lambda: write_report(report, ReportOptions(), out))
seconds["total"] = time.perf_counter() - start
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
size = page.stat().st_size / 2**20
print(json.dumps({"seconds": seconds, "peak_memory_mb": memory, "page_mb": size}))
"""


def main() -> None:
    """Makes runs unless some are given, reports on them in turns, prints medians and the ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="*", type=Path)
    parser.add_argument("--texts", type=int, default=25_000, help="test texts of a run")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sides = {"given runs": options.runs}
        if not options.runs:
            sides = {
                f"{texts} texts": make_runs(folder / str(texts), texts)
                for texts in (options.texts, options.texts // 10)
            }
        measured: dict[str, list[dict[str, Any]]] = {name: [] for name in sides}
        for repeat in range(options.repeats):
            for name, runs in sides.items():
                measured[name].append(reported(folder / f"{name} {repeat}", runs))
    found = {name: medians(of) for name, of in measured.items()}
    totals = [of["seconds"]["total"] for of in found.values()]
    if len(totals) > 1:
        found["ratio"] = totals[0] / totals[1]
    print(json.dumps(found, indent=2))


def reported(out: Path, runs: list[Path]) -> dict[str, Any]:
    """What a process tells that makes the report of the runs."""
    line = [sys.executable, "-c", REPORT, str(out), *map(str, runs)]
    ended = subprocess.run(line, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(ended.stderr)
    return json.loads(ended.stdout)


def medians(measured: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of every number over the repeats."""
    first = measured[0]
    return {
        name: medians([one[name] for one in measured])
        if isinstance(value, dict)
        else round(statistics.median(one[name] for one in measured), 2)
        for name, value in first.items()
    }


def make_runs(folder: Path, texts: int) -> list[Path]:
    """Complete runs of all models and seeds, tested on the same texts."""
    generator = np.random.default_rng(1)
    labels = np.arange(texts) % 2
    corpus = {
        "id": [f"{number:016x}" for number in range(texts)],
        "label": labels.astype(np.int32),
        "group": np.arange(texts) // TEXTS_A_GROUP,
        "tokens": generator.integers(20, 1000, texts),
        # Some texts are hard for all models.
        "hardness": generator.normal(size=texts),
    }
    return [
        make_run(folder / f"{model}-seed{seed}", model, seed, corpus)
        for model in MODELS
        for seed in SEEDS
    ]


def make_run(path: Path, model: str, seed: int, corpus: dict[str, Any]) -> Path:
    """A run directory as fit leaves it, but for its weights."""
    path.mkdir(parents=True)
    run = RunDirectory(path)
    # Validated on a fifth of them.
    parts = {"validation": len(corpus["id"]) // 5, "test": len(corpus["id"])}
    answers = {name: answers_of(model, seed, corpus, size) for name, size in parts.items()}
    run.file("config.yaml").write_text(yaml.safe_dump(configuration(model, seed)))
    write_json(run.file("environment.json"), environment())
    write_json(run.file("split.json"), split(answers))
    for epoch in range(1, EPOCHS + 1):
        run.append_metrics(epoch_line(epoch))
    run.file("model.keras").write_bytes(b"weights")
    tables = [
        pyarrow.table({"split": [name] * parts[name], **{key: of[key] for key in of}})
        for name, of in answers.items()
    ]
    pyarrow.parquet.write_table(pyarrow.concat_tables(tables), run.file("predictions.parquet"))
    write_json(
        run.file("timing.json"), {"seconds": {"training": 40.0}, "sessions": 1, "others_share": 0.0}
    )
    run.complete(result(model, seed, answers))
    return path


def answers_of(model: str, seed: int, corpus: dict[str, Any], size: int) -> dict[str, Any]:
    """Columns of predictions.parquet for the first texts of the corpus."""
    generator = np.random.default_rng([seed, *model.encode()])
    labels = corpus["label"][:size]
    score = 1.2 + corpus["hardness"][:size] + 0.3 * generator.normal(size=size)
    right = 1 / (1 + np.exp(-2 * score))
    positive = np.where(labels == 1, right, 1 - right).astype(np.float32)
    probabilities = np.stack([1 - positive, positive], axis=1)
    return {
        "id": corpus["id"][:size],
        "label": labels,
        "probabilities": pyarrow.array(list(probabilities), pyarrow.list_(pyarrow.float32())),
        "group": corpus["group"][:size],
        "tokens": corpus["tokens"][:size],
    }


def configuration(model: str, seed: int) -> dict[str, Any]:
    """What the report reads of a configuration."""
    data = {"source": "drawn", "grouping": "none", "max_length": 400, "truncation": "head"}
    training = {"optimizer": "adam", "batch_size": 32, "epochs": EPOCHS, "selection": "accuracy"}
    return {"model": model, "seed": seed, "architecture": {}, "data": data, "training": training}


def environment() -> dict[str, Any]:
    """One machine for all."""
    return {
        "run_format": 1,
        "device": "cpu",
        "device_names": ["drawn"],
        "threads": 2,
        "precision": "float32",
        "commit": "0" * 40,
        "started": "2026-01-01T00:00:00+00:00",
    }


def split(answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Sizes of the splits, and their fingerprints, the same in all runs."""
    parts = {
        name: {
            "size": len(of["id"]),
            "groups": len(np.unique(of["group"])),
            "class_sizes": dict(zip(CLASSES, np.bincount(of["label"]).tolist(), strict=True)),
        }
        for name, of in answers.items()
    }
    parts["train"] = {**parts["validation"]}
    for name, of in parts.items():
        of |= {"fingerprint": name, "cut_token_share": 0.1, "cut_text_share": 0.2}
    return {"classes": list(CLASSES), "splits": parts}


def epoch_line(epoch: int) -> dict[str, Any]:
    """A line of metrics.jsonl."""
    return {
        "event": "epoch",
        "epoch": epoch,
        "loss": 0.7 / epoch,
        "accuracy": 0.9 - 0.3 / epoch,
        "seconds": 10.0,
        "examples_per_second": 100.0,
        "validation_accuracy": 0.88 - 0.2 / epoch,
        "validation_loss": 0.7 / epoch,
        "gradient_norm": 0.5,
        "largest_gradient_norm": 0.9,
        "largest_step_loss": 0.8,
    }


def result(model: str, seed: int, answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Content of result.json."""
    metrics = {
        name: summarise(
            of["label"],
            np.stack(of["probabilities"].to_numpy(zero_copy_only=False)),
            of["group"],
        )
        for name, of in answers.items()
    }
    return {
        "model": model,
        "seed": seed,
        "data": "drawn",
        "classes": list(CLASSES),
        **metrics,
        "parameters": {"total": 3500, "without_embedding": 3000, "embedding": 500},
        "epochs": EPOCHS,
        "best_epoch": EPOCHS,
    }


if __name__ == "__main__":
    main()
