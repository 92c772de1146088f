import runpy
from pathlib import Path

import pytest

from tfcmp.command.options import parse_resumed
from tfcmp.models.catalogue import default_configuration, find_model

_calls = runpy.run_path(str(Path(__file__).with_name("calls.py")))
parse = _calls["parse"]


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
