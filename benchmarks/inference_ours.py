"""One side of inference.py: an engine of the package, or plain Keras.

python benchmarks/inference_ours.py RUN "ENGINE PRECISION"|plain TEXTS SINGLE THREADS
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

WARM_UP = 64
LENGTH = 256


def main() -> None:
    """Prints texts a second, and percentiles of the time of one text, as JSON; CPU time too."""
    run, engine, file, singles, threads = sys.argv[1:]
    texts = json.loads(Path(file).read_text())
    answer = plain(run) if engine == "plain" else ours(run, *engine.split(), int(threads))
    answer(texts[:WARM_UP])
    start, used = time.perf_counter(), time.process_time()
    answer(texts)
    rate = len(texts) / (time.perf_counter() - start)
    rate_of_cpu = len(texts) / (time.process_time() - used)
    answer(texts[:1])
    seconds, used = [], time.process_time()
    for text in texts[: int(singles)]:
        start = time.perf_counter()
        answer([text])
        seconds.append(time.perf_counter() - start)
    of_cpu = (time.process_time() - used) / len(seconds)
    p50, p90 = np.percentile(seconds, [50, 90])
    rates = {"texts_per_second": rate, "texts_per_cpu_second": rate_of_cpu}
    single = {"p50_ms": 1e3 * p50, "p90_ms": 1e3 * p90, "single_cpu_ms": 1e3 * of_cpu}
    print(json.dumps(rates | single))


def ours(run: str, engine: str, precision: str, threads: int):
    """The classifier of the package."""
    import tfcmp

    return tfcmp.load(run, engine=engine, precision=precision, threads=threads).predict


def plain(run: str):
    """The saved model's layers under Keras' `predict`, every text padded to the same length."""
    import keras

    import tfcmp

    classifier = tfcmp.load(run)
    model = keras.Model(classifier.tokenizer.output, classifier.model.output)

    def answer(texts: list[str]) -> np.ndarray:
        ids = classifier.tokenize(texts)
        padded = keras.utils.pad_sequences(
            ids, LENGTH, padding="post", value=classifier.tokenizer.padding_id
        )
        return model.predict(padded, batch_size=32, verbose=0)

    return answer


if __name__ == "__main__":
    main()
