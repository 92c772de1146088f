from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfcmp import fit, tune
from tfcmp.command.options import add_trust, parse_configuration, parse_resumed
from tfcmp.config.fields import (
    PretrainedArchitecture,
    RecurrentArchitecture,
    SavedModelArchitecture,
)
from tfcmp.config.file import write_configuration
from tfcmp.errors import CallError
from tfcmp.models import catalogue
from tfcmp.models.catalogue import CATALOGUE, default_configuration, find_model


def parse(*arguments):
    """The configuration of a command line that is typed with blanks between its parts."""
    words = [str(word) for argument in arguments for word in str(argument).split(" ")]
    return parse_configuration(words, "program", "description", lambda parser: None)[0]


def refusal(*arguments):
    """The message of a call that is refused: a single line."""
    with pytest.raises(CallError) as refused:
        parse(*arguments)
    message = str(refused.value)
    assert refused.value.exit_code == 2
    assert message
    assert "\n" not in message
    return message


@pytest.fixture
def file(tmp_path):
    """Writes settings into a file and gives its path."""

    def write(content):
        path = tmp_path / "settings.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def record_with_a_default(monkeypatch):
    record = replace(find_model("gru"), defaults={"training.epochs": 7, "training.batch_size": 9})
    monkeypatch.setattr(catalogue, "CATALOGUE", (record,))


def test_a_models_own_default_beats_that_of_the_code(record_with_a_default):
    assert parse("--model gru").training.epochs == 7


@pytest.mark.parametrize("spelling", ["--data X", "--data=X", "--data.source X", "--data.source=X"])
def test_data_is_short_for_data_source(spelling):
    assert parse("--model gru", spelling).data.source == "X"


@pytest.mark.parametrize("spelling", ["--deterministic", "--deterministic true"])
def test_a_switch_needs_no_value(spelling):
    assert parse("--model gru", spelling).deterministic is True


def test_null_switches_a_setting_off():
    training = parse("--model gru --training.clip_norm null --training.patience null").training
    assert (training.clip_norm, training.patience) == (None, None)


def test_a_command_line_without_resume_starts_a_run():
    assert parse_resumed(["--model", "gru"], "program", lambda _: None) is None


def test_help_shows_what_every_setting_means(capsys):
    with pytest.raises(SystemExit) as end:
        parse("--model gru --help")
    shown = " ".join(capsys.readouterr().out.split())
    assert end.value.code == 0
    rate = default_configuration(find_model("gru")).training.learning_rate
    assert f"highest learning rate of the schedule. (type: float, default: {rate})" in shown
    assert "units of a layer, in each direction. (type: int, default: 96)" in shown


@pytest.mark.parametrize(
    "arguments",
    [
        "--model bert_tiny_en --architecture.freeze",
        "--architecture.freeze --model bert_tiny_en",
        "--model bert_tiny_en --architecture.freeze true",
        "--model bert_tiny_en --architecture.freeze=true --seed 2",
    ],
)
def test_a_switch_of_a_model_needs_no_value(arguments):
    assert parse(arguments).architecture.freeze is True


def test_a_switch_of_a_model_can_be_put_off():
    assert parse("--model bert_tiny_en --architecture.freeze false").architecture.freeze is False


@pytest.mark.parametrize(
    ("model", "architecture"),
    [("preset:bert", PretrainedArchitecture), ("saved_model:a/b", SavedModelArchitecture)],
)
def test_a_model_can_be_named_by_its_place(model, architecture):
    configuration = parse("--model", model)
    assert configuration.model == model
    assert isinstance(configuration.architecture, architecture)


def test_a_frozen_encoder_takes_no_low_rank_updates():
    told = refusal("--model bert_tiny_en --architecture.freeze --architecture.lora_rank 2")
    assert "contradict each other" in told


def test_a_layer_learns_no_faster_than_the_one_above():
    told = refusal("--model bert_tiny_en --architecture.layer_decay 1.5")
    assert "--architecture.layer_decay: expected 0 to 1, got 1.5" in told


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


@pytest.mark.parametrize("settings", ["search:\n  trials: 3\n", "search.trials: 3\n"])
def test_options_of_a_command_may_stand_in_a_file(file, settings):
    words = ["--config", str(file(f"model: gru\n{settings}"))]
    assert parse_configuration(words, "tune", "", tune._add_options)[1]["search.trials"] == 3


