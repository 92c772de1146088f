import pytest

from tfcmp.measurement.crossings import find_crossings
from tfcmp.reporting.throughput import slower_claims, throughput_section

LSTM = {"label": "lstm", "family": "recurrent"}
TRANSFORMER = {"label": "transformer", "family": "transformer"}


def claims_of(*cells):
    return slower_claims([{"training": {str(n): cell for n, cell in enumerate(cells)}}], "S.")


def rows_of(table):
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


def test_the_slower_one_is_told_by_the_interval_of_the_ratio(benches):
    (claim,) = claims_of(
        benches.training_cell(**LSTM, length=256, rate=50.0),
        benches.training_cell(**TRANSFORMER, length=256, rate=80.0),
    )
    assert claim.verdict == "supported"
    assert claim.estimate == pytest.approx(1.6)
    assert (claim.low, claim.high) == pytest.approx((76 / 52.5, 84 / 47.5))
    assert "at 256 tokens" in claim.sentence
    assert claim.table == "throughput"


@pytest.mark.parametrize(("rate", "verdict"), [(30.0, "contradicted"), (52.0, "not resolved")])
def test_a_faster_recurrent_network_contradicts_and_an_even_one_resolves_nothing(
    benches, rate, verdict
):
    (claim,) = claims_of(
        benches.training_cell(**LSTM, length=64, rate=50.0),
        benches.training_cell(**TRANSFORMER, length=64, rate=rate),
    )
    assert claim.verdict == verdict


@pytest.mark.parametrize(
    "other",
    [
        {"size": 3100},
        {"threads": 4},
        {"precision": "mixed_bfloat16"},
        {"others": 0.2},
        {"batch_size": 8},
    ],
)
def test_what_differs_in_size_or_conditions_is_not_compared(benches, other):
    cells = [benches.training_cell(**LSTM, length=64, rate=50.0)]
    cells.append(benches.training_cell(**TRANSFORMER, length=64, rate=80.0, **other))
    assert claims_of(*cells) == []


def test_another_length_is_not_compared(benches):
    cells = [benches.training_cell(**LSTM, length=64, rate=50.0)]
    assert claims_of(*cells, benches.training_cell(**TRANSFORMER, length=128, rate=80.0)) == []


def test_conditions_that_differ_share_no_table_and_commands_tell_no_place(benches):
    cells = {
        "a": benches.training_cell(**LSTM, length=64, rate=50.0),
        "b": benches.training_cell(**LSTM, length=256, rate=20.0),
        "c": benches.training_cell(**LSTM, length=64, rate=90.0, precision="mixed_bfloat16"),
        "d": benches.training_cell(**LSTM, length=128, rate=35.0, others=0.5),
    }
    section = throughput_section([benches.bench_of(training=cells)], ())
    first, second = section.tables[:2]
    assert [row["length"] for row in rows_of(first)] == ["64", "256", "128"]
    assert rows_of(first)[2]["examples_per_second"] is None
    assert rows_of(first)[0]["command"] == "python -m tfcmp.bench --model gru --lengths 64,256"
    assert [row["examples_per_second"] for row in rows_of(second)] == [90.0]
    assert [figure.name for figure in section.figures] == ["throughput"]


def test_crossings_and_scaling_are_shown_as_bench_found_them(benches):
    scaling = {
        "gru, length 64": {
            "speed_up": {"1": benches.ends(1.0), "2": benches.ends(1.8)},
            "efficiency": {"1": benches.ends(1.0), "2": None},
            "note": "logical devices: correctness, not speed",
        }
    }
    cells = pair_of_cells(benches)
    bench = benches.bench_of(training=cells, crossings=find_crossings(cells), scaling=scaling)
    tables = {table.name: rows_of(table) for table in throughput_section([bench], ()).tables}
    (crossing,) = tables["crossings"]
    assert crossing["length"] == pytest.approx(128.0)
    assert crossing["low"] < 128.0 < crossing["high"]
    assert "cross at 128 tokens" in crossing["outcome"]
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


def test_pairs_that_do_not_cross_or_were_measured_beside_other_work_have_no_numbers(benches):
    busy = pair_of_cells(benches, others=0.5)
    apart = {key: cell for key, cell in pair_of_cells(benches).items() if "64" in key}
    made = [benches.bench_of(training=of, crossings=find_crossings(of)) for of in (busy, apart)]
    tables = {table.name: rows_of(table) for table in throughput_section(made, ()).tables}
    assert [row["length"] for row in tables["crossings"]] == [None, None]
    assert "not to be relied on" in tables["crossings"][0]["outcome"]
    assert "fewer than two lengths" in tables["crossings"][1]["outcome"]


def test_speed_up_beside_other_work_is_left_out(benches):
    found = {"1": benches.ends(1.0)}
    scaling = {"gru": {"speed_up": found, "efficiency": found, "note": None, "is_contended": True}}
    bench = benches.bench_of(training=pair_of_cells(benches), scaling=scaling)
    tables = {table.name: rows_of(table) for table in throughput_section([bench], ()).tables}
    (row,) = tables["scaling"]
    assert row["speed_up"] is None
    assert "5 % of the CPU" in row["note"]


def test_without_measurement_there_is_no_section(benches):
    assert throughput_section([benches.bench_of()], ()) is None
