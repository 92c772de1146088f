"""Complete run directories, written without any training."""

import hashlib
import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import yaml

from tfcmp.data.corpus import groups_fingerprint, labels_fingerprint, parse_ids
from tfcmp.evaluation.summary import INTERVAL_METHOD, summarise
from tfcmp.reporting.analysis.comparison import Comparison, ReportOptions
from tfcmp.reporting.load.inputs import ReportInputs
from tfcmp.reporting.load.models import make_models
from tfcmp.reporting.load.runs import Run, read_run
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import write_json

SEARCHED = ("training.optimizer", "training.learning_rate", "training.batch_size")
CLASSES = ["neg", "pos"]
PHENOMENA = np.array(["negation", "plain"])
SIZES = {"validation": 60, "test": 200}
PARAMETERS = {"lstm": 3000, "gru": 2500, "transformer": 3010, "bag_of_ngrams": 1000}


@pytest.fixture
def write_run(tmp_path):
    """The function that writes a run and gives its path; the seed and skill make its answers."""

    def write(model="gru", seed=1, **settings):
        return make_run_directory(tmp_path / "runs", model, seed, **settings)

    return write


@pytest.fixture(scope="session")
def write_run_directory():
    """The function (folder, model, seed, settings) that does the same in any folder."""
    return make_run_directory


