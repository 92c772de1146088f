import pytest

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
    crossings = {
        "lstm against transformer, batch 32, float32": {
            "length": {"value": 180.0, "low": 150.0, "high": None},
            "outcome": "cross at 180 tokens",
        }
    }
    scaling = {
        "gru, length 64": {
            "speed_up": {"1": benches.ends(1.0), "2": benches.ends(1.8)},
            "efficiency": {"1": benches.ends(1.0), "2": None},
            "note": "logical devices: correctness, not speed",
        }
    }
    cells = {"a": benches.training_cell(**LSTM, length=64, rate=50.0)}
    bench = benches.bench_of(training=cells, crossings=crossings, scaling=scaling)
    tables = {table.name: rows_of(table) for table in throughput_section([bench], ()).tables}
    assert tables["crossings"][0]["length"] == 180.0
    assert [row["speed_up"] for row in tables["scaling"]] == [1.0, 1.8]
    assert tables["scaling"][1]["efficiency"] is None


def test_without_measurement_there_is_no_section(benches):
    assert throughput_section([benches.bench_of()], ()) is None
