"""Training throughput of `gru` or `lstm` on IMDB's real lengths, against PyTorch.

    TFDS_DATA_DIR=... python benchmarks/recurrent_training.py --torch PYTHON [--model lstm]

PYTHON is the interpreter of an environment with requirements-huggingface.txt. Both sides train the
same model from the same weights on the very same batches, grouped by length as the package does it,
with Adam, clipping at norm 1 and the same dropout (word dropout left out). PyTorch does it in every
form of `--forms`; the ratio is against the faster one. Each side trains all batches once to warm up
and once for the clock, in a fresh process per round; the sides take turns.

`--layers keras` has our side use Keras' own recurrent layers, `--precision mixed_bfloat16` is for
our side alone.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from recurrent_inference import over_faster_form, printed_by, write_weights

from tfcmp.runs.timing import ContentionMeter

HERE = Path(__file__).parent


def main() -> None:
    """Measures all sides in turns and prints examples per second and their ratios."""
    options = parse_options()
    if options.ours:
        print(json.dumps(train_ours(options, options.ours)))
        return
    with tempfile.TemporaryDirectory() as name:
        write_batches(options, Path(name))
        threads = str(len(os.sched_getaffinity(0)))
        theirs = [options.torch, str(HERE / "recurrent_torch.py"), "train", name, options.model]
        ours = [sys.executable, __file__, *sys.argv[1:], "--ours", name]
        taken: dict[str, list[dict[str, float]]] = {}
        meter = ContentionMeter()
        for _ in range(options.rounds):
            taken.setdefault("ours", []).append(printed_by(ours))
            for form, seconds in printed_by([*theirs, threads, *options.forms.split(",")]).items():
                taken.setdefault(form, []).append(seconds)
        load = meter.read()
    print(
        json.dumps(
            {
                "model": options.model,
                "layers": options.layers,
                "precision": options.precision,
                "others_share": round(load.others / load.capacity, 3) if load else None,
                **over_faster_form(taken, "ours", options.texts),
            },
            indent=2,
        )
    )


def parse_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--torch", required=True, help="its Python interpreter")
    parser.add_argument("--model", choices=["gru", "lstm"], default="gru")
    parser.add_argument("--texts", type=int, default=2048, help="training reviews used")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--forms", default="packed,padded", help="of PyTorch; also: compiled")
    parser.add_argument("--layers", choices=["ours", "keras"], default="ours")
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/tfcmp").expanduser())
    parser.add_argument("--ours", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def configuration_of(options):
    """The settings of the model, without word dropout."""
    from tfcmp.models.catalogue import default_configuration, find_model

    configuration = default_configuration(find_model(options.model))
    configuration.architecture.word_dropout = 0.0
    return configuration


def build(options, configuration, vocabulary_size: int):
    """The core, with our recurrent layers or with those of Keras."""
    import keras

    from tfcmp.models import recurrent

    keras.config.set_dtype_policy(options.precision)
    if options.layers == "keras":
        recurrent.CELLS = {"gru": keras.layers.GRU, "lstm": keras.layers.LSTM}
    settings = {**vars(configuration.architecture), "vocabulary_size": vocabulary_size}
    return recurrent.build_recurrent(options.model, classes=2, **settings)


def write_batches(options, folder: Path) -> None:
    """Writes the batches of an epoch, and first weights, for all sides."""
    from tfcmp.training.texts import prepare_texts

    configuration = configuration_of(options)
    texts = prepare_texts(configuration, options.cache)
    rows = np.random.default_rng(0).permutation(texts.splits.train)[: options.texts]
    texts = replace(texts, splits=replace(texts.splits, train=rows))
    arrays = {}
    order = texts.training_order(configuration.training.batch_size, 1, 0)
    for number, batch in enumerate(texts.batches(order)):
        # Packing wants the longest first.
        places = np.argsort(-(batch.ids != 0).sum(axis=1), kind="stable")
        arrays[f"ids_{number}"], arrays[f"labels_{number}"] = (
            batch.ids[places],
            batch.labels[places],
        )
    np.savez(folder / "batches.npz", **arrays)
    write_weights(build(options, configuration, texts.tokenizer.vocabulary_size), folder)


def train_ours(options, folder: Path) -> dict[str, float]:
    """Trains all batches twice with the package's model and step; seconds of the second time."""
    from tfcmp.training.optimizers import build_optimizer
    from tfcmp.training.step import compile_train_step

    with np.load(folder / "weights.npz") as file:
        weights = {name.replace("|", "/"): file[name] for name in file.files}
    configuration = configuration_of(options)
    core = build(options, configuration, len(weights["token_embedding/embeddings"]))
    for weight in core.weights:
        if weight.path in weights:
            weight.assign(weights[weight.path])
    optimizer = build_optimizer(configuration.training, core.trainable_variables)
    step = compile_train_step(core, optimizer, configuration.training.clip_norm)
    with np.load(folder / "batches.npz") as file:
        count = len(file.files) // 2
        batches = [(file[f"ids_{n}"], file[f"labels_{n}"]) for n in range(count)]
    for _ in range(2):
        start, used = time.perf_counter(), time.process_time()
        for ids, labels in batches:
            loss, _, _ = step(ids, labels)
        float(loss)
        seconds = {
            "seconds": time.perf_counter() - start,
            "cpu_seconds": time.process_time() - used,
        }
    return seconds


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.stderr)
