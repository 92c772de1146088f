"""Computes again what a run states, and names what differs.

It detects damage and slips, not forgery: whoever changes a file and everything that rests on it
alike is not found out.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tfcmp.config.default_paths import source_name
from tfcmp.errors import TfcmpError
from tfcmp.evaluation.metrics import selection_score
from tfcmp.evaluation.summary import INTERVAL_METHOD, summarise
from tfcmp.reporting.load.runs import SPLITS, Answers, read_answers, read_configuration, read_lines
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import is_sound, sha256_of
from tfcmp.runs.layout import (
    ENVIRONMENT,
    LISTED,
    METRICS,
    MODEL,
    PREDICTIONS,
    PUBLISHED_FROM,
    RESULT,
    SPLIT,
)
from tfcmp.verification.artifacts import check_artifacts
from tfcmp.verification.findings import Finding, below, unchecked
from tfcmp.verification.splits import check_splits

# Sums of the same numbers differ by that much between machines.
TOLERANCE = 1e-9
# Share of the validation texts that the log and the saved model may answer differently: the log was
# written in the precision of training, the predictions in float32.
SHARE_EXACT, SHARE_ROUNDED = 0.001, 0.01
LOSS_TOLERANCE = 1e-3


def verify_run(path: Path) -> list[Finding]:
    """What differs in a complete run, and what could not be checked."""
    found: list[Finding] = []
    try:
        found.extend(_check(RunDirectory(path)))
    except TfcmpError as error:
        found.append(Finding(str(error)))
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        told = f"a file has not the expected content ({type(error).__name__}: {error})"
        found.append(Finding(told))
    return list(below(path, found))


def _check(run: RunDirectory) -> Iterator[Finding]:
    result, split = run.read_json(RESULT), run.read_json(SPLIT)
    yield from _checksums(run, result)
    yield from _course(run.path, result)
    answers = read_answers(run.file(PREDICTIONS))
    yield from _metrics(answers, result, split)
    yield from _logged(run, result)
    yield from check_splits(answers, split)
    yield from check_artifacts(run, answers)


def _checksums(run: RunDirectory, result: Mapping[str, Any]) -> Iterator[Finding]:
    """Of all files of the run; the weights are not part of a publication."""
    yield from check_seal(RESULT, result)
    names = [name for name in LISTED if name != MODEL or PUBLISHED_FROM not in result]
    yield from compare_checksums(run.path, result.get("files", {}), names)


def check_seal(name: str, content: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether a file has a checksum of its own, and is what it was when that was written."""
    if "sha256" not in content:
        yield Finding(
            f"{name}: it has no checksum of its own (sha256): the line was removed, or tfcmp wrote "
            "the file before there was one, and what cannot be computed again is not known to be "
            "as it was written"
        )
    elif not is_sound(content):
        yield Finding(f"{name}: its checksum is not the one that was recorded")


def compare_checksums(
    path: Path, sums: Mapping[str, str], names: Sequence[str]
) -> Iterator[Finding]:
    """Files of `path` that are missing or have other checksums than were recorded."""
    for name in names:
        file = path / name
        if not file.is_file():
            yield Finding(f"{name}: missing")
        elif sha256_of(file) != sums.get(name):
            yield Finding(f"{name}: its checksum is not the one that was recorded")


def _course(path: Path, result: Mapping[str, Any]) -> Iterator[Finding]:
    """Compares what result.json takes from the configuration and the log."""
    configuration = read_configuration(path)
    epochs = _epochs(path)
    selection = configuration.get("training", {}).get("selection", "accuracy")
    scores = [
        selection_score(selection, {selection: line[f"validation_{selection}"]}) for line in epochs
    ]
    expected = {
        "model": configuration.get("model"),
        "seed": configuration.get("seed"),
        "data": source_name(str(configuration.get("data", {}).get("source"))),
        "epochs": len(epochs),
        "best_epoch": int(np.argmax(scores)) + 1 if scores else 0,
    }
    found = {**result, "data": source_name(str(result.get("data")))}
    for name, value in expected.items():
        if found.get(name) != value:
            yield Finding(f"{RESULT}: {name} is {found.get(name)!r}, recomputed {value!r}")


