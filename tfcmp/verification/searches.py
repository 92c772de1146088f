"""Whether the tables of a search are those of its trials, and the trials those that were drawn."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from tfcmp.command.options import parse_file
from tfcmp.errors import TfcmpError
from tfcmp.evaluation.metrics import search_score
from tfcmp.reporting.load.models import flat_settings
from tfcmp.reporting.load.runs import read_lines
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import BEST, BUDGET, CONFIG, EFFECTS, ORACLE, OUTCOME, SEARCH, TRIALS
from tfcmp.search.hyperparameters import settings_of
from tfcmp.search.plan import Plan, read_plan
from tfcmp.search.record import (
    Outcome,
    alternatives_of,
    best_of,
    read_outcomes,
    trial_folder,
    write_tables,
)
from tfcmp.verification.findings import (
    Finding,
    below,
    compare_tables,
    is_same,
    read_table,
    unchecked,
)

# Status of a trial in the oracle's file once it has ended.
ENDED = ("COMPLETED", "FAILED", "INVALID")


def verify_search(path: Path) -> list[Finding]:
    """What differs in a search, and what could not be checked."""
    found: list[Finding] = []
    try:
        found.extend(_check(path))
    except TfcmpError as error:
        found.append(Finding(str(error)))
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, yaml.YAMLError) as error:
        told = f"a file has not the expected content ({type(error).__name__}: {error})"
        found.append(Finding(told))
    return list(below(path, found))


def _check(path: Path) -> Iterator[Finding]:
    search = RunDirectory(path)
    known = search.read_json(SEARCH)
    outcomes = read_outcomes(path)
    counted = (known.get("trials") or {}).get("done")
    if counted is None and not outcomes:
        yield unchecked(f"no trial has kept its {OUTCOME}: {TRIALS} cannot be compared with them")
        return
    if known.get("status") != "complete":
        yield unchecked(f"the search is not done ({SEARCH}): its tables are not compared")
        return
    yield from _counts(known, outcomes)
    plan = read_plan(search, parse_file(search.file(CONFIG), str(search.file(CONFIG))))
    yield from _drawn(path, plan, outcomes)
    for outcome in outcomes:
        yield from _trained(path, plan.configuration.training.selection, outcome)
    yield from _tables(path, plan, outcomes)


def _counts(known: dict[str, Any], outcomes: Sequence[Outcome]) -> Iterator[Finding]:
    """Compares search.json with the outcomes."""
    best = best_of(list(outcomes))
    counts = {"done": len(outcomes)}
    for status in ENDED:
        counts[status.lower()] = sum(outcome.status == status for outcome in outcomes)
    expected: dict[str, Any] = {f"trials.{name}": count for name, count in counts.items()}
    expected |= {
        f"best.{name}": getattr(best, name) if best else None for name in ("trial", "score", "loss")
    }
    for name, value in expected.items():
        group, _, field = name.partition(".")
        stated = (known.get(group) or {}).get(field)
        if not is_same(stated, value):
            yield Finding(f"{SEARCH}: {name} is {stated!r}, recomputed {value!r}")


def _drawn(path: Path, plan: Plan, outcomes: Sequence[Outcome]) -> Iterator[Finding]:
    """Compares the outcomes with the trials that KerasTuner drew and scored."""
    if not (path / ORACLE).exists():
        yield unchecked(f"{ORACLE} is missing: it is not known which trials were drawn")
        return
    drawn = json.loads((path / ORACLE).read_text(encoding="utf-8"))["trials"]
    states = {int(state["trial_id"]): state for state in drawn}
    ended = {number for number, state in states.items() if state["status"] in ENDED}
    there = {outcome.trial: outcome for outcome in outcomes}
    for number in sorted(ended - set(there)):
        yield Finding(f"trial {number}: it ended ({ORACLE}), and its {OUTCOME} is missing")
    for number, outcome in there.items():
        state = states.get(number)
        if state is None:
            yield Finding(f"trial {number}: it has an {OUTCOME} and was never drawn ({ORACLE})")
            continue
        if number in ended and not is_same(state["score"], outcome.score):
            yield Finding(
                f"trial {number}: score is {outcome.score!r} in {OUTCOME}, {state['score']!r} in "
                f"{ORACLE}"
            )
        values = settings_of(state["hyperparameters"]["values"], plan.space)
        for name in sorted(values.keys() | outcome.settings.keys()):
            stated, recomputed = outcome.settings.get(name), values.get(name)
            if not is_same(stated, recomputed):
                yield Finding(
                    f"trial {number}: {name} is {stated!r} in {OUTCOME}, {recomputed!r} in {ORACLE}"
                )


def _trained(path: Path, selection: str, outcome: Outcome) -> Iterator[Finding]:
    """Compares the score of a trial with the log of its training."""
    if outcome.score is None:
        return
    epochs = [
        line
        for line in read_lines(trial_folder(path, outcome.trial))
        if line.get("event") == "epoch"
    ]
    best = [line for line in epochs if line["epoch"] == outcome.best_epoch]
    if not best:
        yield Finding(
            f"trial {outcome.trial}: metrics.jsonl has no epoch {outcome.best_epoch}, the best one "
            f"of {OUTCOME}"
        )
        return
    logged = {
        "score": best[0][f"validation_{search_score(selection)}"],
        "loss": best[0]["validation_loss"],
    }
    for name, value in {**logged, "epochs": len(epochs)}.items():
        if not is_same(getattr(outcome, name), value):
            yield Finding(
                f"trial {outcome.trial}: {name} is {getattr(outcome, name)!r} in {OUTCOME}, "
                f"{value!r} in metrics.jsonl"
            )


def _tables(path: Path, plan: Plan, outcomes: Sequence[Outcome]) -> Iterator[Finding]:
    """Writes all tables once more, elsewhere, and compares."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        write_tables(
            made,
            outcomes,
            plan.configuration,
            plan.settings(),
            is_random=plan.tuner == "random",
            alternatives=alternatives_of(plan.space),
        )
        for name in (TRIALS, EFFECTS, BUDGET):
            if not (made / name).exists():
                continue
            stated, recomputed = (read_table(where / name) for where in (path, made))
            if name != TRIALS and stated and recomputed and stated[0] != recomputed[0]:
                yield unchecked(f"{name}: an earlier tfcmp wrote it with other columns")
                continue
            yield from below(Path(name), compare_tables(stated, recomputed))
        if (made / BEST).exists():
            yield from _best(path / BEST, made / BEST)


def _best(file: Path, recomputed: Path) -> Iterator[Finding]:
    if not file.is_file():
        yield Finding(f"{BEST}: missing")
        return
    stated, expected = (
        flat_settings(yaml.safe_load(one.read_text(encoding="utf-8"))) for one in (file, recomputed)
    )
    for name in sorted(stated.keys() | expected.keys()):
        if not is_same(stated.get(name), expected.get(name)):
            yield Finding(
                f"{BEST}: {name} is {stated.get(name)!r}, the best trial has {expected.get(name)!r}"
            )
