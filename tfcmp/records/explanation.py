"""explanation.json: how good the explanations of a run are."""

from typing import NotRequired, TypedDict


class Estimate(TypedDict):
    """A mean over texts with its 95 % interval; null, or without interval, where it has none."""

    value: float | None
    low: NotRequired[float | None]
    high: NotRequired[float | None]
    texts: int


class Seconds(TypedDict):
    """Seconds per explanation."""

    median: float
    p90: float
    mean: float


class Completeness(TypedDict):
    """Relative errors of integrated gradients' sums."""

    median: float
    p95: float
    max: float
    tolerance: float
    share_within_tolerance: float
    texts_by_steps: dict[str, int]


class RandomFigures(TypedDict):
    """Faithfulness of random rankings of the words."""

    comprehensiveness: Estimate
    sufficiency: Estimate
    comprehensiveness_of_margin: Estimate
    sufficiency_of_margin: Estimate


class MethodFigures(RandomFigures):
    """Faithfulness, plausibility, cost and completeness of one method."""

    comprehensiveness_less_random: Estimate
    sufficiency_less_random: Estimate
    plausibility: NotRequired[Estimate]
    plausibility_by_magnitude: NotRequired[Estimate]
    seconds: Seconds
    completeness: NotRequired[Completeness]


class SanityOfMethod(TypedDict):
    """How far explanations resemble those of a shuffled model; passed is null if not measured."""

    resemblance: Estimate
    passed: bool | None


class Sanity(TypedDict):
    """The check against a shuffled model, by method."""

    largest_resemblance: float
    ig: NotRequired[SanityOfMethod]
    occlusion: NotRequired[SanityOfMethod]


class AgreementOfSeed(TypedDict):
    """Rank correlations with the explanations of another run, by method."""

    run: str
    model: str
    seed: int
    differs_in_seed_only: bool
    ig: NotRequired[Estimate]
    occlusion: NotRequired[Estimate]


class Agreements(TypedDict, total=False):
    """Rank correlations between the methods, and with other runs."""

    methods: Estimate
    seeds: list[AgreementOfSeed]


class Excluded(TypedDict):
    """A text that could not be explained."""

    id: str
    reason: str


class Sample(TypedDict):
    """The texts that were explained."""

    texts_of: str
    texts: int
    groups: int
    seed: int
    median_words: float
    left_out: list[Excluded]


class Settings(TypedDict):
    """How the explanations were computed and measured."""

    shares_of_words: list[float]
    steps: int
    most_steps: int
    random_rankings: int
    texts_of_sanity: int
    baseline: str | None


class TextFaithfulness(TypedDict):
    """Faithfulness of one ranking of a text's words."""

    comprehensiveness: float
    sufficiency: float
    margin_comprehensiveness: float
    margin_sufficiency: float


class TextFigures(TextFaithfulness):
    """What one method's explanation of a text is worth, and what it took."""

    seconds: float
    steps: NotRequired[int]
    completeness_error: NotRequired[float]
    complete: NotRequired[bool]
    plausibility: NotRequired[float]
    plausibility_by_magnitude: NotRequired[float]
    sanity: NotRequired[list[float | None]]
    seeds: NotRequired[list[float | None]]


class TextRow(TypedDict):
    """One text, by the hash of its words."""

    id: str
    group: int
    words: int
    words_cut: int
    margin: float
    random: TextFaithfulness
    ig: NotRequired[TextFigures]
    occlusion: NotRequired[TextFigures]
    agreement: NotRequired[float | None]


class Figures(TypedDict):
    """What is computed from the rows of all texts."""

    method: str
    measure: str
    comprehensiveness: Estimate
    sufficiency: Estimate
    plausibility: NotRequired[Estimate]
    methods: dict[str, MethodFigures]
    random: RandomFigures
    agreement: NotRequired[Agreements]
    sanity: Sanity


class Explanation(Figures):
    """explanation.json."""

    sample: Sample
    settings: Settings
    texts: list[TextRow]
    command: NotRequired[str]
    computed_from: NotRequired[dict[str, str]]
    sha256: NotRequired[str]
