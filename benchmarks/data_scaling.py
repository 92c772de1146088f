"""From a Parquet file to batches: cost and memory against the number of texts.

    python benchmarks/data_scaling.py [--sizes 30000 300000]

Writes files of generated reviews (random words of a Zipf distribution, lengths like IMDB's), and
for each runs index, splits, vocabulary, token ids and one epoch of batches in a process of its
own. Seconds should grow like the texts, peak memory hardly at all.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet

WORDS = 50_000
# Median and spread of the words of an IMDB review: 174, and a long right tail.
MEDIAN_LENGTH, LENGTH_SPREAD = 174, 0.7
TEXTS_A_ROW_GROUP = 10_000


def main() -> None:
    """Prints a line of JSON per size, and the ratios between the last and the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[30_000, 300_000])
    parser.add_argument("--measure", nargs=2, metavar=("FILE", "CACHE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(Path(options.measure[0]), Path(options.measure[1]))
        return
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            file = Path(folder) / f"{size}.parquet"
            write_reviews(file, size)
            line = [sys.executable, __file__, "--measure", str(file), str(Path(folder) / "cache")]
            output = subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout
            results.append({"texts": size, **json.loads(output)})
            print(json.dumps(results[-1]), flush=True)
    first, last = results[0], results[-1]
    print(json.dumps({f"{name}_ratio": round(last[name] / first[name], 2) for name in first}))


def write_reviews(file: Path, size: int) -> None:
    """Writes `size` generated reviews, a row group at a time."""
    draw = np.random.default_rng(size)
    words = np.array([f"w{number}" for number in range(WORDS)])
    schema = pyarrow.schema({"text": pyarrow.string(), "label": pyarrow.string()})
    with pyarrow.parquet.ParquetWriter(file, schema) as writer:
        for start in range(0, size, TEXTS_A_ROW_GROUP):
            count = min(TEXTS_A_ROW_GROUP, size - start)
            lengths = draw.lognormal(np.log(MEDIAN_LENGTH), LENGTH_SPREAD, count).astype(int) + 10
            numbers = np.minimum(draw.zipf(1.2, lengths.sum()) - 1, WORDS - 1)
            texts = [" ".join(words[part]) for part in np.split(numbers, np.cumsum(lengths)[:-1])]
            labels = draw.choice(["neg", "pos"], count)
            writer.write_table(pyarrow.table({"text": texts, "label": labels}, schema=schema))


def measure(file: Path, cache: Path) -> None:
    """Takes one file all the way to batches; prints seconds and peak memory."""
    from tfcmp.command.quiet import import_tensorflow

    import_tensorflow()
    from tfcmp.models.catalogue import default_configuration, find_model
    from tfcmp.training.texts import prepare_texts

    configuration = default_configuration(find_model("gru"))
    configuration.data.source = str(file)
    before = peak_memory()
    start = time.perf_counter()
    texts = prepare_texts(configuration, cache)
    prepared = time.perf_counter() - start
    order = texts.training_order(configuration.training.batch_size, seed=1, epoch=0)
    tokens = sum(batch.tokens for batch in texts.batches(order))
    report = {
        "prepare_seconds": round(prepared, 1),
        "batches_seconds": round(time.perf_counter() - start - prepared, 1),
        "tokens": tokens,
        "peak_mib_above_import": peak_memory() - before,
    }
    print(json.dumps(report))


def peak_memory() -> int:
    """Peak resident memory of this process in MiB; touched pages of mapped files are in it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
