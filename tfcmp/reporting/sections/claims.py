"""Sections: what the report found, in short; and every finding with what it stands on."""

from collections.abc import Sequence

from tfcmp.evaluation.significance import NOT_RESOLVED
from tfcmp.reporting.render.document import (
    TEST,
    Claim,
    Column,
    Section,
    Table,
    interval_columns,
    make_table,
)

# Of the differences between pairs.
MOST_DIFFERENCES = 8
COLUMNS = (
    Column("number", "no.", "count"),
    Column("claim", "claim"),
    Column("verdict", "verdict"),
    *interval_columns("estimate", "estimate", "number"),
    Column("unit", "unit"),
    Column("p", "adjusted p", "p"),
    Column("examples", "n", "count"),
    Column("seeds", "runs"),
    Column(TEST, "test"),
    Column("table", "table"),
    Column("to_measure", "what to run"),
)


def overview_section(
    decision: Sequence[Claim], hypotheses: Sequence[Claim], differences: Sequence[Claim]
) -> Section:
    """The decision, the hypotheses, and the differences that are resolved."""
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
    claims = (*decision, *hypotheses, *resolved[:MOST_DIFFERENCES])
    return Section("overview", "In short", tuple(notes), claims)


def claims_section(
    hypotheses: Sequence[Claim], sections: Sequence[Section], margin: float
) -> Section:
    """A table of all findings: the hypotheses, then those of all other sections."""
    others = [claim for section in sections for claim in section.claims if claim not in hypotheses]
    return Section(
        "ledger",
        "Claims ledger",
        (
            "Supported, not resolved and contradicted are verdicts on the sentence as it stands. "
            "A difference is judged by its p adjusted over all pairs, equality by two one-sided "
            f"tests at a margin of {100 * margin:g} points, whose p is adjusted in the same way: no "
            "significant difference is no support. Observed is what was counted in these runs, "
            "without a test. Intervals are not adjusted. No interval covers the variation that "
            "other training texts would bring. Each row names the table, and so the CSV file, from "
            "which it is taken.",
        ),
        (),
        (),
        (_table([*hypotheses, *others]),),
    )


def _table(claims: Sequence[Claim]) -> Table:
    """One row per claim."""
    rows = [
        (
            number,
            claim.sentence,
            claim.verdict,
            claim.estimate,
            claim.low,
            claim.high,
            claim.unit or None,
            claim.p,
            claim.examples,
            claim.seeds or None,
            claim.test or None,
            claim.table or None,
            claim.to_measure or None,
        )
        for number, claim in enumerate(claims, start=1)
    ]
    return make_table("claims", "All findings", COLUMNS, rows)
