"""Fine-tuning throughput of `minilm_l6_en` on IMDB's real lengths, against Hugging Face + PyTorch.

    TFDS_DATA_DIR=... python benchmarks/fine_tuning.py --huggingface PYTHON [--texts 1024]

PYTHON is the interpreter of an environment with requirements-huggingface.txt. Both sides train the
same weights on the very same batches, token by token (the first 256 tokens, grouped by length as
the package does it, 32 a batch), in bfloat16, with AdamW, a linear schedule without warm-up and
clipping at norm 1, dropout as the preset says. Each side is a process of its own, and they take
turns; each trains every batch once to compile or warm up, and once more for the clock.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def main() -> None:
    """Measures both sides in turns and prints examples per second and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--huggingface", required=True, help="its Python interpreter")
    parser.add_argument("--texts", type=int, default=1024, help="training reviews used")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/tfcmp").expanduser())
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        batches = Path(folder) / "batches.npz"
        preset = write_batches(batches, options.texts, options.cache)
        sides = {
            "ours": [sys.executable, str(HERE / "fine_tuning_ours.py")],
            "huggingface": [options.huggingface, str(HERE / "fine_tuning_huggingface.py")],
        }
        rates: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(options.rounds):
            for name, command in sides.items():
                rates[name].append(rate_of([*command, str(batches), str(preset)]))
    ratios = [ours / other for ours, other in zip(rates["ours"], rates["huggingface"], strict=True)]
    report = {
        "texts": options.texts,
        "examples_per_second": {name: statistics.median(rate) for name, rate in rates.items()},
        "ratio": statistics.median(ratios),
        "ratios": ratios,
    }
    print(json.dumps(report, indent=2))


def write_batches(file: Path, size: int, cache: Path) -> Path:
    """Writes ids, labels and bounds of the batches; returns the folder of the preset."""
    from tfcmp.models.catalogue import default_configuration, find_model
    from tfcmp.models.encoder_files import resolve_encoder
    from tfcmp.training.texts import prepare_texts

    configuration = default_configuration(find_model("minilm_l6_en"))
    configuration = replace(
        configuration, data=replace(configuration.data, max_length=256, truncation="head")
    )
    files = resolve_encoder(configuration, cache)
    texts = prepare_texts(configuration, cache, files)
    rows = np.random.default_rng(0).permutation(texts.splits.train)[:size]
    texts = replace(texts, splits=replace(texts.splits, train=rows))
    batches = list(texts.batches(texts.training_order(32, 1, 0)))
    arrays = {f"ids_{number}": batch.ids for number, batch in enumerate(batches)}
    arrays |= {f"labels_{number}": batch.labels for number, batch in enumerate(batches)}
    np.savez(file, **arrays)
    return files.encoder.folder


def rate_of(command: list[str]) -> float:
    """Examples per second, the last line that a side prints."""
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(finished.stdout.split()[-1])


if __name__ == "__main__":
    main()
