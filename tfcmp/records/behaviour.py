"""behaviour.json: how often a model fails the behaviour tests."""

from typing import NotRequired, TypedDict


class FailureRate(TypedDict):
    """Share of failed cases with its Wilson interval at 95 %."""

    value: float
    low: float
    high: float
    failures: int
    cases: int


class FailedCase(TypedDict):
    """A failed case: its texts (ids where published), and the positive share of each answer."""

    label: str
    texts: NotRequired[list[str]]
    texts_ids: NotRequired[list[str]]
    positive: list[float]


class CapabilityResult(TypedDict):
    """One capability; mean_change of the positive share where a case is a pair of texts."""

    kind: str
    summary: str
    failure_rate: FailureRate
    parts: dict[str, FailureRate]
    mean_change: NotRequired[float]
    failed: list[FailedCase]


class TestedOn(TypedDict):
    """The test set: runs with the same one can be compared."""

    version: int
    seed: int
    cases: int
    texts: int


class Behaviour(TypedDict):
    """behaviour.json."""

    test_set: TestedOn
    tolerance: float
    classes: dict[str, str]
    capabilities: dict[str, CapabilityResult]
    command: NotRequired[str]
    computed_from: NotRequired[dict[str, str]]
    sha256: NotRequired[str]
