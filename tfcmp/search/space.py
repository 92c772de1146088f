"""The space of a search: for each setting the values that trials may give it. It is data."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from tfcmp.config.checks import check_configuration
from tfcmp.config.fields import Configuration
from tfcmp.config.file import read_settings
from tfcmp.errors import CallError
from tfcmp.models.catalogue import find_model
from tfcmp.runs.files import whole_file
from tfcmp.search.settings import (
    annotation_of,
    check_value,
    is_numeric,
    is_whole,
    setting_of,
    with_settings,
)

SCALES = ("linear", "log")
# Points of a range that a grid visits unless its entry says otherwise.
POINTS = 4
ENTRY = "{low: L, high: H, scale: linear|log, points: N}"
OPTIMIZER, RATE, BATCH = "training.optimizer", "training.learning_rate", "training.batch_size"
ADAPTIVE = ("rmsprop", "adam", "adamw")
# (lowest, highest) learning rate of SGD, and of the adaptive optimizers; batch sizes.
Ranges = tuple[tuple[float, float], tuple[float, float], tuple[int, ...]]
FROM_SCRATCH: Ranges = ((1e-2, 1.0), (1e-4, 1e-2), (16, 32, 64, 128))
LINEAR: Ranges = ((1e-2, 10.0), (1e-4, 1e-1), (16, 32, 64, 128))
FINE_TUNED: Ranges = ((1e-4, 1e-1), (1e-5, 3e-4), (16, 32, 64))
# The head alone, or low-rank updates that start at nothing: both are trained from scratch.
PARTLY_TRAINED: Ranges = ((1e-3, 1.0), (1e-4, 1e-2), (16, 32, 64))


@dataclass(frozen=True)
class Domain:
    """Values of one setting, a list or a range, perhaps for some values of another setting only.

    Attributes:
        setting: its dotted name.
        values: the list; empty for a range.
        low: lower end of the range, included.
        high: upper end of the range, included.
        scale: "linear", or "log" where equal ratios are to be equally likely.
        points: values of the range that a grid visits.
        is_whole: whether the range is one of whole numbers.
        parent: the other setting, "" where there is none.
        parent_values: its values that this domain is for.
    """

    setting: str
    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    scale: str = "linear"
    points: int = POINTS
    is_whole: bool = False
    parent: str = ""
    parent_values: tuple[Any, ...] = ()

    def ends(self) -> tuple[Any, ...]:
        """Values that stand for all of them when limits are checked."""
        return self.values or (self.low, self.high)

    def entry(self) -> Any:
        """What a space file has for it."""
        when = {"when": {self.parent: list(self.parent_values)}} if self.parent else {}
        if self.values:
            return {"values": list(self.values), **when} if when else list(self.values)
        ends = {"low": self.low, "high": self.high}
        return {**ends, "scale": self.scale, "points": self.points, **when}


@dataclass(frozen=True)
class Space:
    """All domains, those of one setting one after the other."""

    domains: tuple[Domain, ...]

    def settings(self) -> list[str]:
        """Names of the settings that are searched."""
        return list(dict.fromkeys(domain.setting for domain in self.domains))

    def entries(self) -> dict[str, Any]:
        """The space as a space file has it."""
        entries: dict[str, Any] = {}
        for name in self.settings():
            found = [domain.entry() for domain in self.domains if domain.setting == name]
            entries[name] = found if isinstance(found[0], dict) and "when" in found[0] else found[0]
        return entries

    def digest(self) -> str:
        """SHA-256 of the space: two searches have the same one exactly if they search the same."""
        return hashlib.sha256(json.dumps(self.entries()).encode()).hexdigest()


def read_space_file(file: str) -> dict[str, Any]:
    """Entries of a space file.

    Raises:
        CallError: it is missing or no YAML of settings.
    """
    try:
        return read_settings(file)
    except CallError as error:
        raise CallError(str(error).replace("--config", "--search.space")) from None


def write_space(file: Path, space: Space) -> None:
    """Writes space.yaml, which `--search.space` takes back."""
    with whole_file(file) as part:
        part.write_text(yaml.safe_dump(space.entries(), sort_keys=False), encoding="utf-8")


def make_space(entries: Mapping[str, Any], configuration: Configuration) -> Space:
    """The space of `entries`; an entry of null leaves its setting as configured.

    Raises:
        CallError: an entry is not as expected, a setting does not take a value, or nothing is left.
    """
    given = {name: entry for name, entry in entries.items() if entry is not None}
    domains: list[Domain] = []
    for name, entry in given.items():
        annotation = annotation_of(configuration, name)
        domains += _domains(name, entry, annotation, configuration)
    space = Space(tuple(_resolved(domains, configuration)))
    if not space.domains:
        raise CallError("--search.space: expected at least one setting to search, got none")
    for domain in space.domains:
        _check_limits(domain, configuration)
    return space


def _domains(name: str, entry: Any, annotation: Any, configuration: Configuration) -> list[Domain]:
    """The domains of one entry: a list of values, a range, or alternatives with `when`."""
    if isinstance(entry, list) and entry and all(isinstance(part, dict) for part in entry):
        if not all("when" in part for part in entry):
            raise CallError(f"--search.space: {name}: expected `when` in each of its alternatives")
        return [_domain(name, part, annotation, configuration) for part in entry]
    return [_domain(name, entry, annotation, configuration)]


def _domain(name: str, entry: Any, annotation: Any, configuration: Configuration) -> Domain:
    if isinstance(entry, list):
        entry = {"values": entry}
    if not isinstance(entry, dict):
        raise CallError(
            f"--search.space: {name}: expected a list of values or {ENTRY}, got {entry!r}"
        )
    condition = _condition(name, entry.get("when"), configuration)
    kind = {"values", "when"} if "values" in entry else {"low", "high", "scale", "points", "when"}
    unknown = set(map(str, entry)) - kind
    if unknown:
        raise CallError(
            f"--search.space: {name}: unknown {', '.join(sorted(unknown))}; expected a list of "
            f"values or {ENTRY}"
        )
    if "values" not in entry:
        return _range(name, entry, annotation, condition)
    values = entry["values"]
    if not isinstance(values, list) or not values:
        raise CallError(f"--search.space: {name}: expected a list of values, got {values!r}")
    checked = tuple(dict.fromkeys(check_value(name, value, annotation) for value in values))
    return Domain(name, checked, parent=condition[0], parent_values=condition[1])


def _range(
    name: str, entry: dict[str, Any], annotation: Any, condition: tuple[str, tuple[Any, ...]]
) -> Domain:
    if not is_numeric(annotation):
        raise CallError(f"--search.space: {name}: expected a list of values, got a range")
    if "low" not in entry or "high" not in entry:
        raise CallError(f"--search.space: {name}: expected both ends of the range, low and high")
    low, high = (check_value(name, entry[end], annotation) for end in ("low", "high"))
    scale, points = entry.get("scale", "linear"), entry.get("points", POINTS)
    if low is None or high is None or not low < high:
        raise CallError(f"--search.space: {name}: expected low below high, got {low} and {high}")
    if scale not in SCALES or (scale == "log" and low <= 0):
        raise CallError(
            f"--search.space: {name}: expected scale linear, or log for numbers above 0, got "
            f"{scale!r} from {low}"
        )
    if type(points) is not int or points < 2:
        raise CallError(f"--search.space: {name}: points: expected at least 2, got {points!r}")
    return Domain(
        name, (), low, high, scale, points, is_whole(annotation), condition[0], condition[1]
    )


def _condition(name: str, when: Any, configuration: Configuration) -> tuple[str, tuple[Any, ...]]:
    if when is None:
        return "", ()
    if not isinstance(when, dict) or len(when) != 1:
        raise CallError(
            f"--search.space: {name}: when: expected one setting and its values, got {when!r}"
        )
    ((parent, values),) = when.items()
    if not isinstance(values, list) or not values or parent == name:
        raise CallError(f"--search.space: {name}: when: expected a list of values, got {values!r}")
    annotation = annotation_of(configuration, parent)
    return parent, tuple(check_value(parent, value, annotation) for value in values)


def _resolved(domains: list[Domain], configuration: Configuration) -> list[Domain]:
    """Every domain with a condition that can be met, parents before what depends on them.

    Where the parent is not searched, its configured value decides. For values of the parent that no
    alternative names (a momentum is for SGD only) the setting stays as configured.
    """
    lists = {domain.setting: domain.values for domain in domains if not domain.parent}
    free = [domain for domain in domains if not domain.parent]
    bound = [domain for domain in domains if domain.parent]
    for name in dict.fromkeys(domain.setting for domain in bound):
        alternatives = [domain for domain in bound if domain.setting == name]
        parents = {domain.parent for domain in alternatives}
        if len(parents) > 1:
            raise CallError(f"--search.space: {name}: when: expected one setting, got {parents}")
        (parent,) = parents
        if any(domain.setting == parent for domain in bound):
            raise CallError(
                f"--search.space: {name}: when: expected a setting without a `when` of its own, "
                f"got {parent}"
            )
        values = lists.get(parent, (setting_of(configuration, parent),))
        if not values:
            raise CallError(
                f"--search.space: {name}: when: expected a setting with a list of values, got "
                f"{parent} with a range"
            )
        for value in values:
            matching = [domain for domain in alternatives if value in domain.parent_values]
            if len(matching) > 1:
                raise CallError(
                    f"--search.space: {name}: expected one alternative for {parent} {value}, got "
                    f"{len(matching)}"
                )
        for domain in alternatives:
            left = tuple(value for value in domain.parent_values if value in values)
            if parent not in lists and left:
                free.append(replace(domain, parent="", parent_values=()))
            elif left:
                free.append(replace(domain, parent_values=left))
    return free


def _check_limits(domain: Domain, configuration: Configuration) -> None:
    for value in domain.ends():
        try:
            check_configuration(with_settings(configuration, {domain.setting: value}))
        except CallError as error:
            # A contradiction with another setting may be one of these settings only.
            if "contradict" not in str(error):
                raise CallError(f"--search.space: {error}") from None


def default_space(configuration: Configuration) -> dict[str, Any]:
    """Entries of the space that is searched unless another is given, as a space file has them.

    Learning rates are drawn on a logarithmic scale. Those of SGD have a range of their own: a step
    of the other three is divided by the size of the gradient, so that their rate is about the
    length of a step, and SGD's is not. Fine-tuning stays near the pretrained weights, with rates
    about a hundred times smaller (Mosbach et al. 2021 take 2e-5 to 5e-5; here with room to both
    sides).
    """
    sgd, adaptive, batches = _ranges(configuration)
    return {
        OPTIMIZER: ["sgd", *ADAPTIVE],
        RATE: [
            {"low": low, "high": high, "scale": "log", "when": {OPTIMIZER: list(optimizers)}}
            for (low, high), optimizers in ((sgd, ("sgd",)), (adaptive, ADAPTIVE))
        ],
        BATCH: list(batches),
    }


def _ranges(configuration: Configuration) -> Ranges:
    family = find_model(configuration.model).family
    if family == "linear":
        return LINEAR
    if family in ("recurrent", "transformer"):
        return FROM_SCRATCH
    architecture = configuration.architecture
    if getattr(architecture, "freeze", False) or getattr(architecture, "lora_rank", None):
        return PARTLY_TRAINED
    return FINE_TUNED
