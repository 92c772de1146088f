import pytest

from tfcmp.reporting.analysis.speed_claims import slower_claims

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


def test_the_slower_one_is_told_by_a_test_between_processes(benches):
    (claim,) = claims_of(
        benches.training_cell(**LSTM, length=256, rate=50.0),
        benches.training_cell(**TRANSFORMER, length=256, rate=80.0),
    )
    assert claim.verdict == "supported"
    assert claim.estimate == pytest.approx(1.6)
    assert 1.4 < claim.low < 1.6 < claim.high < 1.8
    assert "Test CPU" in claim.sentence
    assert "at 256 tokens" in claim.sentence
    assert claim.table == "throughput"


@pytest.mark.parametrize("few", [{"processes": 4}, {"session": None}, {"session": "another"}])
def test_few_processes_or_such_of_another_bench_support_no_claim(benches, few):
    (claim,) = claims_of(
        benches.training_cell(**LSTM, length=256, rate=50.0),
        benches.training_cell(**TRANSFORMER, length=256, rate=80.0, **few),
    )
    assert claim.verdict == "not resolved"
    assert (claim.low, claim.high) == (None, None)
    assert "processes" in claim.test


def test_one_repetition_of_one_process_supports_no_claim(benches):
    cells = [
        benches.training_cell(**model, length=256, rate=rate, spread=0.0, processes=1)
        for model, rate in ((LSTM, 50.0), (TRANSFORMER, 80.0))
    ]
    (claim,) = claims_of(*cells)
    assert claim.verdict == "not resolved"


def test_the_p_value_is_adjusted_over_the_lengths(benches):
    def verdicts(lengths):
        cells = [
            benches.training_cell(**model, length=length, rate=rate, spread=0.2)
            for length in lengths
            for model, rate in ((LSTM, 50.0), (TRANSFORMER, 56.5))
        ]
        return {claim.verdict for claim in claims_of(*cells)}

    assert verdicts([64]) == {"supported"}
    assert verdicts([64, 128, 256, 512]) == {"not resolved"}


@pytest.mark.parametrize(("rate", "verdict"), [(30.0, "contradicted"), (51.0, "not resolved")])
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
