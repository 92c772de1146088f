"""Texts that a classifier answers, timed: one by one, many at once, by length and by query."""

import itertools
import time
from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf

from tfcmp.data.batches import evaluation_order
from tfcmp.evaluation.times import inverted, quantile
from tfcmp.inference.classifier import Classifier
from tfcmp.inference.texts import TEXTS_PER_WINDOW
from tfcmp.measurement.cases import InferenceCase
from tfcmp.records.bench import BatchPoint, LengthPoint, Offline, Percentiles, SingleStream

WARM_UP_QUERIES = 32
# Less than `predict` answers at once, so that a short sample has a spread.
TEXTS_PER_SHORT_WINDOW = 512
# Queries of a point of a curve: fewer than of the figures that are published.
QUERIES_OF_A_CURVE = 100
NO_MEMORY = "the device's memory is too small for a query of {} texts; try smaller --batch-sizes"


def single_stream(
    classifier: Classifier,
    texts: list[str],
    queries: int,
    seconds: float,
    observe: Callable[[], None] = lambda: None,
) -> SingleStream:
    """One text at a time, the next when the last is answered: times from text to probabilities.

    Args:
        classifier: warm or not; some queries before the first timed one make it so.
        texts: drawn from with replacement, so that the times are independent draws.
        queries: at least that many.
        seconds: and at least that long.
        observe: called between the queries.
    """
    tokenising: list[float] = []
    whole: list[float] = []
    turn = _drawn(texts)
    for _ in range(WARM_UP_QUERIES):
        classifier.probabilities([next(turn)])
    start = time.perf_counter()
    while len(whole) < queries or time.perf_counter() - start < seconds:
        text = next(turn)
        asked = time.perf_counter()
        ids = classifier.tokenize([text])
        split = time.perf_counter()
        classifier.probabilities_of(ids)
        whole.append(time.perf_counter() - asked)
        tokenising.append(split - asked)
        observe()
    return {
        "queries": len(whole),
        "seconds": time.perf_counter() - start,
        "milliseconds": _percentiles(whole),
        "tokenising_milliseconds": _percentiles(tokenising),
    }


def measure_offline(
    classifier: Classifier,
    texts: list[str],
    case: InferenceCase,
    observe: Callable[[], None] = lambda: None,
) -> tuple[Offline, np.ndarray]:
    """As many texts per second as go, all of them known beforehand; and the answers.

    A full sample ends when both the number of texts and the seconds are reached, a short one when
    either is.

    Windows of texts are timed one by one: their spread gives the interval. The first is answered
    once before the clock starts: many batches at once may take another path than a single text,
    which some engines compile when it is first asked for.
    """
    size = TEXTS_PER_WINDOW if case.is_full else TEXTS_PER_SHORT_WINDOW
    windows = [texts[start : start + size] for start in range(0, len(texts), size)]
    classifier.probabilities(windows[0])
    answers, lengths, rates, tokenising, samples = [], [], [], 0.0, 0
    start = time.perf_counter()
    for number, window in enumerate(itertools.cycle(windows)):
        asked = time.perf_counter()
        ids = classifier.tokenize(window)
        tokenising += time.perf_counter() - asked
        probabilities = classifier.probabilities_of(ids)
        rates.append((time.perf_counter() - asked) / len(window))
        samples += len(window)
        if number < len(windows):
            answers.append(probabilities)
            lengths.append(np.array([len(row) for row in ids]))
        observe()
        reached = (samples >= case.samples, time.perf_counter() - start >= case.seconds)
        if all(reached) if case.is_full else any(reached):
            break
    seconds = time.perf_counter() - start
    rate, of_windows = samples / seconds, inverted(quantile(rates, 0.5), 1.0)
    return {
        "samples": samples,
        "seconds": seconds,
        "examples_per_second": {
            **of_windows,
            "value": rate,
            "low": min(rate, of_windows["low"]),
            "high": max(rate, of_windows["high"]),
        },
        "tokenising_share": tokenising / seconds,
        "padding_share": padding_share(lengths, classifier.tokens_per_batch),
    }, np.concatenate(answers)


