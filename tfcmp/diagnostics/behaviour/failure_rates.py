"""Failure rates of a classifier, by capability and by variation within it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.diagnostics.behaviour.cases import (
    CAPABILITIES,
    TEST_SET_VERSION,
    Capability,
    Case,
    generate,
)
from tfcmp.diagnostics.behaviour.vocabulary import LABELS
from tfcmp.errors import CallError
from tfcmp.records.behaviour import Behaviour, CapabilityResult, FailureRate, TestedOn

# A probability may move that much against the change of a directional test: Ribeiro et al. 2020.
TOLERANCE = 0.1
EXAMPLES_SHOWN = 3
_CONFIDENCE = 0.95
_ALIASES = {"neg": ("neg", "negative"), "pos": ("pos", "positive")}

# Texts to probabilities (texts, classes), as `Classifier.probabilities`.
Probabilities = Callable[[list[str]], npt.NDArray[np.floating]]
Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
TestSet = list[tuple[Capability, list[Case]]]


class Sides(NamedTuple):
    """Names of the classes that stand for bad and good reviews."""

    neg: str
    pos: str


def find_sides(classes: Sequence[str], negative: str | None, positive: str | None) -> Sides:
    """The classes named by the user, else those called neg and pos, or negative and positive.

    Args:
        classes: names of the run's classes.
        negative, positive: names given with --negative and --positive.

    Raises:
        CallError: a name is no class, both are one, or no class has a telling name.
    """
    found = {}
    for label, name in zip(LABELS, (negative, positive), strict=True):
        if name is not None and name not in classes:
            flag = "--negative" if label == "neg" else "--positive"
            raise CallError(
                f"{flag} {name}: expected one of the run's classes: {', '.join(classes)}"
            )
        named = [one for one in classes if one.lower() in _ALIASES[label]]
        found[label] = name or (named[0] if named else None)
    neg, pos = found["neg"], found["pos"]
    if neg is None or pos is None:
        raise CallError(
            "the behaviour tests are about good and bad reviews, and none of the run's classes "
            f"({', '.join(classes)}) is called pos or neg; say which ones they are: "
            "--positive LABEL --negative LABEL"
        )
    if neg == pos:
        raise CallError(f"--positive and --negative are both {pos}; expected two classes")
    return Sides(neg, pos)


def shares_of_positive(
    probabilities: npt.NDArray[np.floating], classes: Sequence[str], sides: Sides
) -> Numbers:
    """(n,) float64: p(positive) / (p(positive) + p(negative)); other classes are left out.

    One half where both are zero.
    """
    columns = [classes.index(sides.neg), classes.index(sides.pos)]
    of_both = probabilities[:, columns].astype(np.float64)
    sums = of_both.sum(axis=1)
    shares: Numbers = np.divide(of_both[:, 1], sums, out=np.full(len(sums), 0.5), where=sums > 0)
    return shares


def failures(kind: str, labels: Sequence[str], shares: Numbers) -> Flags:
    """(n,) booleans: which cases fail.

    Args:
        kind: "MFT" fails where the text is not answered with its label; "INV" where original and
            changed text are answered differently; "DIR" where the share of the positive class
            moves by more than `TOLERANCE` against the label of the change.
        labels: (n,) of "neg" and "pos".
        shares: (n, texts) shares of the positive class, with one text for MFT, else two. One half
            counts as negative, as the first of equal probabilities is taken everywhere.
    """
    is_positive = np.array([label == "pos" for label in labels])
    failed: Flags
    if kind == "MFT":
        failed = (shares[:, 0] > 0.5) != is_positive
    elif kind == "INV":
        failed = (shares[:, 0] > 0.5) != (shares[:, 1] > 0.5)
    else:
        towards = np.where(is_positive, 1.0, -1.0) * (shares[:, 1] - shares[:, 0])
        failed = towards < -TOLERANCE
    return failed


def measure(capability: Capability, cases: Sequence[Case], shares: Numbers) -> CapabilityResult:
    """Failure rates of one capability and of its variations, and up to three failed cases.

    Args:
        capability: what was tested.
        cases: n cases.
        shares: (n, texts) as for `failures`.
    """
    failed = failures(capability.kind, [case.label for case in cases], shares)
    parts = np.array([case.part for case in cases])
    measured: CapabilityResult = {
        "kind": capability.kind,
        "summary": capability.summary,
        "failure_rate": rate(failed),
        "parts": {str(part): rate(failed[parts == part]) for part in dict.fromkeys(parts.tolist())},
        "failed": [
            {
                "label": cases[row].label,
                "texts": list(cases[row].texts),
                "positive": [round(float(share), 6) for share in shares[row]],
            }
            for row in np.flatnonzero(failed)[:EXAMPLES_SHOWN]
        ],
    }
    if shares.shape[1] == 2:
        measured["mean_change"] = float(np.abs(shares[:, 1] - shares[:, 0]).mean())
    return measured


def rate(failed: Flags) -> FailureRate:
    """Share of failed cases with its interval at 95 %: Wilson 1927, cases taken as independent."""
    from statsmodels.stats.proportion import proportion_confint

    count, cases = int(failed.sum()), len(failed)
    low, high = proportion_confint(count, cases, alpha=1 - _CONFIDENCE, method="wilson")
    value = count / cases
    # The bounds of 0 and of all failures miss them by rounding.
    return {
        "value": value,
        "low": min(float(low), value),
        "high": max(float(high), value),
        "failures": count,
        "cases": cases,
    }


def make_test_set(size: int, seed: int) -> tuple[TestSet, TestedOn]:
    """The cases of all capabilities, and what tells them from other ones.

    Args:
        size: cases per capability.
        seed: seed of the draws.

    Raises:
        CallError: the grammar has not so many cases.
    """
    made = [(capability, generate(capability, size, seed)) for capability in CAPABILITIES]
    texts = {text for _, cases in made for case in cases for text in case.texts}
    return made, {"version": TEST_SET_VERSION, "seed": seed, "cases": size, "texts": len(texts)}


def run_tests(
    test_set: TestSet,
    about: TestedOn,
    probabilities: Probabilities,
    classes: Sequence[str],
    sides: Sides,
) -> Behaviour:
    """Answers the cases and gives the failure rates by capability.

    Args:
        test_set, about: as `make_test_set` gives them.
        probabilities: texts to probabilities (texts, classes), as `Classifier.probabilities`.
        classes: names of the classes, in the order of the probabilities.
        sides: the two of them that stand for bad and good.
    """
    texts = [text for _, cases in test_set for case in cases for text in case.texts]
    # A text that stands in two cases is answered once.
    different = list(dict.fromkeys(texts))
    shares_of_texts = shares_of_positive(probabilities(different), classes, sides)
    share_of = dict(zip(different, shares_of_texts.tolist(), strict=True))
    measured = {}
    for capability, cases in test_set:
        shares = np.array([[share_of[text] for text in case.texts] for case in cases])
        measured[capability.name] = measure(capability, cases, shares)
    return {
        "test_set": about,
        "tolerance": TOLERANCE,
        "classes": sides._asdict(),
        "capabilities": measured,
    }
