"""Section: what the report found, in a few sentences; each stands in the ledger too."""

from collections.abc import Sequence

from tfcmp.evaluation.significance import NOT_RESOLVED
from tfcmp.reporting.render.document import Claim, Section

# Of the differences between pairs.
MOST_DIFFERENCES = 8


def overview_section(
    decision: Sequence[Claim], mission: Sequence[Claim], differences: Sequence[Claim]
) -> Section:
    """The decision, the claims of the mission, and the differences that are resolved."""
    resolved = [claim for claim in differences if claim.verdict != NOT_RESOLVED]
    notes = []
    open_ones = len(differences) - len(resolved)
    if len(resolved) > MOST_DIFFERENCES:
        notes.append(
            f"The first {MOST_DIFFERENCES} of {len(resolved)} resolved findings on accuracy are "
            "shown; section Accuracy has all."
        )
    if open_ones:
        notes.append(
            f"{open_ones} of {len(differences)} findings on accuracy are not resolved by these runs."
        )
    claims = (*decision, *mission, *resolved[:MOST_DIFFERENCES])
    return Section("overview", "In short", tuple(notes), claims)
