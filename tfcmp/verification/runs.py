"""Computes again what a run states, and names what differs.

It detects damage and slips, not forgery: whoever changes a file and everything that rests on it
alike is not found out.
"""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tfcmp.config.default_paths import source_name
from tfcmp.data.corpus import groups_fingerprint, labels_fingerprint, parse_ids
from tfcmp.errors import TfcmpError, WorkError
from tfcmp.evaluation.calibration import at_temperature, calibration, fit_temperature
from tfcmp.evaluation.metrics import selection_score
from tfcmp.evaluation.summary import INTERVAL_METHOD, summarise
from tfcmp.reporting.load.runs import (
    ARTIFACTS,
    SPLITS,
    Answers,
    read_answers,
    read_configuration,
    read_lines,
)
from tfcmp.runs.artifacts import read_later
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import (
    BENCH,
    ENVIRONMENT,
    LISTED,
    METRICS,
    MODEL,
    PREDICTIONS,
    PUBLISHED_FROM,
    RESULT,
    SPLIT,
    TEMPERATURE,
)
from tfcmp.verification.findings import (
    TOLERANCE,
    Finding,
    below,
    check_seal,
    compare_checksums,
    is_same,
    unchecked,
)

# Share of the validation texts that the log and the saved model may answer differently: the log was
# written in the precision of training, the predictions in float32.
SHARE_EXACT, SHARE_ROUNDED = 0.001, 0.01
LOSS_TOLERANCE = 1e-3
# Two searches for the same minimum agree to that.
TEMPERATURE_TOLERANCE = 1e-6
BENCH_WITHOUT_RUN = "python -m tfcmp.bench --model NAME --out FOLDER"
# What each was computed from, at least.
SOURCES = {name: PREDICTIONS if name == TEMPERATURE else MODEL for name in ARTIFACTS}


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


def check_splits(answers: Mapping[str, Answers], split: Mapping[str, Any]) -> Iterator[Finding]:
    """Compares sizes and fingerprints of validation and test.

    The texts of training are not among the predictions: their fingerprint is compared between the
    runs of a study.
    """
    for name in SPLITS:
        of, described = answers[name], split["splits"][name]
        yield from _sizes(name, of, described)
        hashes, copies = parse_ids(of.ids.tolist())
        found = labels_fingerprint(hashes, copies, of.labels, split["classes"])
        if found != described["fingerprint"]:
            yield Finding(
                f"{SPLIT}: {name}.fingerprint is {described['fingerprint'][:8]}, that of the texts "
                f"and labels in {PREDICTIONS} {found[:8]}: labels were changed, or other texts "
                "answered"
            )
        if "groups_fingerprint" in described and groups_of(of) != described["groups_fingerprint"]:
            yield Finding(
                f"{SPLIT}: {name}.groups_fingerprint is {described['groups_fingerprint'][:8]}, that "
                f"of the groups in {PREDICTIONS} {groups_of(of)[:8]}: the texts are grouped "
                "otherwise than when they were split"
            )
    if any("groups_fingerprint" not in split["splits"][name] for name in SPLITS):
        yield unchecked(
            f"{SPLIT}: it has no groups_fingerprint (the run was fitted by an earlier tfcmp), so "
            f"that the groups in {PREDICTIONS} are compared with those of other runs alone"
        )


def groups_of(answers: Answers) -> str:
    """Fingerprint of which texts are in one group."""
    return groups_fingerprint(*parse_ids(answers.ids.tolist()), answers.groups)


def _sizes(name: str, of: Answers, described: Mapping[str, Any]) -> Iterator[Finding]:
    counts = np.bincount(of.labels, minlength=len(described["class_sizes"])).tolist()
    facts = (
        ("size", described["size"], len(of.labels)),
        ("groups", described["groups"], len(np.unique(of.groups))),
        ("class_sizes", list(described["class_sizes"].values()), counts),
        ("different ids", described["size"], len(set(of.ids.tolist()))),
    )
    for fact, stated, found in facts:
        if stated != found:
            yield Finding(f"{SPLIT}: {name}.{fact} is {stated}, {PREDICTIONS} has {found}")


def check_artifacts(run: RunDirectory, answers: Mapping[str, Answers]) -> Iterator[Finding]:
    """Compares checksums and sources, and recomputes what comes from the predictions.

    Failure rates, contrasts, timings and explanations are not recomputed, as the model would have
    to answer again.
    """
    for name, way in ARTIFACTS.items():
        if not run.file(name).exists():
            continue
        try:
            content = read_later(run, name, way)
        except WorkError as error:
            yield Finding(str(error))
            continue
        if SOURCES[name] not in content.get("computed_from", {}):
            yield Finding(
                f"{name}: it does not say that it was computed from {SOURCES[name]} of this run; "
                f"make it again: {way}"
            )
        elif name == TEMPERATURE:
            yield from _check_temperature(content, answers)


def check_bench(folder: Path) -> Iterator[Finding]:
    """Compares the checksum of a bench.json that was measured without a run."""
    try:
        read_later(RunDirectory(folder), BENCH, BENCH_WITHOUT_RUN)
    except WorkError as error:
        yield Finding(str(error))


def _check_temperature(
    content: dict[str, Any], answers: Mapping[str, Answers]
) -> Iterator[Finding]:
    validation, test = answers["validation"], answers["test"]
    fitted = fit_temperature(validation.labels, validation.probabilities)
    stated = content["temperature"]["value"]
    if abs(fitted - stated) > TEMPERATURE_TOLERANCE * fitted:
        yield Finding(f"{TEMPERATURE}: temperature is {stated}, recomputed {fitted}")
        return
    after = calibration(test.labels, at_temperature(test.probabilities, stated))
    for metric in ("ece", "brier", "nll"):
        told, recomputed = content["test"]["after"][metric]["value"], getattr(after, metric)
        if abs(told - recomputed) > TEMPERATURE_TOLERANCE:
            yield Finding(f"{TEMPERATURE}: test.after.{metric} is {told}, recomputed {recomputed}")
