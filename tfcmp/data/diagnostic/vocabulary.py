"""All values of all slots, once for each label."""

from collections.abc import Mapping, Sequence

from tfcmp.data.diagnostic.circumstances import CIRCUMSTANCES
from tfcmp.data.diagnostic.fillers import FILLERS
from tfcmp.data.diagnostic.lexicon import ADJECTIVES, LABELS, NOUNS, VERBS, opposite


def _vocabulary(label: str) -> Mapping[str, Sequence[str]]:
    values: dict[str, Sequence[str]] = {**FILLERS, **CIRCUMSTANCES}
    for side, polarity in (("same", label), ("other", opposite(label))):
        values[f"{side}.adjective"] = ADJECTIVES[polarity]
        values[f"{side}.noun"] = NOUNS[polarity]
        values[f"{side}.base"] = tuple(base for base, _ in VERBS[polarity])
        values[f"{side}.verb"] = tuple(past for _, past in VERBS[polarity])
    return values


VOCABULARY = {label: _vocabulary(label) for label in LABELS}
