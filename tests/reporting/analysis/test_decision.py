import pytest

from tfcmp.evaluation.axes import parse_requirement
from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.analysis.decision import missed_claim

MODELS = {
    "gru": {"parameters": 39522, "latency_p90_ms": Interval(8, 7, 9), "accuracy": 0.86},
    "bert": {"parameters": 1600004, "latency_p90_ms": Interval(90, 80, 99), "accuracy": 0.93},
    "new": {"parameters": 99000, "latency_p90_ms": None, "accuracy": 0.8},
}


def claim_of(*texts, models=MODELS):
    return missed_claim(models, [parse_requirement(text) for text in texts])


def test_the_model_that_comes_nearest_is_named():
    claim = claim_of("parameters<=1000")
    assert claim.sentence == "No model meets parameters<=1000; the nearest is gru with 39,522."
    assert (claim.verdict, claim.table, claim.estimate) == ("supported", "decision", 39522)


def test_the_nearest_misses_the_fewest_requirements():
    claim = claim_of("accuracy>=0.9", "parameters<=50000")
    assert claim.sentence.endswith("the nearest is gru with accuracy 0.86.")


def test_an_interval_that_holds_the_bound_leaves_it_open():
    timed = {name: MODELS[name] for name in ("gru", "bert")}
    assert claim_of("latency_p90_ms<=7.5", models=timed).verdict == "not resolved"
    assert claim_of("latency_p90_ms<=2", models=timed).verdict == "supported"


def test_a_model_without_a_value_may_meet_it():
    claim = claim_of("latency_p90_ms<=2")
    assert claim.sentence.endswith("with 8; not every model was measured.")
    assert claim.verdict == "not resolved"


def test_without_any_value_it_is_not_known():
    claim = claim_of("latency_p90_ms<=2", models={"new": MODELS["new"]})
    assert claim.sentence.startswith("No model is known to meet latency_p90_ms<=2")
    assert claim.verdict == "not measured"


@pytest.mark.parametrize("texts", [(), ("parameters<=40000",)])
def test_nothing_is_said_where_a_model_meets_all(texts):
    assert claim_of(*texts) is None
