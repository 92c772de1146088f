"""Several sources copied as one study, in the layout that every command reads."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from publishing.copies import copy_bench, copy_run, copy_search, copy_unfinished
from tfcmp.reporting.load.inputs import Found, find_all, gather
from tfcmp.reporting.load.models import make_models
from tfcmp.reporting.load.runs import read_run
from tfcmp.reporting.load.studies import is_study, read_marks
from tfcmp.runs.directory import RunDirectory, free_name
from tfcmp.runs.files import write_json
from tfcmp.runs.layout import BENCHES, OF_A_SEARCH, RESULT, RUNS, SEARCHES, STUDY_STATE, TIMING

UNKNOWN_LOAD = "its load was not measured"


def copy_study(sources: list[Path], made: Path) -> None:
    """Copies runs, searches and benches, and what their studies say of them, into `made`.

    Times count where somebody knows what ran at the same time; the load of searches is not measured.
    """
    found, searches, benches = find_all(sources)
    failures = _of_studies(sources, lambda path: read_marks(path).failures)
    contention = {}
    for one, name in _named(found):
        target = made / RUNS / name
        if (one.path / RESULT).exists():
            copy_run(one.path, target)
            share = RunDirectory(target).read_json(TIMING).get("others_share")
            if one.contention or share is None:
                contention[name] = one.contention or UNKNOWN_LOAD
        elif one.path.is_dir():
            copy_unfinished(one.path, made / RUNS / free_name(made / RUNS, name))
    labels = [search.label for search in gather(sources).searches]
    for search, label in zip(searches, labels, strict=True):
        name = _folder_name(label)
        copy_search(search.path, made / SEARCHES / name)
        contention[f"{name}{OF_A_SEARCH}"] = search.contention or UNKNOWN_LOAD
    for bench in benches:
        name = free_name(made / BENCHES, _folder_name(bench.resolve().name))
        copy_bench(bench, made / BENCHES / name)
    content = {
        "failures": failures,
        "contended": list(contention),
        "contention": contention,
        **_of_studies(sources, _finished),
    }
    write_json(made / STUDY_STATE, content)


def _of_studies(sources: Iterable[Path], read: Any) -> dict[str, Any]:
    """What several studies say, each read by the function."""
    merged: dict[str, Any] = {}
    for path in filter(is_study, sources):
        merged |= read(path)
    return merged


def _finished(study: Path) -> dict[str, Any]:
    """What a study says that it finished; nothing where it does not tell."""
    if not (study / STUDY_STATE).exists():
        return {}
    content = RunDirectory(study).read_json(STUDY_STATE)
    return {"finished": content["finished"]} if "finished" in content else {}


def _named(found: list[Found]) -> list[tuple[Found, str]]:
    """Each run with the name of its folder, LABEL-seedN, the label being that of the report."""
    runs = {
        one.path: read_run(one.path, one.label) for one in found if (one.path / RESULT).exists()
    }
    names = {
        id(run): f"{_folder_name(model.label)}-seed{run.seed}"
        for model in make_models(list(runs.values()))
        for run in model.runs
    }
    return [
        (one, names[id(runs[one.path])] if one.path in runs else one.path.resolve().name)
        for one in found
    ]


def _folder_name(label: str) -> str:
    """The label as a folder can be called."""
    return re.sub(r"[^\w.+]+", "-", label).strip("-")
