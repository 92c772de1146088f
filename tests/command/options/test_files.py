import runpy
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfcmp import fit
from tfcmp.command.options import add_trust, parse_configuration
from tfcmp.config.fields import RecurrentArchitecture
from tfcmp.config.file import write_configuration
from tfcmp.errors import CallError
from tfcmp.models.catalogue import CATALOGUE, default_configuration, find_model

_calls = runpy.run_path(str(Path(__file__).with_name("calls.py")))
parse = _calls["parse"]


def test_numbers_with_an_exponent_are_numbers_in_a_file(file):
    path = file("model: gru\ntraining:\n  learning_rate: 5e-5\n  weight_decay: 1e-3\n")
    training = parse("--config", path).training
    assert (training.learning_rate, training.weight_decay) == (5e-5, 1e-3)


def test_a_file_beats_a_models_own_default(record_with_a_default, file):
    training = parse("--model gru --config", file("training:\n  epochs: 8\n")).training
    assert (training.epochs, training.batch_size) == (8, 9)


@pytest.mark.parametrize("order", ["--config {} --seed 9", "--seed 9 --config {}"])
def test_a_flag_beats_a_file_wherever_it_stands(file, order):
    assert parse(order.format(file("model: gru\nseed: 3\n"))).seed == 9


def test_the_model_of_a_flag_beats_that_of_a_file(file):
    assert parse("--config", file("model: gru\n"), "--model lstm").model == "lstm"


@pytest.mark.parametrize("record", CATALOGUE, ids=lambda record: record.name)
def test_a_written_configuration_is_taken_back_unchanged(tmp_path, record):
    configuration = default_configuration(record)
    write_configuration(tmp_path / "config.yaml", configuration)
    assert parse("--config", tmp_path / "config.yaml") == configuration


@settings(deadline=None, max_examples=40)
@given(
    column=st.text(min_size=1),
    rate=st.floats(min_value=1e-12, max_value=1e12),
    seed=st.integers(0, 2**32 - 1),
    patience=st.none() | st.integers(1, 10**6),
    dropout=st.floats(0, 0.95),
)
def test_any_values_survive_writing_and_reading(
    tmp_path_factory, column, rate, seed, patience, dropout
):
    plain = default_configuration(find_model("gru"))
    configuration = replace(
        plain,
        seed=seed,
        architecture=RecurrentArchitecture(dropout=dropout),
        data=replace(plain.data, text_column=column),
        training=replace(plain.training, learning_rate=rate, patience=patience),
    )
    file = tmp_path_factory.mktemp("written") / "config.yaml"
    write_configuration(file, configuration)
    assert parse("--config", file) == configuration


@pytest.mark.parametrize("trust", [[], ["--trust-saved-model"], ["--trust-saved-model", "true"]])
def test_what_print_config_prints_is_taken_back(tmp_path, capsys, trust):
    with pytest.raises(SystemExit):
        fit.main(["--model", "gru", "--training.epochs", "3", *trust, "--print_config"])
    file = tmp_path / "printed.yaml"
    file.write_text(capsys.readouterr().out)
    taken, _ = parse_configuration(["--config", str(file)], "fit", "", fit._add_options)
    assert taken.training.epochs == 3


@pytest.mark.parametrize("spelling", ["trust_saved_model", "trust-saved-model"])
def test_a_file_cannot_trust_a_saved_model(file, spelling):
    path = file(f"model: saved_model:a/b\n{spelling}: true\n")
    words = ["--config", str(path)]
    with pytest.raises(CallError, match=f"unknown setting {spelling}"):
        parse_configuration(words, "program", "description", add_trust)
