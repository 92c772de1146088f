import runpy
from pathlib import Path

import pytest

from tfcmp import fit
from tfcmp.command.options import parse_resumed
from tfcmp.errors import CallError

_calls = runpy.run_path(str(Path(__file__).with_name("calls.py")))
refusal = _calls["refusal"]


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
        ("--seed abc", "--seed: expected int, got abc"),
        ("--data.max_length 1e3", "--data.max_length: expected int or null, got 1e3"),
        ("--training.learning_rate abc", "--training.learning_rate: expected float, got abc"),
        ("--training.nesterov maybe", "--training.nesterov: expected bool, got maybe"),
        ("--training.learning_rate -1e-3", "expected a number above 0, got -0.001"),
        ("--training.weight_decay -.5e1", "expected"),
        ("--training.clip_norm -inf", "--training.clip_norm: expected"),
        ("--deterministic maybe", "--deterministic: expected bool, got maybe"),
        ("--training.optimizer adamx", "expected one of 'sgd', 'rmsprop', 'adam', 'adamw', got"),
        ("--precision float16", "--precision: expected one of 'auto', 'float32', "),
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


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--data.train_size", "2k"], "--data.train_size: expected int or null, got 2k"),
        (["--threads", "two"], "--threads: expected int or null, got two"),
    ],
)
def test_a_setting_that_may_be_null_is_told_in_plain_words(flags, told):
    with pytest.raises(CallError) as caught:
        fit.main(["--model", "gru", *flags])
    assert str(caught.value) == told


@pytest.mark.parametrize("model", ["preset:", "saved_model:"])
def test_a_model_without_its_place_is_refused(model):
    assert "expected a folder or a handle behind the colon" in refusal("--model", model)