def padding_share(windows: list[np.ndarray], tokens_per_batch: int) -> float:
    """Share of padding among the tokens of all padded batches.

    Args:
        windows: of each the tokens of its texts.
        tokens_per_batch: of the classifier, by which it cuts a window into batches.
    """
    tokens = sum(int(lengths.sum()) for lengths in windows)
    padded_tokens = sum(
        len(rows) * int(lengths[rows].max())
        for lengths in windows
        for rows in evaluation_order(lengths, np.arange(len(lengths)), tokens_per_batch)
    )
    return 1 - tokens / padded_tokens


def curve_by_length(
    classifier: Classifier, texts: list[str], lengths: tuple[int, ...]
) -> dict[str, LengthPoint]:
    """Single-stream times of texts that are cut to about so many tokens."""
    found: dict[str, LengthPoint] = {}
    for length in lengths:
        cut = _cut(classifier, texts, length)
        if not cut:
            found[str(length)] = {"left_out": f"no text of the sample has {length} tokens"}
            continue
        measured = single_stream(classifier, cut, QUERIES_OF_A_CURVE, 0.0)
        tokens = float(np.mean([len(ids) for ids in classifier.tokenize(cut)]))
        found[str(length)] = {
            "mean_tokens": tokens,
            "queries": measured["queries"],
            "seconds": measured["seconds"],
            "milliseconds": measured["milliseconds"],
            "tokenising_milliseconds": measured["tokenising_milliseconds"],
        }
    return found


def curve_by_batch(
    classifier: Classifier, texts: list[str], sizes: tuple[int, ...]
) -> dict[str, BatchPoint]:
    """Times and throughput of queries of several texts.

    A size that the device has no memory for is left out with that reason: the others stand.
    """
    found: dict[str, BatchPoint] = {}
    for size in sizes:
        try:
            seconds = timed_queries(classifier, texts, size)
        except tf.errors.ResourceExhaustedError:
            found[str(size)] = {"left_out": NO_MEMORY.format(size)}
            continue
        found[str(size)] = {
            "queries": len(seconds),
            "milliseconds": _percentiles(seconds),
            "examples_per_second": inverted(quantile(seconds, 0.5), float(size)),
        }
    return found


def timed_queries(classifier: Classifier, texts: list[str], size: int) -> list[float]:
    """Seconds of each of some queries of `size` texts, after two that warm up."""
    turn, seconds = _drawn(texts), []
    for number in range(QUERIES_OF_A_CURVE // min(size, 10) + 2):
        query = [next(turn) for _ in range(size)]
        asked = time.perf_counter()
        classifier.probabilities(query)
        if number > 1:
            seconds.append(time.perf_counter() - asked)
    return seconds


def _percentiles(seconds: list[float]) -> Percentiles:
    milliseconds = [1000 * value for value in seconds]
    return {
        "p50": quantile(milliseconds, 0.5),
        "p90": quantile(milliseconds, 0.9),
        "p99": quantile(milliseconds, 0.99),
    }


def _drawn(texts: list[str]) -> Iterator[str]:
    """Texts drawn with replacement, the same ones in every process."""
    draw = np.random.default_rng(0)
    while True:
        yield texts[int(draw.integers(len(texts)))]


def _cut(classifier: Classifier, texts: list[str], length: int) -> list[str]:
    """Texts that are long enough, cut to the words that hold about `length` tokens."""
    found = []
    for text in texts:
        words = text.split()
        # Words have one token or more: so many of them are enough, and then some are too many.
        tokens = len(classifier.tokenize([" ".join(words[:length])])[0])
        if tokens >= length:
            found.append(" ".join(words[: max(1, round(length * length / tokens))]))
        if len(found) == QUERIES_OF_A_CURVE:
            break
    return found
