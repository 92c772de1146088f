import pytest

from tfcmp.reporting.slower import slower_claims

LSTM = {"label": "lstm", "family": "recurrent"}
TRANSFORMER = {"label": "transformer", "family": "transformer"}
IMDB = {
    "data": "imdb",
    "train_size": None,
    "max_length": 400,
    "truncation": "head",
    "pad_multiple": 8,
}


def claims_of(*cells):
    return slower_claims([{"training": {str(n): cell for n, cell in enumerate(cells)}}], "S.")


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


def test_real_texts_are_compared_where_they_are_the_same_and_cut_alike(benches):
    (claim,) = claims_of(
        benches.training_cell(**LSTM, length="real", rate=50.0, **IMDB),
        benches.training_cell(**TRANSFORMER, length="real", rate=80.0, **IMDB),
    )
    assert claim.verdict == "supported"
    assert (
        "on texts of real lengths, cut at 400 tokens (Test CPU, 2 threads, float32)."
        in claim.sentence
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("data", "diagnostic"),
        ("train_size", 1000),
        ("max_length", 304),
        ("truncation", "tail"),
        ("pad_multiple", 1),
    ],
)
def test_real_texts_that_are_others_or_cut_otherwise_are_not_compared(benches, name, value):
    other = {**IMDB, name: value}
    cells = [
        benches.training_cell(**LSTM, length="real", rate=50.0, **IMDB),
        benches.training_cell(**TRANSFORMER, length="real", rate=80.0, **other),
    ]
    assert claims_of(*cells) == []


def test_real_texts_of_which_nothing_is_told_are_not_compared(benches):
    cells = [
        benches.training_cell(**model, length="real", rate=50.0) for model in (LSTM, TRANSFORMER)
    ]
    assert claims_of(*cells) == []


def test_a_step_in_parts_is_not_compared_with_one_in_one(benches):
    parts = benches.training_cell(**TRANSFORMER, length=64, rate=80.0, accumulate=2)
    assert claims_of(benches.training_cell(**LSTM, length=64, rate=50.0), parts) == []
