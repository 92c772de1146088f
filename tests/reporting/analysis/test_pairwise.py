from dataclasses import replace

import numpy as np
import pytest

from tfcmp.evaluation.seeds import seed_difference
from tfcmp.evaluation.significance import holm
from tfcmp.reporting.analysis.pairwise import claims_of_pairs, compare_all
from tfcmp.reporting.load.models import make_models
from tfcmp.reporting.load.runs import read_run

MARGIN = 0.005


@pytest.fixture
def models(write_run):
    skills = {"gru": 1.0, "lstm": 1.01, "bag_of_ngrams": 3.0}
    return make_models(
        [
            read_run(write_run(model, seed, skill=skill))
            for model, skill in skills.items()
            for seed in (1, 2, 3)
        ]
    )


def test_every_pair_is_compared_with_the_better_one_first(models):
    pairs = compare_all(models, MARGIN)
    assert len(pairs) == 3
    for pair in pairs:
        assert pair.difference.value >= 0
        assert pair.difference == seed_difference(
            pair.a.correct, pair.b.correct, models[0].first.groups
        )


def test_p_values_are_adjusted_over_all_pairs(models):
    pairs = compare_all(models, MARGIN)
    adjusted = holm([pair.difference.p for pair in pairs])
    np.testing.assert_allclose([pair.holm_p for pair in pairs], adjusted)


def test_verdicts_on_equality_are_adjusted_over_all_pairs_as_well(models):
    margin = 0.3
    pairs = compare_all(models, margin)
    for name in ("within_p", "beyond_p"):
        adjusted = holm([getattr(pair.difference, name)(margin) for pair in pairs])
        np.testing.assert_allclose([getattr(pair, name) for pair in pairs], adjusted)
    assert {pair.equality for pair in pairs} >= {"supported"}


def test_what_is_contradicted_as_equal_is_a_resolved_difference(models):
    for margin in (0.005, 0.05, 0.1):
        for pair in compare_all(models, margin):
            assert pair.equality != "contradicted" or pair.verdict == "supported"


def test_single_runs_are_declared_equal_nowhere(models):
    single = [replace(model, runs=model.runs[:1]) for model in models]
    (one, *_) = compare_all([single[0], *models[1:]], 0.9)
    assert one.within_p <= 0.05
    pairs = compare_all(single, 0.9)
    assert {pair.equality for pair in pairs} == {"not resolved"}
    assert {pair.holds_for for pair in pairs} == {"these runs"}
    assert all(pair.difference.flip_p is not None for pair in pairs)


def test_an_unresolved_difference_is_followed_by_the_claim_of_equality(models):
    pairs = compare_all(models, MARGIN)
    told = [(claim.sentence, claim.verdict) for claim in claims_of_pairs(pairs, MARGIN)]
    assert any("bag_of_ngrams is more accurate" in sentence for sentence, _ in told)
    unresolved = [pair for pair in pairs if pair.verdict == "not resolved"]
    equal = [sentence for sentence, _ in told if "equally accurate" in sentence]
    assert len(equal) == len(unresolved) >= 1
    assert ("bag_of_ngrams is more accurate than gru.", "supported") in told


def test_a_claim_carries_what_it_stands_on(models):
    claim = claims_of_pairs(compare_all(models, MARGIN), MARGIN)[0]
    assert claim.low < claim.estimate < claim.high
    assert (claim.unit, claim.examples, claim.seeds) == ("points", 200, "3 and 3")
    assert claim.p == pytest.approx(compare_all(models, MARGIN)[0].holm_p)
    assert claim.table == "pairs"


def test_a_sentence_on_single_runs_speaks_of_runs(models):
    single = [replace(model, runs=model.runs[:1]) for model in models]
    for claim in claims_of_pairs(compare_all(single, MARGIN), MARGIN):
        assert claim.sentence.startswith("Of these runs, ")
        assert "test sampling only" in claim.test


def test_what_is_resolved_comes_first(models):
    verdicts = [claim.verdict for claim in claims_of_pairs(compare_all(models, MARGIN), MARGIN)]
    assert verdicts == sorted(verdicts, key=["supported", "contradicted", "not resolved"].index)


def test_one_model_has_no_pair(models):
    assert compare_all(models[:1], MARGIN) == ()
