"""Section: every finding of the report with what it stands on, the mission's claims first."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from tfcmp.evaluation.intervals import Values
from tfcmp.evaluation.significance import NOT_RESOLVED
from tfcmp.reporting.analysis.comparability import Conditions, modal_conditions
from tfcmp.reporting.analysis.pairwise import Pair, equality_claim
from tfcmp.reporting.analysis.scaling import Bench
from tfcmp.reporting.analysis.speed_claims import slower_claims
from tfcmp.reporting.load.models import TRANSFORMER, ModelResult, flat_settings
from tfcmp.reporting.render.document import (
    NOT_MEASURED,
    TEST,
    Claim,
    Column,
    Section,
    Table,
    interval_columns,
    make_table,
)
from tfcmp.reporting.sections.training_cost import examples_per_second, timed_runs

SLOWER = "Recurrent networks are sequential and train slower than a transformer."
ALIKE = "With equal parameter counts, recurrent networks and transformers perform alike."
GENERATION = "Recurrent networks can generate text, masked transformers cannot."
WAYS = {
    SLOWER: "to measure it: python -m tfcmp.bench --model lstm --against transformer --lengths "
    "64,128,256,512 --processes 5 --out DIR, and that folder to the report",
    ALIKE: "to measure it: python -m tfcmp.compare --config configs/studies/matched_parameters.yaml",
    GENERATION: "no command of tfcmp measures it: its models classify",
}
# Of the parameters without embeddings; what --architecture.match promises.
SAME_SIZE = 0.02
# Groups of settings that make up a recipe.
OF_A_RECIPE = ("data", "architecture", "training")
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


def claims_section(mission: Sequence[Claim], sections: Sequence[Section], margin: float) -> Section:
    """A table of all findings: the claims of the mission, then those of all other sections."""
    others = [claim for section in sections for claim in section.claims if claim not in mission]
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
        (ledger_table([*mission, *others]),),
    )


def ledger_table(claims: Sequence[Claim]) -> Table:
    """A row a claim."""
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


def hypotheses(
    entrants: Sequence[ModelResult],
    pairs: Sequence[Pair],
    margin: float,
    benches: Sequence[Bench] = (),
) -> list[Claim]:
    """The three claims of the mission, a row for each pair that speaks about one.

    Speed is judged by the throughputs that bench measured, where there are any; else by the times
    of the runs.
    """
    alike = [_alike_claim(pair, margin) for pair in pairs if _is_matched(pair.a, pair.b)]
    return [
        *(slower_claims(benches, SLOWER) or _speed_claims(entrants) or [not_measured(SLOWER)]),
        *(alike or [not_measured(ALIKE)]),
        not_measured(GENERATION),
    ]


def not_measured(sentence: str) -> Claim:
    """A claim of the mission on which no file says anything, with what would measure it."""
    return Claim(sentence, NOT_MEASURED, to_measure=WAYS[sentence])


def _alike_claim(pair: Pair, margin: float) -> Claim:
    """Equality of two models of one size; single runs cannot decide it."""
    sentence = (
        f"{ALIKE} Here: {pair.a.label} and {pair.b.label}, within {100 * margin:g} points, "
        f"{_recipes(pair.a, pair.b)}."
    )
    claim = equality_claim(pair, margin, sentence)
    if pair.has_seeds:
        return claim
    return replace(claim, verdict=NOT_RESOLVED)


def _recipes(a: ModelResult, b: ModelResult) -> str:
    """In which settings that both have, apart from the layers themselves, two models differ."""
    settings = [flat_settings(one.configuration) for one in (a, b)]
    differing = [
        f"{name} {settings[0][name]} against {settings[1][name]}"
        for name in settings[0]
        if name in settings[1]
        and name.partition(".")[0] in OF_A_RECIPE
        and settings[0][name] != settings[1][name]
    ]
    if not differing:
        return "with recipes that are equal in all that both have"
    return f"with recipes that differ in {', '.join(differing)}"


def _is_matched(a: ModelResult, b: ModelResult) -> bool:
    """A recurrent network and a from-scratch transformer of the same size."""
    models = {a.model, b.model}
    if TRANSFORMER not in models or a.is_recurrent == b.is_recurrent:
        return False
    sizes = [entrant.runs[0].result["parameters"]["without_embedding"] for entrant in (a, b)]
    return abs(sizes[0] - sizes[1]) <= SAME_SIZE * max(sizes)


def _speed_claims(entrants: Sequence[ModelResult]) -> list[Claim]:
    """For each recurrent network and from-scratch transformer whose times count: a number.

    Fits are not measured in turn, so what changes with the hour differs between models: their
    times support no verdict.
    """
    usual = modal_conditions(entrants)
    rates = {one.label: _rates(one, usual) for one in entrants}
    timed = [one for one in entrants if len(rates[one.label])]
    recurrent = [one for one in timed if one.is_recurrent]
    transformers = [one for one in timed if one.model == TRANSFORMER]
    return [
        Claim(
            f"{SLOWER} Here: {slow.label} takes longer for a training text than {fast.label} "
            f"({_hardware(usual)}).",
            NOT_RESOLVED,
            "times",
            float(np.exp(np.log(rates[fast.label]).mean() - np.log(rates[slow.label]).mean())),
            None,
            None,
            "times as long",
            None,
            _speed_test(slow, fast),
            None,
            f"{len(rates[slow.label])} and {len(rates[fast.label])}",
            to_measure=WAYS[SLOWER],
        )
        for slow, fast in product(recurrent, transformers)
    ]


def _hardware(usual: Conditions) -> str:
    return (
        f"{usual['hardware'] or usual['device']}, {usual['threads']} threads, {usual['precision']}"
    )


def _rates(entrant: ModelResult, usual: Conditions) -> Values:
    """Texts per second of the runs whose times count and that have any: one batch in all has none."""
    rates = np.array([examples_per_second(run) for run in timed_runs(entrant, usual)])
    return rates[np.isfinite(rates) & (rates > 0)]


def _speed_test(slow: ModelResult, fast: ModelResult) -> str:
    told = "ratio of the median seconds per text of fits, which were not measured in turn: no test"
    settings = ("data.max_length", "training.batch_size")
    for setting in settings:
        group, name = setting.split(".")
        values = [one.configuration[group][name] for one in (slow, fast)]
        if values[0] != values[1]:
            told += f"; {setting} {values[0]} against {values[1]}"
    return told
