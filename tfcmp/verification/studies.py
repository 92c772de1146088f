"""Whether a study, its report and a publication are what their runs give, and their runs different ones."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tfcmp.errors import TfcmpError
from tfcmp.reporting.build import assemble
from tfcmp.reporting.load.inputs import gather
from tfcmp.reporting.load.runs import SPLITS, read_answers, read_configuration
from tfcmp.reporting.load.studies import label_and_seed
from tfcmp.reporting.render.format import csv_of
from tfcmp.reporting.write import TABLES, read_record
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import (
    MODEL,
    OF_A_SEARCH,
    PREDICTIONS,
    PUBLISHED,
    RESULT,
    RUNS,
    STUDY,
    STUDY_STATE,
)
from tfcmp.study.directory import StudyDirectory, require_agreement
from tfcmp.study.file import read_study
from tfcmp.study.plan import Plan, make_plan
from tfcmp.study.stages import Stage, name_of_search, stage_of_run, stage_of_search
from tfcmp.verification.findings import (
    Finding,
    below,
    compare_checksums,
    compare_tables,
    parse_table,
    read_table,
    unchecked,
)
from tfcmp.verification.runs import groups_of


def verify_study(path: Path) -> list[Finding]:
    """What a study asks for and has not, or has otherwise; its runs are not looked into."""
    found: list[Finding] = []
    study = StudyDirectory(path)
    try:
        plan = make_plan(read_study(path / STUDY), STUDY)
        study.read_state()
        found.extend(_asked(study, plan))
        found.extend(_finished(study))
        require_agreement(study, plan)
    except TfcmpError as error:
        found.append(Finding(str(error)))
    return list(below(path, found))


def _asked(study: StudyDirectory, plan: Plan) -> Iterator[Finding]:
    """Runs and searches that are not there, or have other settings than the study asks for."""
    for search in plan.searches:
        name = name_of_search(search)
        if name in study.state.failures:
            continue
        try:
            stage = stage_of_search(study, search)
        except TfcmpError as error:
            yield Finding(str(error))
            continue
        if stage is not Stage.DONE:
            yield Finding(_missing(f"a search for {search.label}", study.search(search.label)))
    for run in plan.runs:
        if run.name in study.state.failures:
            continue
        try:
            stage = stage_of_run(study, run)
        except TfcmpError as error:
            yield Finding(str(error))
            continue
        if stage is not Stage.DONE:
            seed = run.configuration.seed
            yield Finding(_missing(f"seed {seed} of {run.label}", study.run(run.name)))


def _missing(what: str, where: Path) -> str:
    state = "is not complete" if where.exists() else "is missing"
    return (
        f"{STUDY} asks for {what}, and {where} {state}: it was removed, or the study is not done "
        "(python -m tfcmp.compare --resume goes on)"
    )


def _finished(study: StudyDirectory) -> Iterator[Finding]:
    """Runs and searches that ended well in the study, and are gone."""
    for name in study.state.finished:
        label = name.removesuffix(OF_A_SEARCH)
        is_search = label != name and label_and_seed(name)[1] is None
        where = study.search(label) if is_search else study.run(name)
        if not where.is_dir():
            yield Finding(f"{STUDY_STATE} says that {name} ended well, and {where} is missing")


class _Known(NamedTuple):
    """What is compared between runs; digests of the answers to the test split, by id."""

    path: Path
    model: str
    seed: object
    weights: str | None
    answers: str | None
    texts: str
    groups: str

    @property
    def named_seed(self) -> int | None:
        """The seed in the name of its folder, where it has one."""
        return label_and_seed(self.path.resolve().name)[1]

    @property
    def said_seed(self) -> object:
        """What a reader of the folder takes for its seed."""
        return self.seed if self.named_seed is None else self.named_seed


def verify_together(paths: Sequence[Path]) -> list[Finding]:
    """What differs between runs: copies of one run under two names, other groups of one text.

    Runs that cannot be read are left out; `verify_run` names them.
    """
    known = []
    for path in paths:
        try:
            known.append(_read(path))
        except (TfcmpError, KeyError, TypeError, AttributeError, ValueError):
            continue
    return [*_names(known), *_copies(known), *_groups(known)]


def _read(path: Path) -> _Known:
    run = RunDirectory(path)
    result, configuration = run.read_json(RESULT), read_configuration(path)
    test = read_answers(run.file(PREDICTIONS))[SPLITS[1]]
    of_test = np.ascontiguousarray(test.probabilities)
    # A model that answers all texts alike is poor, and another seed may be as poor.
    is_constant = len(of_test) == 0 or bool((of_test == of_test[0]).all())
    texts = hashlib.sha256("\n".join(test.ids.tolist()).encode()).hexdigest()
    answers = None if is_constant else hashlib.sha256(texts.encode() + of_test.tobytes())
    return _Known(
        path,
        str(configuration.get("model")),
        configuration.get("seed"),
        result["files"].get(MODEL),
        answers.hexdigest() if answers else None,
        texts,
        groups_of(test),
    )


def _names(known: Sequence[_Known]) -> Iterator[Finding]:
    for one in known:
        if one.named_seed is not None and one.named_seed != one.seed:
            yield Finding(
                f"{one.path}: its name says seed {one.named_seed}, its configuration {one.seed}"
            )


def _copies(known: Sequence[_Known]) -> Iterator[Finding]:
    """Equal weights or answers under another model or seed.

    Equal ones of one model and seed are no copies: two entries of a study may have the same settings.
    """
    for first, second in combinations(known, 2):
        if (first.model, first.said_seed) == (second.model, second.said_seed):
            continue
        same = []
        if first.weights is not None and first.weights == second.weights:
            same.append(f"{MODEL} has the same checksum")
        if first.answers is not None and first.answers == second.answers:
            same.append("all answers to the test texts are the same")
        if same:
            yield Finding(
                f"{second.path}: {' and '.join(same)} as in {first.path}: one is a copy of the "
                "other, not a run of its own"
            )


def _groups(known: Sequence[_Known]) -> Iterator[Finding]:
    """Runs that group the same test texts otherwise than most do."""
    for texts in dict.fromkeys(one.texts for one in known):
        sides: dict[str, list[str]] = {}
        for one in known:
            if one.texts == texts:
                sides.setdefault(one.groups, []).append(str(one.path))
        if len(sides) > 1:
            told = "; ".join(f"{groups[:8]}: {', '.join(names)}" for groups, names in sides.items())
            yield Finding(
                f"{PREDICTIONS}: the same test texts are grouped in {len(sides)} ways ({told})"
            )


def verify_report(folder: Path, paths: Sequence[Path]) -> list[Finding]:
    """What differs between a report and what the runs give today."""
    found: list[Finding] = []
    try:
        report_options, sums = read_record(folder)
        found += below(folder, compare_checksums(folder, sums, tuple(sums)))
        report = assemble(gather(paths), report_options)
    except TfcmpError as error:
        # Also next to a damaged run, a changed file of the report is told.
        return [*found, Finding(str(error))]
    for table in report.tables():
        file = folder / TABLES / f"{table.name}.csv"
        found += below(file, compare_tables(read_table(file), parse_table(csv_of(table))))
    return found


def verify_publication(folder: Path) -> list[Finding]:
    """Files of a publication that are missing, were changed or came later."""
    try:
        sums = RunDirectory(folder).read_json(PUBLISHED)["files"]
        found = list(compare_checksums(folder, sums, tuple(sums)))
        there = {
            file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()
        }
    except (TfcmpError, KeyError, TypeError, AttributeError) as error:
        return [Finding(f"{folder / PUBLISHED}: it does not tell what was published ({error})")]
    extra = sorted(there - set(sums) - {PUBLISHED})
    found += [Finding(f"{name}: it was not published ({PUBLISHED} lacks it)") for name in extra]
    if (folder / RUNS).is_dir():
        found.append(
            unchecked(
                "the weights are not published: their checksums are not compared, and no model answers again"
            )
        )
    return list(below(folder, found))
