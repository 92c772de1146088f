"""Texts of IMDB to word tokens, by the rules of new tokenizers and by those of runs saved earlier.

    python benchmarks/tokenizing.py --texts 5000 --rounds 7

Both split the same texts in turn, on one thread; the fastest round of each counts.
"""

import argparse
import itertools
import time

from tfcmp.command.quiet import import_tensorflow
from tfcmp.data.sources.imdb import ImdbSource

TEXTS_PER_STEP = 512


def main() -> None:
    """Prints seconds of both and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    import_tensorflow()
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    from tfcmp.models.word_tokenizer import WordTokenizer

    records = itertools.islice(ImdbSource().records(), options.texts)
    texts = [record.text.encode() for record in records]
    steps = [
        tf.constant(texts[start : start + TEXTS_PER_STEP])
        for start in range(0, len(texts), TEXTS_PER_STEP)
    ]
    splits = {
        version: tf.function(
            WordTokenizer(None, splitting=version).split,
            input_signature=[tf.TensorSpec([None], tf.string)],
        )
        for version in (1, 2)
    }
    seconds: dict[int, list[float]] = {version: [] for version in splits}
    for _ in range(options.rounds + 1):
        for version, split in splits.items():
            start = time.process_time()
            for step in steps:
                split(step)
            seconds[version].append(time.process_time() - start)
    # The first round traces.
    earlier, new = (min(of[1:]) for of in seconds.values())
    print(
        f"{len(texts):,} texts: {earlier:.3f} s by the earlier rules, {new:.3f} s by the new ones"
    )
    print(f"ratio {new / earlier:.2f} (processor time, one thread)")


if __name__ == "__main__":
    main()
