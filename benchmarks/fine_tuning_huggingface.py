"""The other side of fine_tuning.py: Hugging Face's model and PyTorch's optimizer, bf16 autocast.

PYTHON benchmarks/fine_tuning_huggingface.py BATCHES PRESET
"""

import sys
import time

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, get_linear_schedule_with_warmup


def main() -> None:
    """Trains all batches twice and prints examples per second of the second time."""
    arrays = np.load(sys.argv[1])
    count = len(arrays.files) // 2
    batches = [
        (torch.tensor(arrays[f"ids_{n}"]).long(), torch.tensor(arrays[f"labels_{n}"]).long())
        for n in range(count)
    ]
    model = AutoModelForSequenceClassification.from_pretrained(sys.argv[2], num_labels=2)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5, weight_decay=0.01)
    schedule = get_linear_schedule_with_warmup(optimizer, 0, 2 * count)

    def epoch() -> None:
        for ids, labels in batches:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = model(input_ids=ids, attention_mask=(ids != 0).long(), labels=labels).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        loss.item()

    epoch()
    start = time.perf_counter()
    epoch()
    print(sum(len(labels) for _, labels in batches) / (time.perf_counter() - start))


if __name__ == "__main__":
    main()
