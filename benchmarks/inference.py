"""Answering IMDB reviews with a fine-tuned `minilm_l6_en`: ours, Hugging Face, plain Keras.

    TFDS_DATA_DIR=... python benchmarks/inference.py RUN --huggingface PYTHON [--texts 1024]

RUN is a run of `minilm_l6_en` at 256 tokens, PYTHON the interpreter of an environment with
requirements-huggingface.txt. All sides answer the same reviews of the test split, tokenisation
included, with the same number of threads:

- ours: the engines, sorted by length (openvino bf16 and float32, onnx int8, keras);
- huggingface: PyTorch in bfloat16, batches of 32 sorted by length; one text at a time, its
  pipeline. Its weights are the pretrained ones: they do not change the time;
- plain: Keras' `predict`, every text padded to 256 tokens, 32 a batch.

Each side is a process of its own; they take turns, and answer 64 reviews before the clock starts.
Ratios are also of CPU time: those hold where other work is running, whose share is printed too.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from tfcmp.runs.timing import ContentionMeter

HERE = Path(__file__).parent
OURS = ("openvino bf16", "openvino float32", "onnx int8", "keras float32")
RATES = {"texts_per_second": "texts a second", "texts_per_cpu_second": "texts a CPU second"}
TIMES = {"p90_ms": "p90", "single_cpu_ms": "CPU time of one text"}


def main() -> None:
    """Measures all sides in turns; prints their medians and the ratios round by round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--huggingface", required=True, help="its Python interpreter")
    parser.add_argument("--preset", type=Path, default=None, help="folder of the weights")
    parser.add_argument("--texts", type=int, default=1024)
    parser.add_argument("--single", type=int, default=200, help="texts answered one by one")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", nargs="*", default=list(OURS))
    options = parser.parse_args()
    preset = options.preset or Path("~/.cache/tfcmp/models/minilm_l6_en").expanduser()
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder) / "texts.json"
        texts.write_text(json.dumps(reviews(options.texts)))
        tail = [str(texts), str(options.single), str(len(os.sched_getaffinity(0)))]
        ours, theirs = str(HERE / "inference_ours.py"), str(HERE / "inference_huggingface.py")
        sides = {
            "huggingface": [options.huggingface, theirs, str(preset), *tail],
            "plain": [sys.executable, ours, str(options.run), "plain", *tail],
        }
        sides |= {
            name: [sys.executable, ours, str(options.run), name, *tail] for name in options.engines
        }
        found: dict[str, list[dict]] = {name: [] for name in sides}
        shares = []
        for _ in range(options.rounds):
            for name, command in sides.items():
                meter = ContentionMeter()
                found[name].append(measured(command))
                load = meter.read()
                shares.append(load.others / load.capacity if load else math.nan)
    print(
        json.dumps({"others_share": round(statistics.mean(shares), 3), **report(found)}, indent=2)
    )


def reviews(count: int) -> list[str]:
    """Reviews of the test split, drawn with a fixed seed."""
    from tfcmp.data.sources.imdb import ImdbSource

    texts = [record.text for record in ImdbSource().records() if record.split == "test"]
    rows = np.random.default_rng(0).permutation(len(texts))[:count]
    return [texts[row] for row in rows]


def measured(command: list[str]) -> dict:
    """What a side prints: texts_per_second, p50_ms and p90_ms."""
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(finished.stdout.splitlines()[-1])


def report(found: dict[str, list[dict]]) -> dict:
    """Medians of every side, and ours against the others round by round."""
    medians = {
        name: {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}
        for name, rounds in found.items()
    }
    ratios: dict[str, list[float]] = {}
    for name in set(found) - {"huggingface", "plain"}:
        for other in ("huggingface", "plain"):
            pairs = list(zip(found[name], found[other], strict=True))
            for key, title in RATES.items():
                ratios[f"{name} over {other}, {title}"] = [
                    ours[key] / theirs[key] for ours, theirs in pairs
                ]
            for key, title in TIMES.items():
                ratios[f"{other} over {name}, {title}"] = [
                    theirs[key] / ours[key] for ours, theirs in pairs
                ]
    shown = {name: [round(ratio, 3) for ratio in values] for name, values in ratios.items()}
    return {"medians": medians, "ratios": dict(sorted(shown.items()))}


if __name__ == "__main__":
    main()
