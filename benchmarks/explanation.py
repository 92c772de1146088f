"""Seconds per explanation of a text of 250 words, against gradients taken a node at a time.

    python benchmarks/explanation.py RUN... [--words 250] [--steps 50] [--repeats 5]

The text is made of generated reviews, so that nothing but the runs is needed. "ig" is what
`python -m tfcmp.explain` does, from the text to scores of words, with exactly --steps nodes.
"ig_by_node" is the plain way: one node at a time through a compiled function, no weight gradients
either. Rounds take turns; the median is reported.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

from tfcmp.command.quiet import import_tensorflow
from tfcmp.data.diagnostic.corpus import generate
from tfcmp.explanation.reading import find_words


def main() -> None:
    """Measures every run and prints one JSON object each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    parser.add_argument("--words", type=int, default=250)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    import_tensorflow()
    text = text_of(options.words)
    for run in options.runs:
        print(json.dumps({"run": run.name, **measured(run, text, options)}, indent=2), flush=True)


def text_of(words: int) -> str:
    """Generated reviews, cut behind so many words, marks apart."""
    text = " ".join(review.text for review in generate("test", 100, 0))
    spans = [span for span in find_words(text) if text[span.start].isalnum()]
    return text[: spans[words - 1].end]


def measured(run: Path, text: str, options: argparse.Namespace) -> dict:
    """Median seconds by way, and what the text was to the model."""
    import tfcmp
    from tfcmp.explanation.explainer import Explainer
    from tfcmp.explanation.network import Network

    network = Network(tfcmp.load(run))
    explainers = {name: Explainer(network, name, options.steps) for name in ("ig", "occlusion")}
    ways = {
        "ig": lambda: explainers["ig"].explain(text, doubles=False),
        "occlusion": lambda: explainers["occlusion"].explain(text),
        "ig_by_node": by_node(network, text, options.steps),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in range(options.repeats):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - start)
    found = ways["ig"]()
    medians = {name: round(statistics.median(of), 3) for name, of in seconds.items()}
    return {
        "words": options.words,
        "tokens": len(found.reading.ids),
        "words_cut": found.describe()["words_cut"],
        "steps": options.steps,
        "completeness_error": found.completeness_error,
        "median_seconds": medians,
        "times_faster_than_by_node": round(medians["ig_by_node"] / medians["ig"], 2),
    }


def by_node(network, text: str, steps: int):
    """The function that takes one forward and one backward pass per node."""
    import numpy as np
    import tensorflow as tf

    from tfcmp.explanation.network import replaced_output
    from tfcmp.explanation.reading import read_text

    reading = read_text(network.tokenizer, text)
    ids = tf.constant(reading.ids[None])
    mask = network.tokenizer.mask_id
    hidden = tf.fill(tf.shape(ids), network.tokenizer.padding_id if mask is None else mask)
    end = network.embedding(ids)
    special = tf.constant(reading.is_special)[None, :, None]
    begin = tf.where(special, end, network.embedding(hidden))
    places, weights = np.polynomial.legendre.leggauss(steps)

    @tf.function
    def gradient(vectors):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(vectors)
            with replaced_output(network.embedding, vectors):
                logit = network.core(ids, training=False)[:, 0]
        return tape.gradient(logit, vectors)

    def attribute() -> float:
        total = tf.zeros_like(end)
        for place, weight in zip((places + 1) / 2, weights / 2, strict=True):
            vectors = begin + tf.cast(place, tf.float32) * (end - begin)
            total += tf.cast(weight, tf.float32) * gradient(vectors)
        return float(tf.reduce_sum(total * (end - begin)))

    return attribute


if __name__ == "__main__":
    main()
