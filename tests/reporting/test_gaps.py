import pytest

from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.analysis.gaps import OTHERWISE, why_left_out
from tfcmp.reporting.load.models import make_entrants
from tfcmp.reporting.load.runs import read_run
from tfcmp.reporting.sections.training_cost import times_section
from tfcmp.runs.files import write_json


@pytest.fixture
def entrants(write_run, benches):
    """Models that were timed with the given settings of a cell; None was not."""

    def build(**settings):
        runs = []
        for model, setting in settings.items():
            path = write_run(model)
            if setting is not None:
                cells = {"keras float32": benches.inference_cell(8.0, **setting)}
                write_json(path / "bench.json", benches.bench_of(cells))
            runs.append(read_run(path))
        return make_entrants(runs)

    return build


def test_only_what_was_measured_in_vain_is_left_out(entrants):
    made = entrants(gru={"others": 0.4}, lstm={}, transformer=None)
    left_out = why_left_out(made)
    assert list(left_out) == ["gru"]
    assert "other processes" in left_out["gru"]
    assert "idle machine" in left_out["gru"]


def test_an_unknown_load_is_left_out_too(entrants):
    assert "not known" in why_left_out(entrants(gru={"others": None}, lstm={}))["gru"]


def test_times_under_other_conditions_are_no_matter_of_an_idle_machine(entrants):
    made = entrants(gru={}, lstm={}, transformer={"threads": 8})
    assert why_left_out(made) == {"transformer": OTHERWISE}


def test_the_times_tell_that_latency_was_measured_but_left_out(entrants):
    made = entrants(gru={"others": 0.4}, lstm=None)
    measured = {entrant.label: Interval(0.8, 0.7, 0.9) for entrant in made}
    note = times_section(made, (), measured).notes[-1]
    assert note.startswith("Inference latency of gru was measured, but left out: other processes")
