"""The other side of inference.py: Hugging Face's model in bfloat16.

PYTHON benchmarks/inference_huggingface.py PRESET TEXTS SINGLE THREADS
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

WARM_UP = 64
LENGTH = 256
TEXTS_A_BATCH = 32


def main() -> None:
    """Prints texts a second, and percentiles of the time of one text, as JSON."""
    preset, file, single, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    texts = json.loads(Path(file).read_text())
    tokenizer = AutoTokenizer.from_pretrained(preset)
    model = AutoModelForSequenceClassification.from_pretrained(
        preset, num_labels=2, dtype=torch.bfloat16
    ).eval()

    @torch.inference_mode()
    def answer(texts: list[str]) -> torch.Tensor:
        ids = tokenizer(texts, truncation=True, max_length=LENGTH)["input_ids"]
        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        answers = torch.empty(len(ids), 2)
        for start in range(0, len(order), TEXTS_A_BATCH):
            rows = order[start : start + TEXTS_A_BATCH]
            batch = tokenizer.pad({"input_ids": [ids[row] for row in rows]}, return_tensors="pt")
            answers[rows] = model(**batch).logits.float().softmax(-1)
        return answers

    answer(texts[:WARM_UP])
    start = time.perf_counter()
    answer(texts)
    rate = len(texts) / (time.perf_counter() - start)
    ask = pipeline("text-classification", model=model, tokenizer=tokenizer)
    seconds = []
    for number, text in enumerate([texts[0], *texts[: int(single)]]):
        start = time.perf_counter()
        ask(text, truncation=True, max_length=LENGTH)
        if number:
            seconds.append(time.perf_counter() - start)
    p50, p90 = np.percentile(seconds, [50, 90])
    print(json.dumps({"texts_per_second": rate, "p50_ms": 1e3 * p50, "p90_ms": 1e3 * p90}))


if __name__ == "__main__":
    main()
