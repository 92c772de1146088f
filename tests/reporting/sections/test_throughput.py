import pytest

from tfcmp.measurement.comparisons import compare_lengths
from tfcmp.reporting.sections.throughput import throughput_section

LSTM = {"label": "lstm", "family": "recurrent"}
TRANSFORMER = {"label": "transformer", "family": "transformer"}


def test_conditions_that_differ_share_no_table_and_commands_tell_no_place(
    benches, compare, rows_of
):
    cells = {
        "a": benches.training_cell(**LSTM, length=64, rate=50.0),
        "b": benches.training_cell(**LSTM, length=256, rate=20.0),
        "c": benches.training_cell(**LSTM, length=64, rate=90.0, precision="mixed_bfloat16"),
        "d": benches.training_cell(**LSTM, length=128, rate=35.0, others=0.5),
    }
    section = throughput_section(compare(benches=[benches.bench_of(training=cells)]), ())
    first, second = section.tables[:2]
    assert [row["length"] for row in rows_of(first)] == ["64", "256", "128"]
    assert rows_of(first)[2]["examples_per_second"] is None
    assert rows_of(first)[0]["command"] == "python -m tfcmp.bench --model gru --lengths 64,256"
    assert [row["examples_per_second"] for row in rows_of(second)] == [90.0]
    assert [figure.name for figure in section.figures] == ["throughput"]


def test_crossings_and_scaling_are_shown_as_bench_found_them(benches, compare, rows_of):
    scaling = {
        "gru, length 64": {
            "speed_up": {"1": benches.ends(1.0), "2": benches.ends(1.8)},
            "efficiency": {"1": benches.ends(1.0), "2": None},
            "note": "logical devices: correctness, not speed",
        }
    }
    cells = pair_of_cells(benches)
    bench = benches.bench_of(training=cells, crossings=compare_lengths(cells), scaling=scaling)
    tables = {
        table.name: rows_of(table)
        for table in throughput_section(compare(benches=[bench]), ()).tables
    }
    (crossing,) = tables["crossings"]
    assert crossing["length"] == pytest.approx(128.0)
    assert crossing["low"] < 128.0 < crossing["high"]
    assert "cross at 128 (" in crossing["outcome"]
    assert [row["speed_up"] for row in tables["scaling"]] == [1.0, 1.8]
    assert tables["scaling"][1]["efficiency"] is None


def pair_of_cells(benches, others=0.01):
    """A pair that crosses half-way between 64 and 256 tokens on a logarithmic scale."""
    rates = {"lstm": {64: 50.0, 256: 20.0}, "transformer": {64: 100.0, 256: 10.0}}
    settings = {"lstm": LSTM, "transformer": TRANSFORMER}
    return {
        f"{label} {length}": benches.training_cell(
            **settings[label], length=length, rate=rate, others=others
        )
        for label, of in rates.items()
        for length, rate in of.items()
    }


def test_pairs_that_do_not_cross_or_were_measured_beside_other_work_have_no_numbers(
    benches, compare, rows_of
):
    busy = pair_of_cells(benches, others=0.5)
    apart = {key: cell for key, cell in pair_of_cells(benches).items() if "64" in key}
    made = [benches.bench_of(training=of, crossings=compare_lengths(of)) for of in (busy, apart)]
    tables = {
        table.name: rows_of(table) for table in throughput_section(compare(benches=made), ()).tables
    }
    assert [row["length"] for row in tables["crossings"]] == [None, None]
    assert "not to be relied on" in tables["crossings"][0]["outcome"]
    assert "fewer than two lengths" in tables["crossings"][1]["outcome"]


def test_speed_up_beside_other_work_is_left_out(benches, compare, rows_of):
    found = {"1": benches.ends(1.0)}
    scaling = {"gru": {"speed_up": found, "efficiency": found, "note": None, "is_contended": True}}
    bench = benches.bench_of(training=pair_of_cells(benches), scaling=scaling)
    tables = {
        table.name: rows_of(table)
        for table in throughput_section(compare(benches=[bench]), ()).tables
    }
    (row,) = tables["scaling"]
    assert row["speed_up"] is None
    assert "other work ran" in row["note"]


def test_without_measurement_there_is_no_section(benches, compare, rows_of):
    assert throughput_section(compare(benches=[benches.bench_of()]), ()) is None


def test_the_limit_of_real_texts_and_the_parts_of_a_step_are_shown(benches, compare, rows_of):
    cells = {
        "a": benches.training_cell(
            **LSTM, length="real", rate=50.0, data="imdb", max_length=400, accumulate=2
        ),
        "b": benches.training_cell(**LSTM, length=64, rate=50.0),
    }
    section = throughput_section(compare(benches=[benches.bench_of(training=cells)]), ())
    real, made_up = rows_of(section.tables[0])
    assert (real["length"], real["max_length"], real["parts"]) == ("real", 400, 2)
    assert (made_up["max_length"], made_up["parts"]) == (None, None)
