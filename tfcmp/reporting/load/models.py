"""Runs that differ in nothing but the seed are results of one model."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from tfcmp.errors import CallError
from tfcmp.evaluation.intervals import Clusters
from tfcmp.evaluation.stability import SeedSpread, seed_spread
from tfcmp.reporting.load.runs import Answers, Run

BASELINE = "bag_of_ngrams"
RECURRENT = ("simple_rnn", "lstm", "gru")
TRANSFORMER = "transformer"
# Of every other model.
PRETRAINED = "pretrained"


@dataclass(frozen=True)
class ModelResult:
    """One configuration, trained with one seed or several.

    Attributes:
        label: unique name in this report.
        runs: complete runs, by seed.
    """

    label: str
    runs: tuple[Run, ...]

    @property
    def model(self) -> str:
        """Name of the model in the catalogue."""
        return self.runs[0].model

    @property
    def configuration(self) -> dict[str, Any]:
        """That of its first run; the others differ in the seed alone."""
        return self.runs[0].configuration

    @property
    def first(self) -> Answers:
        """Test answers of the first run; labels, groups and lengths are the same in all."""
        return self.runs[0].answers["test"]

    @cached_property
    def correct(self) -> npt.NDArray[np.bool_]:
        """(seeds, n) whether each test text is answered right."""
        return np.stack([run.answers["test"].correct for run in self.runs])

    @cached_property
    def predicted(self) -> npt.NDArray[np.intp]:
        """(seeds, n) predicted classes of the test texts."""
        return np.stack([run.answers["test"].predicted for run in self.runs])

    @cached_property
    def spread(self) -> SeedSpread:
        """Test accuracies over its seeds."""
        return seed_spread([float(row.mean()) for row in self.correct])

    @property
    def is_baseline(self) -> bool:
        """Whether it is the row that every network has to beat."""
        return self.model == BASELINE

    @property
    def family(self) -> str:
        """Linear, recurrent, transformer (from scratch) or pretrained."""
        return family_of(self.model)

    @property
    def is_recurrent(self) -> bool:
        """Whether it is a recurrent network."""
        return self.model in RECURRENT


def family_of(model: str) -> str:
    """Family of a model by its name, or by a name that begins with it, such as "gru_5000"."""
    families = {BASELINE: "linear", TRANSFORMER: "transformer"}
    families |= dict.fromkeys(RECURRENT, "recurrent")
    return next((of for name, of in families.items() if model.startswith(name)), PRETRAINED)


def make_models(runs: Sequence[Run]) -> tuple[ModelResult, ...]:
    """Groups runs by label and configuration, in the order in which they come.

    Raises:
        CallError: they were not tested on the same texts and classes, or one seed came twice.
    """
    check_same_test(runs)
    grouped: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        grouped.setdefault((run.label, _without_seed(run.configuration)), []).append(run)
    for members in grouped.values():
        _check_seeds(members)
    labels = _unique_labels([members[0] for members in grouped.values()])
    return tuple(
        ModelResult(label, tuple(sorted(members, key=lambda run: run.seed)))
        for label, members in zip(labels, grouped.values(), strict=True)
    )


def check_same_test(runs: Iterable[Run]) -> None:
    """Compares test splits and classes.

    Raises:
        CallError: they differ.
    """
    tests: dict[tuple[str, str], list[str]] = {}
    for run in runs:
        fingerprint = run.split["splits"]["test"]["fingerprint"]
        key = (fingerprint, json.dumps(run.result["classes"]))
        tests.setdefault(key, []).append(run.name)
    if len(tests) > 1:
        sides = "; ".join(
            f"test split {fingerprint[:8]} with classes {classes}: {', '.join(names)}"
            for (fingerprint, classes), names in tests.items()
        )
        raise CallError(
            f"these runs cannot be compared, as they were not tested on the same texts and "
            f"classes ({sides}); report on them one side at a time"
        )


def test_groups(models: Sequence[ModelResult]) -> Clusters:
    """(n,) groups of the test texts; of several ways to group them the coarsest."""
    candidates = [run.answers["test"].groups for model in models for run in model.runs]
    return min(candidates, key=lambda groups: len(np.unique(groups)))


def flat_settings(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by dotted name."""
    flat: dict[str, Any] = {}
    for name, value in configuration.items():
        if isinstance(value, dict):
            flat.update({f"{name}.{inner}": of for inner, of in flat_settings(value).items()})
        else:
            flat[name] = value
    return flat


def _without_seed(configuration: dict[str, Any]) -> str:
    kept = {name: value for name, value in configuration.items() if name != "seed"}
    return json.dumps(kept, sort_keys=True, default=str)


def _check_seeds(members: list[Run]) -> None:
    by_seed: dict[int, str] = {}
    for run in members:
        if run.seed in by_seed:
            raise CallError(
                f"{by_seed[run.seed]} and {run.name} have the same configuration and the same "
                f"seed ({run.seed}): counted as two they would feign a smaller spread; leave one "
                "of them out"
            )
        by_seed[run.seed] = run.name


def _unique_labels(firsts: list[Run]) -> list[str]:
    """Labels; of equal ones each with the settings in which they differ behind it."""
    labels = []
    for run in firsts:
        twins = [other for other in firsts if other.label == run.label]
        labels.append(run.label if len(twins) == 1 else f"{run.label} ({_apart(run, twins)})")
    return labels


def _apart(run: Run, twins: list[Run]) -> str:
    settings = [flat_settings(twin.configuration) for twin in twins]
    own = flat_settings(run.configuration)
    differing = [
        name
        for name in own
        if name != "seed" and len({str(setting.get(name)) for setting in settings}) > 1
    ]
    return ", ".join(f"{name.rpartition('.')[2]} {own[name]}" for name in differing) or run.name