def _epochs(path: Path) -> list[dict[str, Any]]:
    return [line for line in read_lines(path) if line.get("event") == "epoch"]


def _logged(run: RunDirectory, result: Mapping[str, Any]) -> Iterator[Finding]:
    """Compares the validation scores of the saved model with those of its epoch in the log."""
    best = [line for line in _epochs(run.path) if line.get("epoch") == result["best_epoch"]]
    if not best:
        yield Finding(f"{METRICS}: it has no epoch {result['best_epoch']}, the best of {RESULT}")
        return
    stated, count = result["validation"], result["validation"]["examples"]["value"]
    is_exact = _is_exact(run)
    share = SHARE_EXACT if is_exact else SHARE_ROUNDED
    answered_otherwise = math.floor(share * count) + (not is_exact)
    logged, saved = best[0]["validation_accuracy"], stated["accuracy"]["value"]
    if abs(logged - saved) * count > answered_otherwise + TOLERANCE * count:
        yield Finding(
            f"{METRICS}: the validation accuracy of epoch {result['best_epoch']}, the best one, is "
            f"{logged:.6g}, that of the predictions {saved:.6g}"
        )
    logged, saved = best[0]["validation_loss"], stated["nll"]["value"]
    if is_exact and not math.isclose(logged, saved, rel_tol=LOSS_TOLERANCE, abs_tol=LOSS_TOLERANCE):
        yield Finding(
            f"{METRICS}: the validation loss of epoch {result['best_epoch']}, the best one, is "
            f"{logged:.6g}, that of the predictions {saved:.6g}"
        )


def _is_exact(run: RunDirectory) -> bool:
    """Whether validation was answered during training as it was at the end: in float32, alike."""
    environment, configuration = run.read_json(ENVIRONMENT), read_configuration(run.path)
    return (
        environment.get("device") == "cpu"
        and environment.get("precision") == "float32"
        and environment.get("replicas", 1) == 1
        and configuration.get("architecture", {}).get("lora_rank") is None
    )


def _metrics(
    answers: dict[str, Answers], result: Mapping[str, Any], split: dict[str, Any]
) -> Iterator[Finding]:
    """Compares classes and all metrics of both splits."""
    if result.get("classes") != split.get("classes"):
        yield Finding(f"{RESULT}: classes are not those of {SPLIT}")
    if result.get("interval_method") != INTERVAL_METHOD:
        yield unchecked(
            f"{RESULT}: its intervals were computed by another method than this tfcmp has "
            f"({result.get('interval_method')})"
        )
    for name in SPLITS:
        of = answers[name]
        recomputed = summarise(of.labels, of.probabilities, of.groups)
        stated = result.get(name, {})
        if result.get("interval_method") != INTERVAL_METHOD:
            recomputed, stated = _without_ends(recomputed), _without_ends(stated)
        for metric in sorted(recomputed.keys() | stated.keys()):
            yield from _numbers(
                f"{RESULT}: {name}.{metric}", stated.get(metric), recomputed.get(metric)
            )


def _without_ends(metrics: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {part: value for part, value in of.items() if part not in ("low", "high")}
        for name, of in metrics.items()
    }


def _numbers(where: str, stated: Any, recomputed: Any) -> Iterator[Finding]:
    stated, recomputed = stated or {}, recomputed or {}
    for part in sorted(stated.keys() | recomputed.keys()):
        if not is_same(stated.get(part), recomputed.get(part)):
            yield Finding(
                f"{where}.{part} is {json.dumps(stated.get(part))}, "
                f"recomputed {json.dumps(recomputed.get(part))}"
            )


def is_same(stated: Any, recomputed: Any) -> bool:
    """Whether two values agree, numbers up to rounding."""
    if isinstance(stated, int | float) and isinstance(recomputed, int | float):
        return math.isclose(stated, recomputed, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(stated == recomputed)