@pytest.mark.parametrize("spelling", ["trust_saved_model", "trust-saved-model"])
def test_a_file_cannot_trust_a_saved_model(file, spelling):
    path = file(f"model: saved_model:a/b\n{spelling}: true\n")
    words = ["--config", str(path)]
    with pytest.raises(CallError, match=f"unknown setting {spelling}"):
        parse_configuration(words, "program", "description", add_trust)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("", "--model is missing"),
        ("--model grru", "unknown model 'grru'; did you mean gru?"),
        ("--model gru --sede 3", "unknown option --sede; did you mean --seed?"),
        ("--model gru --see 3", "unknown option --see; did you mean --seed?"),
        (
            "--model gru --training.learning_rat 3",
            "unknown option --training.learning_rat; did you mean --training.learning_rate?",
        ),
        (
            "--model gru --training.learning_rat=3",
            "unknown option --training.learning_rat; did you mean --training.learning_rate?",
        ),
        ("--model gru --architecture.unit 3", "did you mean --architecture.units?"),
        ("--model transformer --architecture.units 3", "--architecture has vocabulary_size, "),
        ("--model gru --architecture.heads 3", "--architecture has vocabulary_size, "),
        ("--model gru extra", "unrecognized arguments: extra"),
        ("--model gru --seed", "--seed: expected one argument"),
        (
            "--model gru \u2013seed 3",
            "\u2013seed: expected two hyphens in front of it; write --seed",
        ),
        ("\u2014model gru", "\u2014model: expected two hyphens in front of it; write --model"),
        ("--model gru \u2212data x.csv", "write --data"),
        ("--model gru -training.epochs=1", "write --training.epochs"),
        ("--model gru --data.source=", "expected a path, got an empty one"),
        ("--model gru --training fast", "--training: expected one of its settings"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(arguments, told):
    assert told in refusal(*arguments.split(" ") if arguments else [])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("--seed 3.5", "--seed: expected int, got 3.5"),
        ("--data.max_length 1e3", "--data.max_length: expected int or null, got 1e3"),
        ("--training.learning_rate -1e-3", "expected a number above 0, got -0.001"),
        ("--training.clip_norm -inf", "--training.clip_norm: expected"),
        ("--deterministic maybe", "--deterministic: expected bool, got maybe"),
        ("--training.optimizer adamx", "expected one of 'sgd', 'rmsprop', 'adam', 'adamw', got"),
        ("--device tpu", "--device: expected one of 'auto', 'cpu', 'gpu', got tpu"),
    ],
)
def test_a_value_of_another_type_is_refused(arguments, told):
    assert told in refusal("--model gru", arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        "--seed -1",
        "--threads 0",
        "--training.learning_rate 0",
        "--training.learning_rate nan",
        "--training.learning_rate inf",
        "--training.clip_norm -1",
        "--training.batch_size 0",
        "--architecture.dropout 1",
        "--data.train_size 1",
        "--data.validation_share 0",
    ],
)
def test_a_value_out_of_range_is_refused_with_its_option(arguments):
    message = refusal("--model gru", arguments)
    assert message.startswith(f"{arguments.split(' ')[0]}: expected ")


def test_settings_that_contradict_each_other_are_refused():
    told = refusal("--model transformer --architecture.heads 3")
    assert "--architecture.embedding_size and --architecture.heads contradict each other" in told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("model: gru\ntraining:\n  learning_rat: 1\n", "unknown setting training.learning_rat; "),
        ("model: gru\nsede: 3\n", "unknown setting sede; did you mean --seed?"),
        ("model: transformer\narchitecture:\n  units: 3\n", "unknown setting architecture.units"),
        ("model: gru\nresume: runs/old\n", "unknown setting resume"),
        ("model: gru\nconfig: other.yaml\n", "unknown setting config"),
        ("model: grru\n", "did you mean gru?"),
        ("model: gru\nseed: 3.5\n", "--seed: expected int, got 3.5"),
        ("model: gru\nseed: true\n", "--seed: expected int, got True"),
        ("model: gru\nseed: null\n", "--seed: expected a value, got null"),
        ("model: gru\ntraining:\n  learning_rate: abc\n", "expected float, got abc"),
        ("model: gru\ndata: diagnostic\n", "data: expected its settings (name: value)"),
        ("model: gru\ntraining: null\n", "training: expected its settings (name: value)"),
    ],
)
def test_a_mistake_in_a_file_is_refused(file, content, told):
    assert told in refusal("--config", file(content))


def test_a_mistake_in_a_file_is_told_with_the_file(file):
    path = file("model: gru\nsede: 3\n")
    assert refusal("--config", path).startswith(f"--config {path}: ")


def test_a_file_is_checked_as_strictly_when_the_model_is_a_flag(file):
    assert "unknown setting sede" in refusal("--model gru --config", file("sede: 3\n"))


def test_a_second_file_is_refused(file):
    path = file("seed: 3\n")
    assert "more than once" in refusal("--model gru --config", path, "--config", path)


@pytest.mark.parametrize("settings_beside", ["--seed 3", "--model=gru", "--data diagnostic"])
def test_settings_beside_resume_are_refused(settings_beside):
    with pytest.raises(CallError, match="and --resume contradict each other"):
        parse_resumed(["--resume", "run", *settings_beside.split(" ")], "program", lambda _: None)


@pytest.mark.parametrize("model", ["preset:", "saved_model:"])
def test_a_model_without_its_place_is_refused(model):
    assert "expected a folder or a handle behind the colon" in refusal("--model", model)
