import pytest

from tfcmp.errors import CallError
from tfcmp.reporting.sections.recommendation import recommendation_section
from tfcmp.runs.files import write_json


@pytest.fixture
def decide(write_run, compare):
    """The function (requirements, preference, latencies) -> the section, of a good slow and a fast model."""

    def run(
        requirements=(), preference="accuracy", latencies=(50.0, 5.0), skills=(4.0, 0.8), margin=0.0
    ):
        runs = []
        for model, skill, latency in zip(("lstm", "gru"), skills, latencies, strict=True):
            path = write_run(model, skill=skill)
            if latency is not None:
                measured = {"value": latency, "low": latency - 1, "high": latency + 1}
                write_json(path / "bench.json", {"latency_p90_ms": measured})
            runs.append(path)
        options = {"requirements": requirements, "preference": preference, "margin": margin}
        return recommendation_section(compare(runs, **options))

    return run


def table_of(section, name):
    (table,) = [table for table in section.tables if table.name == name]
    return table.rows


def test_without_requirement_the_most_accurate_is_taken(decide):
    section = decide()
    rows = table_of(section, "decision")
    assert [row[:2] for row in rows] == [("lstm", "take"), ("gru", "runner-up")]
    (claim,) = section.claims
    assert claim.sentence.startswith("Of these runs, lstm is the best on accuracy, before gru")
    assert "at the cost of latency, parameters" in claim.sentence
    assert (claim.verdict, claim.table) == ("supported", "pairs")


def test_what_the_choice_costs_is_named(decide):
    costs = table_of(decide(), "costs")
    assert ("latency_p90_ms", 50.0, 5.0, "gru", "the other", "yes") in costs


def test_a_requirement_rules_out(decide):
    section = decide(["latency_p90_ms<=20"])
    rows = table_of(section, "decision")
    assert rows[0][:2] == ("gru", "take")
    assert rows[1][:2] == ("lstm", "not eligible")
    assert rows[1][3] == "latency_p90_ms<=20 does not hold: it is 50"
    assert ("accuracy", "lstm") in [(row[0], row[3]) for row in table_of(section, "costs")]


def test_a_requirement_that_the_interval_leaves_open_is_told(decide):
    rows = table_of(decide(["latency_p90_ms<=5.5"]), "decision")
    assert rows[0][4] == "latency_p90_ms<=5.5"


def test_an_axis_without_measurement_says_so(decide):
    section = decide(latencies=(None, None))
    assert any("Inference time (latency_p90_ms) was not measured" in one for one in section.notes)
    assert "inference time:" in section.figures[0].svg


def test_one_measured_axis_is_told_to_be_an_order_only(decide):
    section = decide(latencies=(None, None))
    assert any("Only one of the three has values that count" in one for one in section.notes)
    assert any("python -m tfcmp.bench RUN measures it" in one for one in section.notes)


def test_a_difference_that_is_not_resolved_beats_nobody(decide):
    section = decide(latencies=(None, None), skills=(1.0, 0.9))
    rows = table_of(section, "pareto")
    assert [row[5] for row in rows] == ["on the front"] * 2
    assert all(row[6] is None for row in rows)
    best = max(rows, key=lambda row: row[1])[0]
    assert {row[7] for row in rows} == {None, best}
    assert {row[8] for row in rows} == {"this run only"}


def test_a_tie_is_decided_by_latency_and_says_what_the_other_would_cost(decide):
    """lstm is slightly more accurate and ten times slower."""
    section = decide(skills=(1.05, 1.0), margin=0.1)
    (claim,) = section.claims
    taken, other = [row[0] for row in table_of(section, "decision")[:2]]
    assert (taken, other) == ("gru", "lstm")
    assert "gru is taken: on accuracy it ties with lstm" in claim.sentence
    assert "better on latency_p90_ms" in claim.sentence
    assert "lstm would bring" in claim.sentence
    assert "at the cost of latency_p90_ms 50 instead of 5" in claim.sentence
    assert (claim.verdict, claim.estimate, claim.unit) == ("supported", -45.0, "latency_p90_ms")
    assert claim.low < -45 < claim.high < 0
    costs = table_of(section, "costs")
    assert ("latency_p90_ms", 5.0, 50.0, "lstm", "the chosen model", "yes") in costs


