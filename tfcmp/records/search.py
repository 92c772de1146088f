"""search.json and study.json: what searches and studies write of themselves."""

from typing import NotRequired, TypedDict

from tfcmp.records.run import Environment


class SearchBudget(TypedDict):
    """When a search ends; null does not limit it."""

    trials: int | None
    seconds: float | None


class SearchSeeds(TypedDict):
    """The seed of the proposals and that of the trials."""

    search: int
    trials: int


class TrialCounts(TypedDict):
    """How many trials ended, and how."""

    done: int
    completed: int
    failed: int
    invalid: int


class BestTrial(TypedDict):
    """The trial of the highest validation score."""

    trial: int
    score: float
    loss: float | None


class SessionStart(TypedDict):
    """One process of a search, before its first trial."""

    started: str
    command: list[str]
    commit: str | None
    imports: float
    texts: float


class SearchSession(SessionStart):
    """One process of a search that was resumed or not."""

    seconds: float


class Search(TypedDict):
    """search.json; the first keys are written before the first trial, the others after each."""

    search_format: int
    model: str
    tuner: str
    budget: SearchBudget
    seed: SearchSeeds
    space_sha256: str
    status: str
    environment: Environment
    splits: NotRequired[dict[str, str]]
    trials: NotRequired[TrialCounts]
    seconds: NotRequired[dict[str, float]]
    share_in_steps: NotRequired[float | None]
    best: NotRequired[BestTrial | None]
    sessions: NotRequired[list[SearchSession]]


class Study(TypedDict):
    """study.json: failed runs, excluded timings with the reason, seconds of those that ended well."""

    failures: dict[str, str]
    contended: list[str]
    contention: dict[str, str]
    finished: dict[str, float]
    source: NotRequired[str | None]
