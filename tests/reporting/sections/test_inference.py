import pytest

from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.load.runs import mean_of
from tfcmp.reporting.sections.inference import inference_section
from tfcmp.runs.files import write_json


@pytest.fixture
def timed(write_run, benches, compare):
    """The function (cells of gru, cells of lstm) -> the comparison of both."""

    def build(gru, lstm):
        paths = [write_run(model) for model in ("gru", "lstm")]
        for path, cells in zip(paths, (gru, lstm), strict=True):
            write_json(path / "bench.json", benches.bench_of(cells))
        return compare(paths)

    return build


def test_a_row_a_model_and_engine_with_the_command_that_measures_it_again(benches, timed, rows_of):
    cells = {
        "keras float32": benches.inference_cell(8.0),
        "onnx float32": benches.inference_cell(3.0, engine="onnx"),
    }
    section = inference_section(timed(cells, {}))
    keras, onnx = rows_of(section.tables[0])
    assert (keras["engine"], keras["p90_ms"], keras["accuracy"]) == ("keras float32", 8.0, 0.89)
    assert (onnx["p90_ms"], onnx["accuracy"], onnx["model_mb"]) == (3.0, 0.88, 16.0)
    assert onnx["command"] == "python -m tfcmp.bench gru-seed1 --engines keras,onnx"


def test_times_of_other_threads_stand_in_a_table_of_their_own(benches, timed, rows_of):
    made = timed(
        {"keras float32": benches.inference_cell(8.0)},
        {"keras float32": benches.inference_cell(2.0, threads=8)},
    )
    section = inference_section(made)
    assert [len(table.rows) for table in section.tables] == [1, 1]
    assert "8 threads" in section.tables[1].title
    assert "latency_p90_ms" in made.inference_axes["gru"]
    assert made.inference_axes["lstm"] == {}


def test_times_beside_other_work_are_empty_and_no_axis(benches, timed, rows_of):
    made = timed(
        {"keras float32": benches.inference_cell(8.0, others=0.4)},
        {"keras float32": benches.inference_cell(9.0)},
    )
    busy, quiet = rows_of(inference_section(made).tables[0])
    assert busy["p90_ms"] is None
    assert "5 % of the cores" in busy["left_out"]
    assert (quiet["p90_ms"], quiet["left_out"]) == (9.0, None)
    axes = made.inference_axes
    assert "latency_p90_ms" not in axes["gru"]
    assert axes["lstm"]["latency_p90_ms"].value == 9.0


def test_pictures_against_accuracy_length_and_batch(benches, timed, rows_of):
    cells = {"keras float32": benches.inference_cell(8.0)}
    section = inference_section(timed(cells, cells))
    names = [figure.name for figure in section.figures]
    assert names == ["accuracy_latency", "latency_length", "latency_batch"]


def test_what_was_not_measured_is_told(benches, timed, rows_of):
    section = inference_section(timed({}, {}))
    assert section.tables == ()
    assert "Not measured" in section.notes[0]


def test_measurements_of_several_runs_are_joined_with_the_widest_ends():
    found = [{"value": 1.0, "low": 0.5, "high": 1.5}, {"value": 3.0, "low": 2.0, "high": 4.0}]
    assert mean_of(found) == Interval(2.0, 0.5, 4.0)
    assert mean_of([*found, 2.0]) == 2.0
    assert mean_of([None, {"value": None}]) is None


def test_kernels_and_padding_stand_beside_the_times(benches, write_run, compare, rows_of):
    path = write_run("gru")
    audit = {"keras float32": {"recurrent_layers": {"forward_1": {"cudnn": True, "why_not": []}}}}
    cells = {
        "keras float32": benches.inference_cell(8.0),
        "onnx float32": benches.inference_cell(3.0, engine="onnx"),
    }
    write_json(path / "bench.json", benches.bench_of(cells, audit=audit))
    section = inference_section(compare([path]))
    keras, onnx = rows_of(section.tables[0])
    assert (keras["kernels"], keras["padding_share"]) == ("forward_1: cuDNN", 0.03)
    assert onnx["kernels"] is None


@pytest.mark.parametrize("few", [{"processes": 4}, {"session": None}, {"session": "another hour"}])
def test_times_of_few_processes_or_of_another_bench_are_numbers_without_an_interval(
    benches, timed, few
):
    made = timed(
        {"keras float32": benches.inference_cell(8.0)},
        {"keras float32": benches.inference_cell(9.0, **few)},
    )
    assert made.inference_axes["gru"]["latency_p90_ms"] == 8.0
    assert made.latencies_by_engine["keras float32"]["lstm"]["latency_p90_ms"] == 9.0


def test_points_that_were_left_out_make_no_curve(benches, timed):
    left_out = {"left_out": "the device's memory is too small"}
    cell = {**benches.inference_cell(8.0), "by_batch_size": {"8": left_out}, "by_length": {}}
    figures = inference_section(timed({"keras float32": cell}, {})).figures
    assert [figure.name for figure in figures] == ["accuracy_latency"]
