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
TEXTS_PER_BATCH = 32


def main() -> None:
    """Prints texts a second, and percentiles of the time of one text, as JSON; CPU time too."""
    preset, file, singles, threads = sys.argv[1:]
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
        for start in range(0, len(order), TEXTS_PER_BATCH):
            rows = order[start : start + TEXTS_PER_BATCH]
            batch = tokenizer.pad({"input_ids": [ids[row] for row in rows]}, return_tensors="pt")
            answers[rows] = model(**batch).logits.float().softmax(-1)
        return answers

    answer(texts[:WARM_UP])
    start, used = time.perf_counter(), time.process_time()
    answer(texts)
    rate = len(texts) / (time.perf_counter() - start)
    rate_of_cpu = len(texts) / (time.process_time() - used)
    ask = pipeline("text-classification", model=model, tokenizer=tokenizer)
    seconds, used = [], time.process_time()
    for number, text in enumerate([texts[0], *texts[: int(singles)]]):
        start = time.perf_counter()
        ask(text, truncation=True, max_length=LENGTH)
        if number:
            seconds.append(time.perf_counter() - start)
    of_cpu = (time.process_time() - used) / (len(seconds) + 1)
    p50, p90 = np.percentile(seconds, [50, 90])
    rates = {"texts_per_second": rate, "texts_per_cpu_second": rate_of_cpu}
    single = {"p50_ms": 1e3 * p50, "p90_ms": 1e3 * p90, "single_cpu_ms": 1e3 * of_cpu}
    print(json.dumps(rates | single))


if __name__ == "__main__":
    main()