def test_a_tie_for_want_of_data_is_not_called_equality(decide):
    section = decide(skills=(1.05, 1.0))
    assert any("Not distinguishable is not equal: points that " in one for one in section.notes)


def test_what_could_not_decide_a_tie_is_told(decide):
    section = decide(skills=(1.05, 1.0), margin=0.1, latencies=(None, 5.0))
    assert any("latency_p90_ms did not decide the tie, as lstm was" in one for one in section.notes)
    assert table_of(section, "decision")[0][3] == "decides the tie: parameters"


def test_an_unmeasured_model_is_not_taken_under_that_requirement(decide):
    rows = table_of(decide(["latency_p90_ms<=99"], latencies=(None, 5.0)), "decision")
    assert rows[0][:2] == ("gru", "take")
    assert rows[1][3] == "latency_p90_ms was not measured"


def test_another_preference_is_judged_by_its_intervals(decide):
    (claim,) = decide(preference="latency_p90_ms").claims
    assert "gru is the best on latency_p90_ms" in claim.sentence
    assert "at the cost of accuracy" in claim.sentence
    assert (claim.verdict, claim.estimate) == ("supported", -45.0)


def test_an_unknown_axis_is_refused(decide):
    with pytest.raises(CallError, match="is no axis"):
        decide(preference="beauty")


def test_explanations_of_other_texts_are_no_axis_of_the_decision(write_run, compare):
    runs = []
    for model, texts_of in (("lstm", "test"), ("gru", "test"), ("transformer", "mine.csv")):
        path = write_run(model)
        measured = {"value": 0.5, "low": 0.4, "high": 0.6}
        content = {"comprehensiveness": measured, "sample": {"texts_of": texts_of, "texts": 9}}
        write_json(path / "explanation.json", content)
        runs.append(path)
    section = recommendation_section(compare(runs))
    values = {row[0]: row[3] for row in table_of(section, "pareto")}
    assert values == {"lstm": 0.5, "gru": 0.5, "transformer": None}
    assert any("transformer-seed1: comprehensiveness, suff" in note for note in section.notes)


def test_every_engine_has_a_row_for_every_limit_and_the_order_is_told(write_run, benches, compare):
    runs = []
    for model, keras, onnx in (("lstm", 8.0, 3.0), ("gru", 12.0, 1.5)):
        path = write_run(model)
        cells = {
            "keras float32": benches.inference_cell(keras),
            "onnx float32": benches.inference_cell(onnx, engine="onnx"),
        }
        write_json(path / "bench.json", benches.bench_of(cells))
        runs.append(path)
    section = recommendation_section(compare(runs, margin=0.5))
    rows = {(row[0], row[1]): row[2:] for row in table_of(section, "sensitivity")}
    assert len(rows) == 2 * 7
    assert rows["keras float32", "5 ms"][:2] == ("no model", "no model")
    assert rows["keras float32", "10 ms"][:2] == ("lstm", "lstm")
    assert rows["keras float32", "no limit"][:2] == ("lstm (gru)", "lstm")
    assert rows["onnx float32", "2 ms"][:3] == ("gru", "gru", "not measured")
    assert rows["onnx float32", "no limit"][:2] == ("gru (lstm)", "gru")
    (told,) = [note for note in section.notes if "order of latencies depends" in note]
    assert "keras float32: lstm, gru" in told
    assert "onnx float32: gru, lstm" in told


def test_times_beside_other_work_are_told_as_measured_but_left_out(write_run, benches, compare):
    runs = []
    for model in ("lstm", "gru"):
        path = write_run(model)
        cells = {"keras float32": benches.inference_cell(8.0, others=0.4)}
        write_json(path / "bench.json", benches.bench_of(cells))
        runs.append(path)
    section = recommendation_section(compare(runs, requirements=["latency_p90_ms<=20"]))
    told = "measured, but left out: other processes took more than 5 % of the cores in use"
    for row in table_of(section, "decision"):
        assert row[3].startswith(f"latency_p90_ms was {told}")
    assert any(told in note and "idle machine" in note for note in section.notes)
    assert not any("latency_p90_ms) was not measured" in note for note in section.notes)
    assert "but left out" in section.figures[0].svg
    assert section.claims[0].verdict == "not measured"
