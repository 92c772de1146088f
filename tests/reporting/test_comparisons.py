from dataclasses import replace

import numpy as np
import pytest

from tfcmp.evaluation.seeds import seed_difference
from tfcmp.evaluation.significance import holm
from tfcmp.reporting.analysis.pairwise import claims_of_pairs, compare_all, pairs_figure
from tfcmp.reporting.load.models import make_entrants
from tfcmp.reporting.load.runs import read_run
from tfcmp.reporting.sections.pairs import pairs_table

MARGIN = 0.005


@pytest.fixture
def entrants(write_run):
    skills = {"gru": 1.0, "lstm": 1.01, "bag_of_ngrams": 3.0}
    return make_entrants(
        [
            read_run(write_run(model, seed, skill=skill))
            for model, skill in skills.items()
            for seed in (1, 2, 3)
        ]
    )


def test_every_pair_is_compared_with_the_better_one_first(entrants):
    pairs = compare_all(entrants, MARGIN)
    assert len(pairs) == 3
    for pair in pairs:
        assert pair.difference.value >= 0
        assert pair.difference == seed_difference(
            pair.a.correct, pair.b.correct, entrants[0].first.groups
        )


def test_p_values_are_adjusted_over_all_pairs(entrants):
    pairs = compare_all(entrants, MARGIN)
    adjusted = holm([pair.difference.p for pair in pairs])
    np.testing.assert_allclose([pair.holm_p for pair in pairs], adjusted)


def test_verdicts_on_equality_are_adjusted_over_all_pairs_as_well(entrants):
    margin = 0.3
    pairs = compare_all(entrants, margin)
    for name in ("within_p", "beyond_p"):
        adjusted = holm([getattr(pair.difference, name)(margin) for pair in pairs])
        np.testing.assert_allclose([getattr(pair, name) for pair in pairs], adjusted)
    assert {pair.equality for pair in pairs} >= {"supported"}


def test_what_is_contradicted_as_equal_is_a_resolved_difference(entrants):
    for margin in (0.005, 0.05, 0.1):
        for pair in compare_all(entrants, margin):
            assert pair.equality != "contradicted" or pair.verdict == "supported"


def test_single_runs_are_declared_equal_nowhere(entrants):
    single = [replace(entrant, runs=entrant.runs[:1]) for entrant in entrants]
    (one, *_) = compare_all([single[0], *entrants[1:]], 0.9)
    assert one.within_p <= 0.05
    pairs = compare_all(single, 0.9)
    assert {pair.equality for pair in pairs} == {"not resolved"}
    table = pairs_table(pairs, 0.9, {})
    names = [column.name for column in table.columns]
    assert {row[names.index("holds_for")] for row in table.rows} == {"these runs"}
    assert all(row[names.index("flip_p")] is not None for row in table.rows)


def test_an_unresolved_difference_is_followed_by_the_claim_of_equality(entrants):
    pairs = compare_all(entrants, MARGIN)
    told = [(claim.sentence, claim.verdict) for claim in claims_of_pairs(pairs, MARGIN)]
    assert any("bag_of_ngrams is more accurate" in sentence for sentence, _ in told)
    unresolved = [pair for pair in pairs if pair.verdict == "not resolved"]
    equal = [sentence for sentence, _ in told if "equally accurate" in sentence]
    assert len(equal) == len(unresolved) >= 1
    assert ("bag_of_ngrams is more accurate than gru.", "supported") in told


def test_a_claim_carries_what_it_stands_on(entrants):
    claim = claims_of_pairs(compare_all(entrants, MARGIN), MARGIN)[0]
    assert claim.low < claim.estimate < claim.high
    assert (claim.unit, claim.examples, claim.seeds) == ("points", 200, "3 and 3")
    assert claim.p == pytest.approx(compare_all(entrants, MARGIN)[0].holm_p)
    assert claim.table == "pairs"


def test_a_sentence_on_single_runs_speaks_of_runs(entrants):
    single = [replace(entrant, runs=entrant.runs[:1]) for entrant in entrants]
    for claim in claims_of_pairs(compare_all(single, MARGIN), MARGIN):
        assert claim.sentence.startswith("Of these runs, ")
        assert "test sampling only" in claim.test


def test_what_is_resolved_comes_first(entrants):
    verdicts = [claim.verdict for claim in claims_of_pairs(compare_all(entrants, MARGIN), MARGIN)]
    assert verdicts == sorted(verdicts, key=["supported", "contradicted", "not resolved"].index)


def test_a_picture_of_many_pairs_shows_those_with_the_best(entrants, monkeypatch):
    pairs = compare_all(entrants, MARGIN)
    assert pairs_figure(pairs, MARGIN).svg.count(" - ") == 3
    monkeypatch.setattr("tfcmp.reporting.analysis.pairwise.MOST_PAIRS", 2)
    assert pairs_figure(pairs, MARGIN).svg.count(" - ") == 2
    assert pairs_figure((), MARGIN) is None


def test_one_entrant_has_no_pair(entrants):
    assert compare_all(entrants[:1], MARGIN) == ()
    assert pairs_table((), MARGIN, {}).rows == ()


def test_the_headings_name_both_models_alike():
    headings = {column.name: column.heading for column in pairs_table((), MARGIN, {}).columns}
    assert headings["model_a"] == "a: better on average"
    assert headings["model_b"] == "b: the other"
    assert [headings[f"only_{side}"] for side in "ab"] == ["only a right", "only b right"]
