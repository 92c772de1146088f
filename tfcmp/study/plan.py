"""From a study file to its runs and searches, every setting parsed as `fit` would."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import yaml

from tfcmp.command.options import parse_file
from tfcmp.config.default_paths import is_file_source
from tfcmp.config.fields import Configuration, DataSettings
from tfcmp.data.run_texts import moved_to
from tfcmp.errors import CallError
from tfcmp.search.plan import planned_space, require_one_device
from tfcmp.study.file import Entry, SearchRequest, Settings, Study

# Data settings that are a model's own: how much of a text it reads. The others make the splits.
OF_A_MODEL = ("max_length", "truncation")


@dataclass(frozen=True)
class SearchPlan:
    """A search of the study.

    Attributes:
        label: of its entry, and name of its folder.
        configuration: what each trial starts from.
    """

    label: str
    configuration: Configuration
    request: SearchRequest


@dataclass(frozen=True)
class RunPlan:
    """A run of the study.

    Attributes:
        configuration: in full, but for what its search is to find.
        search: whose best settings it takes.
    """

    label: str
    configuration: Configuration
    settings: Settings
    search: SearchPlan | None = None

    @property
    def name(self) -> str:
        """Name of its folder."""
        return f"{self.label}-seed{self.configuration.seed}"


@dataclass(frozen=True)
class Plan:
    """All work of a study, in the order in which it is done."""

    runs: tuple[RunPlan, ...]
    searches: tuple[SearchPlan, ...]


def make_plan(study: Study, where: str) -> Plan:
    """Parses every entry of `study`; `where` names its file in errors.

    The first seeds of all entries come before the second ones: a study that is stopped early is one
    of fewer seeds.

    Raises:
        CallError: a setting is wrong, or entries differ in what they are trained and tested on.
    """
    searches: list[SearchPlan] = []
    columns: list[list[RunPlan]] = []
    for entry in study.entries:
        told = f"{where}: entry {entry.label}"
        own = parse_settings(entry.model, entry.settings, told)
        search = _search_plan(entry, told) if entry.search is not None else None
        if search is not None:
            searches.append(search)
        for number, seed in enumerate(entry.seeds):
            run = RunPlan(entry.label, replace(own, seed=seed), entry.settings, search)
            columns += [[] for _ in range(number + 1 - len(columns))]
            columns[number].append(run)
    runs = tuple(run for column in columns for run in column)
    _require_same_texts(runs, where)
    return Plan(runs, tuple(searches))


def with_source(plan: Plan, source: str) -> Plan:
    """The same plan, its file of texts at another place."""

    def moved(configuration: Configuration) -> Configuration:
        if not is_file_source(configuration.data.source):
            return configuration
        return replace(configuration, data=moved_to(configuration.data, source))

    searches = {
        one.label: replace(one, configuration=moved(one.configuration)) for one in plan.searches
    }
    runs = (
        replace(
            run,
            configuration=moved(run.configuration),
            settings={**run.settings, **_moved_settings(run, source)},
            search=searches[run.label] if run.search is not None else None,
        )
        for run in plan.runs
    )
    return Plan(tuple(runs), tuple(searches.values()))


def _moved_settings(run: RunPlan, source: str) -> Settings:
    """What `fit` is told of the new place: the source, and the declared files of other splits."""
    if not is_file_source(run.configuration.data.source):
        return {}
    moved = moved_to(run.configuration.data, source)
    files = {"data.validation": moved.validation, "data.test": moved.test}
    return {"data.source": source, **{name: file for name, file in files.items() if file}}


def parse_settings(model: str, settings: Settings, where: str) -> Configuration:
    """The configuration that `fit --model MODEL` makes of the settings.

    Raises:
        CallError: one of them is wrong; the message begins with `where`.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "settings.yaml"
        content = {"model": model, **nested(settings)}
        file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return parse_file(file, where)


def with_best(run: RunPlan, best: Mapping[str, Any], searched: list[str]) -> Configuration:
    """The run's configuration with what its search found.

    Args:
        best: settings of best.yaml, by dotted name.
        searched: names of the settings that the search varied; the rest of best.yaml (a smaller
            set of texts, fewer epochs) was the search's own.

    Raises:
        CallError: the settings do not go together.
    """
    found = {name: best[name] for name in searched if name in best}
    model, seed = run.configuration.model, run.configuration.seed
    parsed = parse_settings(model, {**run.settings, **found}, f"{run.label} with its best settings")
    return replace(parsed, seed=seed)


def nested(settings: Settings) -> dict[str, Any]:
    """Settings in their groups, as a file has them."""
    content: dict[str, Any] = {}
    for name, value in settings.items():
        group, _, inner = name.rpartition(".")
        if group:
            content.setdefault(group, {})[inner] = value
        else:
            content[name] = value
    return content


def differences(asked: Configuration, found: Configuration) -> Iterator[str]:
    """Yields the settings in which two configurations differ, with both values.

    Layers and width of a transformer that is matched to another model follow from that model; the
    run writes them down once it has computed them. Which file the texts are in is no difference:
    it may have moved, and split.json says whether the texts are the same.
    """
    first, second = _comparable(asked), _comparable(found)
    for name in {**first, **second}:
        if first.get(name) != second.get(name):
            yield f"{name} {first.get(name)}, there {second.get(name)}"


def _comparable(configuration: Configuration) -> Settings:
    flat: Settings = {}
    for name, value in asdict(configuration).items():
        if isinstance(value, dict):
            flat.update({f"{name}.{inner}": of for inner, of in value.items()})
        else:
            flat[name] = value
    if is_file_source(configuration.data.source):
        flat["data.source"] = "a file"
    if flat.get("architecture.match") is not None:
        flat.pop("architecture.layers")
        flat.pop("architecture.feed_forward_size")
    return flat


def _search_plan(entry: Entry, where: str) -> SearchPlan:
    assert entry.search is not None
    settings = {**entry.settings, **entry.search.settings}
    configuration = parse_settings(entry.model, settings, f"{where}: search")
    try:
        require_one_device(configuration)
        # Before anything runs: searches come after the runs of other entries, hours later.
        planned_space(configuration, entry.search.tuner, entry.search.space or {})
    except CallError as error:
        raise CallError(f"{where}: search: {error}") from None
    return SearchPlan(entry.label, configuration, entry.search)


def _require_same_texts(runs: tuple[RunPlan, ...], where: str) -> None:
    if not runs:
        return
    first = runs[0]
    for run in runs[1:]:
        for field in fields(DataSettings):
            values = [getattr(one.configuration.data, field.name) for one in (first, run)]
            if field.name not in OF_A_MODEL and values[0] != values[1]:
                raise CallError(
                    f"{where}: {first.label} and {run.label} would not be trained and tested on "
                    f"the same texts: data.{field.name} is {values[0]} and {values[1]}; make them "
                    "equal, or make two studies of it"
                )