@pytest.fixture(scope="session")
def benches():
    """The functions of benches.py, which make contents of bench.json."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("benches.py"))))


@pytest.fixture(scope="session")
def compare():
    """The function (runs or their paths, other inputs, options of the report) -> the comparison."""

    def build(runs=(), *, searches=(), benches=(), failed_runs=(), failed_searches=(), **options):
        read = [run if isinstance(run, Run) else read_run(run) for run in runs]
        inputs = ReportInputs(
            make_models(read), failed_runs, tuple(searches), tuple(benches), tuple(failed_searches)
        )
        return Comparison(inputs, ReportOptions(**options))

    return build


@pytest.fixture(scope="session")
def rows_of():
    """The function (table, or section and name of a table) -> rows as dicts by column."""

    def read(table, name=None):
        if name is not None:
            tables = [one for one in table.tables if one.name == name]
            assert len(tables) <= 1
            if not tables:
                return []
            (table,) = tables
        names = [column.name for column in table.columns]
        return [dict(zip(names, row, strict=True)) for row in table.rows]

    return read


@pytest.fixture
def write_search():
    """The function (folder, trials, environment, tuner) -> a search, written as tfcmp.tune does."""

    def write(folder, trials=12, environment=(), tuner="random"):
        folder.mkdir(parents=True)
        (folder / "budget.csv").write_text("trials\n")
        made = {**environment_of(), **dict(environment)}
        write_json(folder / "search.json", {"tuner": tuner, "environment": made})
        generator = np.random.default_rng(trials)
        lines = ["trial,status,score,seconds," + ",".join(SEARCHED)]
        for trial in range(trials):
            optimizer = ["adam", "adamw", "rmsprop", "sgd"][trial % 4]
            rate = 10 ** generator.uniform(-4, -2)
            score = "" if trial == 3 else 0.9 - 0.05 * abs(np.log10(rate) + 3)
            status = "failed" if trial == 3 else "complete"
            settings = f"{optimizer},{rate},{32 << trial % 2}"
            lines.append(f"{trial},{status},{score},{10 + trial},{settings}")
        (folder / "trials.csv").write_text("\n".join(lines) + "\n")
        return folder

    return write


def make_run_directory(
    folder,
    model="gru",
    seed=1,
    *,
    name=None,
    skill=1.0,
    classes=CLASSES,
    sizes=SIZES,
    texts="a",
    training=(),
    data=(),
    train_sizes=(50, 50),
    environment=(),
    split=(),
    timing=(),
    lines=None,
    is_complete=True,
):
    """Writes a run whose answers are drawn; a higher skill is right more often."""
    run = RunDirectory(folder / (name or f"{model}-seed{seed}"))
    run.path.mkdir(parents=True)
    answers = {
        part: draw_answers(part, size, texts, model, seed, skill) for part, size in sizes.items()
    }
    run.file("config.yaml").write_text(
        yaml.safe_dump(configuration_of(model, seed, dict(training), dict(data)))
    )
    write_json(run.file("environment.json"), {**environment_of(), **dict(environment)})
    write_json(
        run.file("split.json"),
        {**split_of(classes, sizes, answers, texts, train_sizes), **dict(split)},
    )
    of = answers["validation"]
    scores = summarise(of["labels"], of["probabilities"], of["groups"])
    logged = lines_of(seed, scores["accuracy"]["value"], scores["nll"]["value"])
    for line in logged if lines is None else lines:
        run.append_metrics(line)
    run.file("model.keras").write_bytes(f"weights of {model}, {seed}, {skill}".encode())
    write_predictions(run, answers)
    seconds = {"training": 20.0 + seed, "setup": 1.0}
    write_json(
        run.file("timing.json"),
        {"seconds": seconds, "sessions": 1, "others_share": 0.01, **dict(timing)},
    )
    if is_complete:
        run.complete(result_of(model, seed, classes, answers))
    return run.path


def draw_answers(part, size, texts, model, seed, skill):
    """Texts and labels depend on `texts` alone, answers on model and seed too."""
    of_texts = np.random.default_rng(list(f"{part} {texts}".encode()))
    labels = np.arange(size) % 2
    hardness = of_texts.normal(size=size)
    tokens = of_texts.integers(5, 90, size)
    of_model = np.random.default_rng([seed, *model.encode()])
    score = skill * (1 + 0.5 * hardness) + of_model.normal(size=size)
    right = 1 / (1 + np.exp(-2 * score))
    of_positive = np.where(labels == 1, right, 1 - right).astype(np.float32)
    return {
        "ids": [hashlib.sha256(f"{texts}{part}{n}".encode()).hexdigest()[:16] for n in range(size)],
        "labels": labels,
        "probabilities": np.stack([1 - of_positive, of_positive], axis=1),
        "groups": np.arange(size) // 4,
        "tokens": tokens,
        "phenomena": PHENOMENA[np.arange(size) // 2 % 2],
        "distances": tokens // 3,
    }


def configuration_of(model, seed, training, data):
    return {
        "model": model,
        "seed": seed,
        "architecture": {"units": 4},
        "data": {
            "source": "diagnostic",
            "grouping": "source",
            "max_length": 64,
            "truncation": "head",
            **data,
        },
        "training": {
            "optimizer": "adam",
            "batch_size": 16,
            "epochs": 2,
            "selection": "accuracy",
            **training,
        },
    }


def environment_of():
    return {
        "run_format": 1,
        "device": "cpu",
        "device_names": ["Test CPU"],
        "threads": 2,
        "precision": "float32",
        "commit": "0123456789abcdef",
        "started": "2026-01-02T03:04:05+00:00",
        "resumed": [],
    }


def split_of(classes, sizes, answers, texts, train_sizes):
    parts = {
        "train": {
            "size": 100,
            "groups": 25,
            "class_sizes": dict(zip(classes, train_sizes, strict=True)),
        }
    }
    for part, of in answers.items():
        counts = np.bincount(of["labels"], minlength=len(classes)).tolist()
        parts[part] = {
            "size": sizes[part],
            "groups": len(np.unique(of["groups"])),
            "class_sizes": dict(zip(classes, counts, strict=True)),
        }
    parts["train"]["fingerprint"] = hashlib.sha256(texts.encode()).hexdigest()
    for part, of in answers.items():
        ids = parse_ids(of["ids"])
        parts[part]["fingerprint"] = labels_fingerprint(*ids, of["labels"], classes)
        parts[part]["groups_fingerprint"] = groups_fingerprint(*ids, of["groups"])
    for of in parts.values():
        of["cut_token_share"], of["cut_text_share"] = 0.1, 0.2
    return {"classes": list(classes), "splits": parts}


def lines_of(seed, accuracy=0.87, loss=0.3):
    """Two epochs, the second one with this accuracy and loss on validation."""
    common = {"gradient_norm": 0.5, "largest_gradient_norm": 0.9, "largest_step_loss": 0.8}
    for epoch in (1, 2):
        left = 2 - epoch
        yield {"event": "segment", "epoch": epoch, "step": 7, "loss": 0.3 + 0.2 * left, **common}
        yield {
            "event": "epoch",
            "epoch": epoch,
            "loss": 0.3 + 0.2 * left,
            "accuracy": 0.6 + 0.1 * epoch,
            "seconds": 10.0 + seed / 2,
            "examples_per_second": 100.0 + seed,
            "validation_accuracy": accuracy - 0.06 * left,
            "validation_loss": loss + 0.2 * left,
        }


def write_predictions(run, answers):
    tables = []
    for part, of in answers.items():
        columns = {
            "split": [part] * len(of["ids"]),
            "id": of["ids"],
            "label": pyarrow.array(of["labels"], pyarrow.int32()),
            "probabilities": pyarrow.array(
                of["probabilities"].tolist(), pyarrow.list_(pyarrow.float32())
            ),
            "group": of["groups"],
            "tokens": of["tokens"],
            "phenomenon": of["phenomena"],
            "cue_distance": of["distances"],
        }
        tables.append(pyarrow.table(columns))
    pyarrow.parquet.write_table(pyarrow.concat_tables(tables), run.file("predictions.parquet"))


def result_of(model, seed, classes, answers):
    size = PARAMETERS.get(model, 2000)
    return {
        "model": model,
        "seed": seed,
        "data": "diagnostic",
        "classes": list(classes),
        **{
            part: summarise(of["labels"], of["probabilities"], of["groups"])
            for part, of in answers.items()
        },
        "interval_method": INTERVAL_METHOD,
        "parameters": {"total": size + 500, "without_embedding": size, "embedding": 500},
        "epochs": 2,
        "best_epoch": 2,
    }


def change_json(file, change):
    """Applies `change` to the content of a JSON file."""
    content = json.loads(file.read_text())
    change(content)
    write_json(file, content)
