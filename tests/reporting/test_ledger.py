import pytest

from tfcmp.reporting.analysis.pairwise import compare_all
from tfcmp.reporting.load.models import make_entrants
from tfcmp.reporting.load.runs import read_run
from tfcmp.reporting.render.document import Claim, Section
from tfcmp.reporting.sections.claims import SLOWER, claims_section, hypotheses

MARGIN = 0.005


def claims_of(runs):
    entrants = make_entrants(runs)
    return hypotheses(entrants, compare_all(entrants, MARGIN), MARGIN)


def speeds(write_run, model, rates):
    """Runs of which each trains at its own speed."""
    return [
        read_run(
            write_run(
                model,
                seed,
                lines=[{"event": "epoch", "epoch": 1, "examples_per_second": rate, "seconds": 1.0}],
            )
        )
        for seed, rate in enumerate(rates, start=1)
    ]


def test_the_claims_of_the_mission_are_not_measured_until_they_are(write_run):
    claims = claims_of([read_run(write_run("gru"))])
    assert [claim.verdict for claim in claims] == ["not measured"] * 3
    assert "sequential" in claims[0].sentence
    assert "equal parameter counts" in claims[1].sentence
    assert "generate" in claims[2].sentence


def test_what_is_not_measured_says_what_to_run(write_run):
    claims = claims_of([read_run(write_run("gru"))])
    assert all(claim.to_measure for claim in claims)
    assert "matched_parameters.yaml" in claims[1].to_measure


def test_times_of_fits_are_shown_and_support_no_verdict(write_run):
    runs = speeds(write_run, "lstm", [50.0, 51.0, 49.0])
    runs += speeds(write_run, "transformer", [100.0, 101.0, 99.0])
    claim = claims_of(runs)[0]
    assert (claim.verdict, claim.low) == ("not resolved", None)
    assert claim.estimate == pytest.approx(2.0, rel=0.01)
    assert claim.seeds == "3 and 3"
    assert "--processes 5" in claim.to_measure


def test_runs_without_a_rate_have_no_part_in_it(write_run):
    # One epoch of one batch: its only step is the one that compiles.
    runs = speeds(write_run, "gru", [None]) + speeds(write_run, "lstm", [None, 50.0, 50.5])
    runs += speeds(write_run, "transformer", [100.0, 101.0])
    claims = [claim for claim in claims_of(runs) if claim.sentence.startswith(SLOWER)]
    (claim,) = claims
    assert "lstm takes longer" in claim.sentence
    assert claim.estimate == pytest.approx(2.0, rel=0.01)
    assert claim.seeds == "2 and 2"


def test_without_any_rate_it_is_not_measured(write_run):
    runs = speeds(write_run, "lstm", [None]) + speeds(write_run, "transformer", [None])
    assert claims_of(runs)[0].verdict == "not measured"


def test_times_under_other_conditions_do_not_measure_it(write_run):
    slow = [read_run(write_run("lstm", seed)) for seed in (1, 2)]
    fast = [read_run(write_run("transformer", 1, environment={"threads": 8}))]
    assert claims_of(slow + fast)[0].verdict == "not measured"


def test_only_models_of_the_same_size_speak_about_the_second(write_run):
    models = ("lstm", "gru", "transformer")
    runs = [read_run(write_run(model, seed)) for model in models for seed in (1, 2, 3)]
    matched = [claim for claim in claims_of(runs) if "Here:" in claim.sentence]
    (claim,) = [claim for claim in matched if "perform alike" in claim.sentence]
    assert "lstm" in claim.sentence
    assert "gru" not in claim.sentence
    assert "two one-sided tests" in claim.test
    assert claim.verdict == "not resolved"


def test_the_claim_of_equal_parameters_names_in_what_the_recipes_differ(write_run):
    data = {"max_length": 304, "truncation": "head+tail"}
    runs = [read_run(write_run("lstm")), read_run(write_run("transformer", data=data))]
    sentence = claims_of(runs)[1].sentence
    for setting, *values in (
        ("data.max_length", "64", "304"),
        ("data.truncation", "head", "head+tail"),
    ):
        assert f"{setting} {values[0]} against {values[1]}" in sentence or (
            f"{setting} {values[1]} against {values[0]}" in sentence
        )
    assert "training.batch_size" not in sentence


def test_recipes_that_are_equal_are_said_to_be(write_run):
    runs = [read_run(write_run("lstm")), read_run(write_run("transformer"))]
    assert "with recipes that are equal in all that both have" in claims_of(runs)[1].sentence


def test_single_runs_cannot_contradict_the_second(write_run):
    runs = [read_run(write_run("lstm", skill=5.0)), read_run(write_run("transformer", skill=0.2))]
    claim = claims_of(runs)[1]
    assert claim.verdict == "not resolved"
    assert claim.low > 5
    assert claim.test.endswith("says nothing of other seeds")
    three = [read_run(write_run("lstm", seed, skill=5.0)) for seed in (2, 3, 4)]
    three += [read_run(write_run("transformer", seed, skill=0.2)) for seed in (2, 3, 4)]
    assert claims_of(three)[1].verdict == "contradicted"


def test_every_claim_of_every_section_stands_in_the_ledger(write_run):
    mission = claims_of([read_run(write_run())])
    own = Claim("Water is wet.", "supported", "pairs", 1.0)
    section = Section("x", "X", claims=(mission[0], own))
    (table,) = claims_section(mission, [section], MARGIN).tables
    assert [row[0] for row in table.rows] == [1, 2, 3, 4]
    assert table.rows[-1][1:4] == ("Water is wet.", "supported", 1.0)
