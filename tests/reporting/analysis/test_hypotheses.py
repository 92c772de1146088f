import pytest

from tfcmp.reporting.analysis.hypotheses import SLOWER, hypotheses, slower_claims
from tfcmp.reporting.load.runs import read_run

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
    return slower_claims([{"training": {str(n): cell for n, cell in enumerate(cells)}}])


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


@pytest.fixture
def told(compare):
    """The function (runs) -> what is said of the three hypotheses."""
    return lambda runs: hypotheses(compare(runs))


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


def test_the_hypotheses_are_not_measured_until_they_are(write_run, told):
    claims = told([read_run(write_run("gru"))])
    assert [claim.verdict for claim in claims] == ["not measured"] * 3
    assert "sequential" in claims[0].sentence
    assert "equal parameter counts" in claims[1].sentence
    assert "generate" in claims[2].sentence


def test_what_is_not_measured_says_what_to_run(write_run, told):
    claims = told([read_run(write_run("gru"))])
    assert all(claim.to_measure for claim in claims)
    assert "matched_parameters.yaml" in claims[1].to_measure


def test_times_of_fits_are_shown_and_support_no_verdict(write_run, told):
    runs = speeds(write_run, "lstm", [50.0, 51.0, 49.0])
    runs += speeds(write_run, "transformer", [100.0, 101.0, 99.0])
    claim = told(runs)[0]
    assert (claim.verdict, claim.low) == ("not resolved", None)
    assert claim.estimate == pytest.approx(2.0, rel=0.01)
    assert claim.seeds == "3 and 3"
    assert "--processes 5" in claim.to_measure


def test_runs_without_a_rate_have_no_part_in_it(write_run, told):
    # One epoch of one batch: its only step is the one that compiles.
    runs = speeds(write_run, "gru", [None]) + speeds(write_run, "lstm", [None, 50.0, 50.5])
    runs += speeds(write_run, "transformer", [100.0, 101.0])
    claims = [claim for claim in told(runs) if claim.sentence.startswith(SLOWER)]
    (claim,) = claims
    assert "lstm takes longer" in claim.sentence
    assert claim.estimate == pytest.approx(2.0, rel=0.01)
    assert claim.seeds == "2 and 2"


def test_without_any_rate_it_is_not_measured(write_run, told):
    runs = speeds(write_run, "lstm", [None]) + speeds(write_run, "transformer", [None])
    assert told(runs)[0].verdict == "not measured"


def test_times_under_other_conditions_do_not_measure_it(write_run, told):
    slow = [read_run(write_run("lstm", seed)) for seed in (1, 2)]
    fast = [read_run(write_run("transformer", 1, environment={"threads": 8}))]
    assert told(slow + fast)[0].verdict == "not measured"


def test_only_models_of_the_same_size_speak_about_the_second(write_run, told):
    models = ("lstm", "gru", "transformer")
    runs = [read_run(write_run(model, seed)) for model in models for seed in (1, 2, 3)]
    matched = [claim for claim in told(runs) if "Here:" in claim.sentence]
    (claim,) = [claim for claim in matched if "perform alike" in claim.sentence]
    assert "lstm" in claim.sentence
    assert "gru" not in claim.sentence
    assert "two one-sided tests" in claim.test
    assert claim.verdict == "not resolved"


def test_the_claim_of_equal_parameters_names_in_what_the_recipes_differ(write_run, told):
    data = {"max_length": 304, "truncation": "head+tail"}
    runs = [read_run(write_run("lstm")), read_run(write_run("transformer", data=data))]
    sentence = told(runs)[1].sentence
    for setting, *values in (
        ("data.max_length", "64", "304"),
        ("data.truncation", "head", "head+tail"),
    ):
        assert f"{setting} {values[0]} against {values[1]}" in sentence or (
            f"{setting} {values[1]} against {values[0]}" in sentence
        )
    assert "training.batch_size" not in sentence


def test_recipes_that_are_equal_are_said_to_be(write_run, told):
    runs = [read_run(write_run("lstm")), read_run(write_run("transformer"))]
    assert "with recipes that are equal in all that both have" in told(runs)[1].sentence


def test_single_runs_cannot_contradict_the_second(write_run, told):
    runs = [read_run(write_run("lstm", skill=5.0)), read_run(write_run("transformer", skill=0.2))]
    claim = told(runs)[1]
    assert claim.verdict == "not resolved"
    assert claim.low > 5
    assert claim.test.endswith("says nothing of other seeds")
    three = [read_run(write_run("lstm", seed, skill=5.0)) for seed in (2, 3, 4)]
    three += [read_run(write_run("transformer", seed, skill=0.2)) for seed in (2, 3, 4)]
    assert told(three)[1].verdict == "contradicted"
