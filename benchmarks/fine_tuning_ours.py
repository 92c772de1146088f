"""One side of fine_tuning.py: the package's model, optimizer and step.

python benchmarks/fine_tuning_ours.py BATCHES PRESET
"""

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from tfcmp.config.fields import TrainingSettings
from tfcmp.training.optimizers import build_optimizer, learning_rate
from tfcmp.training.step import compile_train_step


def main() -> None:
    """Trains all batches twice and prints examples per second of the second time."""
    import keras

    from tfcmp.models.pretrained import build_pretrained

    arrays = np.load(sys.argv[1])
    count = len(arrays.files) // 2
    batches = [(arrays[f"ids_{n}"], arrays[f"labels_{n}"]) for n in range(count)]
    keras.config.set_dtype_policy("mixed_bfloat16")
    core = build_pretrained(
        Path(sys.argv[2]),
        padding_id=0,
        classes=2,
        pooling="first",
        dropout=0.1,
        freeze=False,
        lora_rank=None,
    )
    settings = replace(TrainingSettings(), optimizer="adamw", learning_rate=5e-5, schedule="linear")
    optimizer = build_optimizer(settings, core.trainable_variables)
    step = compile_train_step(core, optimizer, 1.0)

    def epoch(first: int) -> None:
        for number, (ids, labels) in enumerate(batches):
            optimizer.learning_rate.assign(learning_rate(settings, first + number, 2 * count))
            loss, _, _ = step(ids, labels)
        float(loss)

    epoch(0)
    start = time.perf_counter()
    epoch(count)
    print(sum(len(labels) for _, labels in batches) / (time.perf_counter() - start))


if __name__ == "__main__":
    main()
