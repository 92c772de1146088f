"""explanation.json: how good the explanations of a run are."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, cast

import numpy as np
import yaml

from tfcmp.errors import CallError, WorkError
from tfcmp.evaluation.intervals import mean_interval, ratio_contributions
from tfcmp.explanation.assessing import RANDOM_RANKINGS, TEXTS_OF_SANITY, Explainers, assess
from tfcmp.explanation.explainer import GRADIENTS, METHODS, OCCLUSION, Explainer, Method
from tfcmp.explanation.gradients import MOST_STEPS, TOLERANCE
from tfcmp.explanation.measures import SHARES
from tfcmp.explanation.network import Network
from tfcmp.explanation.samples import SEED_OF_SAMPLE, Example
from tfcmp.inference.classifier import Classifier, load_classifier
from tfcmp.records.explanation import (
    AgreementOfSeed,
    Completeness,
    Estimate,
    Figures,
    MethodFigures,
    RandomFigures,
    Sanity,
    SanityOfMethod,
    TextFaithfulness,
    TextRow,
)
from tfcmp.records.explanation import Explanation as ExplanationFile
from tfcmp.runs.artifacts import write_later
from tfcmp.runs.directory import RunDirectory, open_run
from tfcmp.runs.layout import CONFIG, EXPLANATION, MODEL, PREDICTIONS, SPLIT

# Explanations that resemble those of a shuffled model this much do not depend on what it learned.
LARGEST_RESEMBLANCE = 0.5
MEASURES: tuple[Literal["comprehensiveness"], Literal["sufficiency"]] = (
    "comprehensiveness",
    "sufficiency",
)
PLAUSIBILITIES: tuple[Literal["plausibility"], Literal["plausibility_by_magnitude"]] = (
    "plausibility",
    "plausibility_by_magnitude",
)
# What the axes at the top of explanation.json are.
MEASURE = "share of the logit margin"


def evaluate_explanations(
    run: RunDirectory,
    examples: Sequence[Example],
    texts_of: str,
    others: Sequence[Path],
    method: Method | None,
    steps: int,
    command: str,
) -> ExplanationFile:
    """Measures the explanations of `examples` and writes explanation.json into the run.

    Args:
        run: a complete run.
        examples: the texts.
        texts_of: where they come from: "test" or the name of a file.
        others: runs of other seeds, whose explanations are compared.
        method: "ig" or "occlusion"; None takes all that the model allows.
        steps: nodes of integrated gradients to begin with.
        command: that makes the file again.

    Returns:
        What was written, but for the checksums.

    Raises:
        CallError: another run has other classes, or the method does not suit the model.
        WorkError: no text has a word that the model reads.
    """
    explainers = make_explainers(load_classifier(run.path), method, steps)
    compared = [_other(run, path, explainers, steps) for path in others]
    rows, left_out = assess(explainers, examples, compared)
    if not rows:
        raise WorkError("nothing to measure: the model reads no word of any of the texts")
    figures: dict[str, object] = {
        **summarise(rows),
        "sample": {
            "texts_of": texts_of,
            "texts": len(rows),
            "groups": len({row["group"] for row in rows}),
            "seed": SEED_OF_SAMPLE,
            "median_words": float(np.median([row["words"] for row in rows])),
            "left_out": left_out,
        },
        "settings": {
            "shares_of_words": list(SHARES),
            "steps": steps,
            "most_steps": MOST_STEPS,
            "random_rankings": RANDOM_RANKINGS,
            "texts_of_sanity": min(TEXTS_OF_SANITY, len(rows)),
            "baseline": _baseline(explainers),
        },
        "texts": rows,
    }
    content = cast("ExplanationFile", figures)
    if others:
        content.setdefault("agreement", {})["seeds"] = [
            _agreement_of_seed(run, path, rows, number) for number, path in enumerate(others)
        ]
    write_later(run, EXPLANATION, {**content}, command, [CONFIG, MODEL, PREDICTIONS, SPLIT])
    return content


def lines(content: ExplanationFile) -> list[str]:
    """The main figures, one line each, for people."""
    told = [f"{content['sample']['texts']} texts of {content['sample']['texts_of']}"]
    told += [
        f"{content['method']} {name} {_shown(content[name])} of the logit margin"
        for name in MEASURES
    ]
    methods = [method for method in METHODS if method in content["methods"]]
    for method in methods:
        of = content["methods"][method]
        told += [
            f"{method} {name} {_shown(of[name])}, random {content['random'][name]['value']:.3f}"
            for name in MEASURES
        ]
        if "plausibility" in of:
            told.append(f"{method} plausibility {_shown(of['plausibility'])}, random 0.000")
        sanity = content["sanity"][method]
        verdict = {True: "passed", False: "FAILED", None: "not measured"}[sanity["passed"]]
        told.append(f"{method} sanity {verdict}: resemblance {_shown(sanity['resemblance'])}")
        if "completeness" in of:
            within = of["completeness"]["share_within_tolerance"]
            told.append(f"{method} completeness error under 5 % in {within:.1%} of the texts")
        told.append(f"{method} {of['seconds']['median']:.2f} s per explanation (median)")
    agreement = content.get("agreement", {})
    if "methods" in agreement:
        told.append(f"agreement of the methods {_shown(agreement['methods'])}")
    for other in agreement.get("seeds", []):
        told += [
            f"agreement with {other['run']}, {method} {_shown(other[method])}" for method in methods
        ]
    return told


def _shown(figure: Estimate) -> str:
    if figure["value"] is None:
        return "not defined"
    if "low" not in figure:
        return f"{figure['value']:.3f}"
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"


def make_explainers(classifier: Classifier, method: Method | None, steps: int) -> Explainers:
    """One explainer per method that is asked for, or that the model allows."""
    network = Network(classifier)
    allowed = [m for m in METHODS if m != GRADIENTS or network.embedding is not None]
    names = allowed if method is None else [method]
    return {name: Explainer(network, name, steps) for name in names}


def _other(run: RunDirectory, path: Path, methods: Iterable[Method], steps: int) -> Explainers:
    """The explainers of a run that is compared with `run`."""
    mine, other = (one.read_json(SPLIT)["classes"] for one in (run, open_run(path)))
    if mine != other:
        raise CallError(f"--other {path}: expected the classes {mine}, got {other}")
    network = Network(load_classifier(path))
    return {name: Explainer(network, name, steps) for name in methods}


def _agreement_of_seed(
    run: RunDirectory, path: Path, rows: Sequence[TextRow], number: int
) -> AgreementOfSeed:
    """Which run it is, whether it differs from `run` in nothing but the seed, and correlations."""
    mine, its = (
        yaml.safe_load(one.file(CONFIG).read_text(encoding="utf-8"))
        for one in (run, RunDirectory(path))
    )
    mine["seed"], seed = its["seed"], its["seed"]
    agreement: AgreementOfSeed = {
        "run": path.resolve().name,
        "model": its["model"],
        "seed": seed,
        "differs_in_seed_only": mine == its,
    }
    for method, of in agreement_of_seeds(rows, number).items():
        agreement[method] = of
    return agreement


def _baseline(explainers: Explainers) -> str | None:
    gradients = explainers[GRADIENTS].gradients if GRADIENTS in explainers else None
    return None if gradients is None else gradients.baseline_name


def summarise(rows: Sequence[TextRow]) -> Figures:
    """All figures; intervals are at 95 %, cluster-robust over the groups.

    Args:
        rows: of `assessing.assess`, at least one.

    Returns:
        The axes at the top: comprehensiveness and sufficiency as shares of the logit margin and,
        where the deciding words are known, plausibility. They are those of leaving words out, which
        every model allows, where that was measured. The rest stands under named objects.
    """
    methods = _methods(rows)
    of_methods = {method: _of_method(rows, method) for method in methods}
    of_axes = OCCLUSION if OCCLUSION in methods else methods[0]
    main = of_methods[of_axes]
    sanity: Sanity = {"largest_resemblance": LARGEST_RESEMBLANCE}
    for method in methods:
        sanity[method] = _sanity(rows, method)
    figures: Figures = {
        "method": of_axes,
        "measure": MEASURE,
        "comprehensiveness": main["comprehensiveness_of_margin"],
        "sufficiency": main["sufficiency_of_margin"],
        "methods": {str(method): of for method, of in of_methods.items()},
        "random": _faithfulness(rows, [row["random"] for row in rows]),
        "sanity": sanity,
    }
    if "plausibility" in main:
        figures["plausibility"] = main["plausibility"]
    if len(methods) == 2:
        figures["agreement"] = {"methods": _mean(rows, [row["agreement"] for row in rows])}
    return figures


def agreement_of_seeds(rows: Sequence[TextRow], number: int) -> dict[Method, Estimate]:
    """Rank correlations with the `number`-th other run, by method."""
    return {
        method: _mean(rows, [row[method]["seeds"][number] for row in rows])
        for method in _methods(rows)
    }


def _methods(rows: Sequence[TextRow]) -> list[Method]:
    return [method for method in METHODS if method in rows[0]]


def _faithfulness(rows: Sequence[TextRow], rankings: Sequence[TextFaithfulness]) -> RandomFigures:
    return {
        "comprehensiveness": _mean(rows, [one["comprehensiveness"] for one in rankings]),
        "comprehensiveness_of_margin": _share_of_margin(
            rows, [one["margin_comprehensiveness"] for one in rankings]
        ),
        "sufficiency": _mean(rows, [one["sufficiency"] for one in rankings]),
        "sufficiency_of_margin": _share_of_margin(
            rows, [one["margin_sufficiency"] for one in rankings]
        ),
    }


def _of_method(rows: Sequence[TextRow], method: Method) -> MethodFigures:
    seconds = np.array([row[method]["seconds"] for row in rows])
    less_random = {
        name: _mean(rows, [row[method][name] - row["random"][name] for row in rows])
        for name in MEASURES
    }
    of_all: dict[str, object] = {
        **_faithfulness(rows, [row[method] for row in rows]),
        "comprehensiveness_less_random": less_random["comprehensiveness"],
        "sufficiency_less_random": less_random["sufficiency"],
        "seconds": {
            "median": float(np.median(seconds)),
            "p90": float(np.quantile(seconds, 0.9)),
            "mean": float(seconds.mean()),
        },
    }
    figures = cast("MethodFigures", of_all)
    for name in PLAUSIBILITIES:
        if any(name in row[method] for row in rows):
            figures[name] = _mean(rows, [row[method].get(name) for row in rows])
    if "steps" in rows[0][method]:
        figures["completeness"] = _completeness(rows, method)
    return figures


def _completeness(rows: Sequence[TextRow], method: Method) -> Completeness:
    errors = np.array([row[method]["completeness_error"] for row in rows])
    steps, counts = np.unique([row[method]["steps"] for row in rows], return_counts=True)
    return {
        "median": float(np.median(errors)),
        "p95": float(np.quantile(errors, 0.95)),
        "max": float(errors.max()),
        "tolerance": TOLERANCE,
        "share_within_tolerance": float(np.mean(errors < TOLERANCE)),
        "texts_by_steps": {str(s): int(n) for s, n in zip(steps, counts, strict=True)},
    }


def _sanity(rows: Sequence[TextRow], method: Method) -> SanityOfMethod:
    """Mean magnitude of the rank correlation with a shuffled model's explanation.

    Random scores of n words have a magnitude of 0.8 / sqrt(n) on average, not of 0.
    """
    compared = [row for row in rows if "sanity" in row[method]]
    correlations = [row[method]["sanity"][0] for row in compared]
    found = _mean(compared, [None if one is None else abs(one) for one in correlations])
    high = found["high"]
    return {"resemblance": found, "passed": None if high is None else high < LARGEST_RESEMBLANCE}


def _share_of_margin(rows: Sequence[TextRow], losses: Sequence[float]) -> Estimate:
    """What the texts lose of their logit margins together, as a share of these.

    It has no bounds, and so no interval where all texts are of one group.
    """
    margins = np.array([row["margin"] for row in rows])
    if margins.sum() <= 0:
        return {"value": None, "texts": len(rows)}
    groups = np.array([row["group"] for row in rows])
    interval = mean_interval(
        ratio_contributions(np.array(losses), margins), groups, (-np.inf, np.inf)
    )
    share: Estimate = {"value": float(interval.value), "texts": len(rows)}
    if np.isfinite(interval.low):
        share["low"], share["high"] = float(interval.low), float(interval.high)
    return share


def _mean(rows: Sequence[TextRow], values: Sequence[float | None]) -> Estimate:
    """Mean with interval of the values that there are, one per row, and their number."""
    pairs = [(v, row["group"]) for v, row in zip(values, rows, strict=True) if v is not None]
    if not pairs:
        return {"value": None, "low": None, "high": None, "texts": 0}
    found, groups = (np.array(column) for column in zip(*pairs, strict=True))
    interval = mean_interval(found.astype(np.float64), groups, (-1.0, 1.0))
    value, low, high = map(float, interval)
    return {"value": value, "low": low, "high": high, "texts": len(found)}
