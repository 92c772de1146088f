import pytest

from tfcmp.reporting.analysis.benchmarks import OTHERWISE
from tfcmp.reporting.sections.training_cost import training_cost_section
from tfcmp.runs.files import write_json


@pytest.fixture
def timed(write_run, benches, compare):
    """Models that were timed with the given settings of a cell; None was not."""

    def build(**settings):
        runs = []
        for model, setting in settings.items():
            path = write_run(model)
            if setting is not None:
                cells = {"keras float32": benches.inference_cell(8.0, **setting)}
                write_json(path / "bench.json", benches.bench_of(cells))
            runs.append(path)
        return compare(runs)

    return build


def test_only_what_was_measured_in_vain_is_left_out(timed):
    made = timed(gru={"others": 0.4}, lstm={}, transformer=None)
    left_out = made.untimed
    assert list(left_out) == ["gru"]
    assert "other processes" in left_out["gru"]
    assert "idle machine" in left_out["gru"]


def test_an_unknown_load_is_left_out_too(timed):
    assert "not known" in timed(gru={"others": None}, lstm={}).untimed["gru"]


def test_times_under_other_conditions_are_no_matter_of_an_idle_machine(timed):
    made = timed(gru={}, lstm={}, transformer={"threads": 8})
    assert made.untimed == {"transformer": OTHERWISE}


def test_the_times_tell_that_latency_was_measured_but_left_out(timed):
    made = timed(gru={"others": 0.4}, lstm=None)
    note = training_cost_section(made).notes[-1]
    assert note.startswith("Inference latency of gru was measured, but left out: other processes")
