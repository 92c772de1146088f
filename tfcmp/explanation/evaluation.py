"""explanation.json: how good the explanations of a run are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tfcmp.errors import CallError, WorkError
from tfcmp.explanation.assessing import RANDOM_RANKINGS, TEXTS_OF_SANITY, assess
from tfcmp.explanation.explainer import GRADIENTS, METHODS, Explainer
from tfcmp.explanation.faithfulness import SHARES
from tfcmp.explanation.gradients import MOST_STEPS
from tfcmp.explanation.network import Network
from tfcmp.explanation.samples import SEED_OF_SAMPLE, Example
from tfcmp.explanation.summary import agreement_of_seeds, summarise
from tfcmp.inference.classifier import Classifier, load_classifier
from tfcmp.runs.artifacts import write_later
from tfcmp.runs.directory import RunDirectory, open_run
from tfcmp.runs.layout import CONFIG, EXPLANATION, MODEL, PREDICTIONS, SPLIT


def evaluate_explanations(
    run: RunDirectory,
    examples: Sequence[Example],
    texts_of: str,
    others: Sequence[Path],
    method: str | None,
    steps: int,
    command: str,
) -> dict[str, Any]:
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
    compared = [_other(run, path, tuple(explainers), steps) for path in others]
    rows, left_out = assess(explainers, examples, compared)
    if not rows:
        raise WorkError("nothing to measure: the model reads no word of any of the texts")
    content = {
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
    if others:
        content.setdefault("agreement", {})["seeds"] = [
            {**_identity(run, path), **agreement_of_seeds(rows, number)}
            for number, path in enumerate(others)
        ]
    write_later(run, EXPLANATION, content, command, [CONFIG, MODEL, PREDICTIONS, SPLIT])
    return content


def lines(content: dict[str, Any]) -> list[str]:
    """The main figures, a line each, for people."""
    told = [f"{content['sample']['texts']} texts of {content['sample']['texts_of']}"]
    told += [
        f"{content['method']} {name} {_shown(content[name])} of the logit margin"
        for name in ("comprehensiveness", "sufficiency")
    ]
    for method, of in content["methods"].items():
        for name in ("comprehensiveness", "sufficiency", "plausibility"):
            if name in of:
                by_chance = content["random"].get(name, {"value": 0.0})
                told.append(f"{method} {name} {_shown(of[name])}, random {by_chance['value']:.3f}")
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
            f"agreement with {other['run']}, {method} {_shown(other[method])}"
            for method in content["methods"]
        ]
    return told


def _shown(figure: dict[str, Any]) -> str:
    if figure["value"] is None:
        return "not defined"
    if "low" not in figure:
        return f"{figure['value']:.3f}"
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"


def make_explainers(classifier: Classifier, method: str | None, steps: int) -> dict[str, Explainer]:
    """One explainer per method that is asked for, or that the model allows."""
    network = Network(classifier)
    allowed = [m for m in METHODS if m != GRADIENTS or network.embedding is not None]
    names = allowed if method is None else [method]
    return {name: Explainer(network, name, steps) for name in names}


def _other(run: RunDirectory, path: Path, methods: tuple[str, ...], steps: int):
    """The explainers of a run that is compared with `run`."""
    mine, other = (one.read_json(SPLIT)["classes"] for one in (run, open_run(path)))
    if mine != other:
        raise CallError(f"--other {path}: expected the classes {mine}, got {other}")
    network = Network(load_classifier(path))
    return {name: Explainer(network, name, steps) for name in methods}


def _identity(run: RunDirectory, path: Path) -> dict[str, Any]:
    """Which run it is, and whether it differs from `run` in nothing but the seed."""
    import yaml

    other = RunDirectory(path)
    mine, its = (
        yaml.safe_load(one.file(CONFIG).read_text(encoding="utf-8")) for one in (run, other)
    )
    seed = its.pop("seed")
    mine.pop("seed")
    return {
        "run": path.resolve().name,
        "model": its["model"],
        "seed": seed,
        "differs_in_seed_only": mine == its,
    }


def _baseline(explainers: dict[str, Explainer]) -> str | None:
    gradients = explainers[GRADIENTS].gradients if GRADIENTS in explainers else None
    return None if gradients is None else gradients.baseline_name
