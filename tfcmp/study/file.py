"""A study file: which models, seeds, settings and searches; checked for shape, not for values."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tfcmp.config.checks import LARGEST_SEED
from tfcmp.config.file import read_yaml
from tfcmp.errors import CallError

TUNERS = ("random", "bayesian", "hyperband", "grid")
OF_A_STUDY = ("seeds", "settings", "entries", "unequal_budgets", "report")
OF_AN_ENTRY = ("label", "model", "seeds", "settings", "search")
OF_A_SEARCH = ("tuner", "trials", "seconds", "seed", "settings", "space")
OF_A_REPORT = ("require", "prefer", "then", "margin")
GROUPS = ("architecture", "data", "training")

Settings = dict[str, Any]


@dataclass(frozen=True)
class SearchRequest:
    """A search as the file has it; `settings` and `space` by dotted names."""

    tuner: str = "random"
    trials: int | None = None
    seconds: float | None = None
    seed: int = 1
    settings: Settings = field(default_factory=dict)
    space: Mapping[str, Any] | None = None

    def budget(self) -> str:
        """What it may cost, in words."""
        parts = [f"{self.trials} trials"] if self.trials is not None else []
        parts += [f"{self.seconds:g} seconds"] if self.seconds is not None else []
        return " or ".join(parts) or "every cell of its grid"


@dataclass(frozen=True)
class Entry:
    """A model of the study; `settings` by dotted names, those of all entries included."""

    label: str
    model: str
    seeds: tuple[int, ...]
    settings: Settings
    search: SearchRequest | None = None


@dataclass(frozen=True)
class Study:
    """A study file.

    Attributes:
        entries: in the order of the file.
        has_unequal_budgets: whether searches may differ in what they cost.
        requirements, preference, margin, then: options of the report; None where the file has none.
    """

    entries: tuple[Entry, ...]
    has_unequal_budgets: bool = False
    requirements: tuple[str, ...] = ()
    preference: str | None = None
    margin: float | None = None
    then: str | None = None


def read_study(file: Path) -> Study:
    """The study of a YAML file.

    Raises:
        CallError: the file is missing, is no YAML, or no study.
    """
    where = str(file)
    content = _mapping(read_yaml(file, where), where, OF_A_STUDY)
    entries = content.get("entries")
    if not isinstance(entries, list) or not entries:
        raise CallError(
            f"{where}: entries: expected a list of models (- model: NAME), got {entries!r}"
        )
    seeds = _seeds(content.get("seeds", [1]), where)
    shared = flat_settings(content.get("settings") or {}, f"{where}: settings")
    made = tuple(
        _entry(entry, f"{where}: entry {number}", seeds, shared)
        for number, entry in enumerate(entries, 1)
    )
    _require_unique([entry.label for entry in made], where)
    unequal = content.get("unequal_budgets", False)
    if not isinstance(unequal, bool):
        raise CallError(f"{where}: unequal_budgets: expected true or false, got {unequal!r}")
    if not unequal:
        _require_equal_budgets(made, where)
    report_options = _mapping(content.get("report") or {}, f"{where}: report", OF_A_REPORT)
    return Study(
        made,
        unequal,
        tuple(map(str, _list(report_options.get("require") or [], f"{where}: report: require"))),
        report_options.get("prefer"),
        _number(report_options.get("margin"), f"{where}: report: margin"),
        report_options.get("then"),
    )


def flat_settings(settings: Any, where: str) -> Settings:
    """Settings by dotted name, whether they stand in groups or have such names already.

    Raises:
        CallError: they are no settings, or one comes twice.
    """
    flat: Settings = {}
    for name, value in _mapping(settings, where).items():
        is_group = name in GROUPS and isinstance(value, Mapping)
        inner = {f"{name}.{key}": of for key, of in value.items()} if is_group else {name: value}
        for key, of in inner.items():
            if key in flat:
                raise CallError(f"{where}: {key} is set twice; leave one of them out")
            flat[key] = of
    for name in ("model", "seed"):
        if name in flat:
            raise CallError(f"{where}: {name} is no setting of a study; it has model and seeds")
    return flat


def _entry(content: Any, where: str, seeds: tuple[int, ...], shared: Settings) -> Entry:
    entry = _mapping(content, where, OF_AN_ENTRY)
    model = entry.get("model")
    if not isinstance(model, str):
        raise CallError(f"{where}: model: expected a name, got {model!r}")
    label = entry.get("label", re.sub(r"[^\w.+]+", "-", model).strip("-"))
    if not isinstance(label, str) or not re.fullmatch(r"\w[\w.+-]*", label):
        raise CallError(
            f"{where}: label: expected a name of letters, digits, '.', '_', '+', '-', got {label!r}"
        )
    where = f"{where} ({label})"
    own = flat_settings(entry.get("settings") or {}, f"{where}: settings")
    search = entry.get("search")
    made = _search(search, f"{where}: search") if search is not None else None
    chosen = _seeds(entry["seeds"], where) if "seeds" in entry else seeds
    if not chosen and made is None:
        raise CallError(f"{where}: expected seeds or a search, got neither")
    return Entry(label, model, chosen, {**shared, **own}, made)


def _search(content: Any, where: str) -> SearchRequest:
    search = _mapping(content, where, OF_A_SEARCH)
    tuner = search.get("tuner", "random")
    if tuner not in TUNERS:
        raise CallError(f"{where}: tuner: expected one of {', '.join(TUNERS)}, got {tuner!r}")
    trials, seed = search.get("trials"), search.get("seed", 1)
    wanted = [("seed", seed, 0)] + ([("trials", trials, 1)] if trials is not None else [])
    for name, value, least in wanted:
        if type(value) is not int or value < least:
            raise CallError(f"{where}: {name}: expected a number from {least}, got {value!r}")
    seconds = _number(search.get("seconds"), f"{where}: seconds")
    if trials is None and seconds is None and tuner != "grid":
        raise CallError(f"{where}: expected a budget: trials, seconds or both")
    settings = flat_settings(search.get("settings") or {}, f"{where}: settings")
    space = search.get("space")
    if space is not None:
        _mapping(space, f"{where}: space")
    return SearchRequest(tuner, trials, seconds, seed, settings, space)


def _require_equal_budgets(entries: Iterable[Entry], where: str) -> None:
    budgets = {entry.label: entry.search.budget() for entry in entries if entry.search is not None}
    if len(set(budgets.values())) > 1:
        told = ", ".join(f"{label} {budget}" for label, budget in budgets.items())
        raise CallError(
            f"{where}: searches of unequal budget ({told}): who searches longer finds better "
            "settings; make them equal, or say unequal_budgets: true"
        )


def _require_unique(labels: list[str], where: str) -> None:
    # Labels are names of folders, and not every file system tells A from a.
    folded = [label.casefold() for label in labels]
    for label in labels:
        if folded.count(label.casefold()) > 1:
            raise CallError(
                f"{where}: the label {label} comes twice, in whatever case; give one entry another "
                "label"
            )


def _seeds(content: Any, where: str) -> tuple[int, ...]:
    seeds = _list(content, f"{where}: seeds")
    are_right = all(type(seed) is int and 0 <= seed <= LARGEST_SEED for seed in seeds)
    if not are_right or len(set(seeds)) < len(seeds):
        raise CallError(
            f"{where}: seeds: expected different numbers from 0 to {LARGEST_SEED}, got {seeds!r}"
        )
    return tuple(seeds)


def _mapping(content: Any, where: str, known: Iterable[str] | None = None) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise CallError(f"{where}: expected names and values (name: value), got {content!r}")
    for name in content:
        if known is not None and name not in known:
            raise CallError(f"{where}: unknown name {name!r}; expected {', '.join(known)}")
        if not isinstance(name, str):
            raise CallError(f"{where}: expected a name, got {name!r}")
    return content


def _list(content: Any, where: str) -> list[Any]:
    if not isinstance(content, list):
        raise CallError(f"{where}: expected a list, got {content!r}")
    return content


def _number(content: Any, where: str) -> float | None:
    if content is None:
        return None
    if isinstance(content, bool) or not isinstance(content, int | float) or not content > 0:
        raise CallError(f"{where}: expected a number above 0, got {content!r}")
    return float(content)
