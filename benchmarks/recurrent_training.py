"""Training throughput of `gru` or `lstm` on IMDB's real lengths, against PyTorch.

    TFDS_DATA_DIR=... python benchmarks/recurrent_training.py --torch PYTHON [--model lstm]

PYTHON is the interpreter of an environment with requirements-huggingface.txt. Both sides train the
same model from the same weights on the very same batches, grouped by length as the package does it,
with Adam, clipping at norm 1 and the same dropout (word dropout left out). PyTorch packs its
sequences. Each side trains all batches once to warm up and once for the clock; they take turns.
`--precision mixed_bfloat16` is for our side alone.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from recurrent_inference import printed_by, ratios, write_weights

from tfcmp.runs.timing import ContentionMeter

HERE = Path(__file__).parent


def main() -> None:
    """Measures both sides in turns and prints examples per second and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--torch", required=True, help="its Python interpreter")
    parser.add_argument("--model", choices=["gru", "lstm"], default="gru")
    parser.add_argument("--texts", type=int, default=4096, help="training reviews used")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/tfcmp").expanduser())
    options = parser.parse_args()
    import keras

    keras.config.set_dtype_policy(options.precision)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        epoch, core = our_epoch(options, folder)
        write_weights(core, folder)
        threads = str(len(os.sched_getaffinity(0)))
        script = str(HERE / "recurrent_torch.py")
        command = [options.torch, script, "train", name, options.model, threads]
        epoch()
        seconds: dict[str, list[float]] = {"ours": [], "pytorch": []}
        of_cpu: dict[str, list[float]] = {"ours": [], "pytorch": []}
        meter = ContentionMeter()
        for _ in range(options.rounds):
            start, used = time.perf_counter(), time.process_time()
            epoch()
            seconds["ours"].append(time.perf_counter() - start)
            of_cpu["ours"].append(time.process_time() - used)
            printed = printed_by(command)
            seconds["pytorch"].append(printed["seconds"])
            of_cpu["pytorch"].append(printed["cpu_seconds"])
        load = meter.read()
    rates = {side: options.texts / statistics.median(taken) for side, taken in seconds.items()}
    print(
        json.dumps(
            {
                "model": options.model,
                "precision": options.precision,
                "others_share": round(load.others / load.capacity, 3) if load else None,
                "examples_per_second": rates,
                "over_pytorch": ratios(seconds)["ours"],
                "over_pytorch_in_cpu_time": ratios(of_cpu)["ours"],
            },
            indent=2,
        )
    )


def our_epoch(options, folder: Path):
    """A function that trains the batches once, and the core; writes the batches for the others."""
    from tfcmp.models.building import build_core
    from tfcmp.models.catalogue import default_configuration, find_model
    from tfcmp.training.optimizers import build_optimizer
    from tfcmp.training.step import compile_train_step
    from tfcmp.training.texts import prepare_texts

    configuration = default_configuration(find_model(options.model))
    configuration.architecture.word_dropout = 0.0
    texts = prepare_texts(configuration, options.cache)
    rows = np.random.default_rng(0).permutation(texts.splits.train)[: options.texts]
    texts = replace(texts, splits=replace(texts.splits, train=rows))
    batches = []
    for batch in texts.batches(texts.training_order(configuration.training.batch_size, 1, 0)):
        # Packing wants the longest first.
        order = np.argsort(-(batch.ids != 0).sum(axis=1), kind="stable")
        batches.append((batch.ids[order], batch.labels[order]))
    arrays = {f"ids_{n}": ids for n, (ids, _) in enumerate(batches)}
    arrays |= {f"labels_{n}": labels for n, (_, labels) in enumerate(batches)}
    np.savez(folder / "batches.npz", **arrays)
    core = build_core(configuration, texts.tokenizer, 2)
    optimizer = build_optimizer(configuration.training, core.trainable_variables)
    step = compile_train_step(core, optimizer, configuration.training.clip_norm)

    def epoch() -> None:
        for ids, labels in batches:
            loss, _, _ = step(ids, labels)
        float(loss)

    return epoch, core


if __name__ == "__main__":
    sys.exit(main())
