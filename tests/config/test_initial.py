from dataclasses import replace

import pytest
import yaml

from tfcmp.command.options import parse_configuration
from tfcmp.config.file import write_configuration
from tfcmp.errors import CallError
from tfcmp.models.catalogue import default_configuration, find_model


@pytest.fixture
def source(tmp_path):
    """Folder of a run of gru with sizes of its own; of the run only its settings."""
    configuration = default_configuration(find_model("gru"))
    sized = replace(configuration.architecture, units=7, embedding_size=9, dropout=0.25)
    configuration = replace(
        configuration, architecture=sized, data=replace(configuration.data, max_length=123)
    )
    write_configuration(tmp_path / "config.yaml", configuration)
    return tmp_path


def parse(*arguments):
    return parse_configuration([str(one) for one in arguments], "fit", "", lambda parser: None)[0]


def test_model_and_network_are_those_of_the_run(source):
    found = parse("--init_from", source, "--training.epochs", "2")
    assert (found.model, found.architecture.units, found.data.max_length) == ("gru", 7, 123)
    assert found.training.epochs == 2
    assert found.init_from == str(source)


def test_what_no_weight_depends_on_can_be_changed(source):
    found = parse("--init_from", source, "--architecture.dropout", "0.5", "--data.max_length", "50")
    assert (found.architecture.dropout, found.data.max_length) == (0.5, 50)


def test_a_network_that_differs_is_told_the_setting(source):
    with pytest.raises(CallError, match=r"--architecture.units 8 \(there 7\)"):
        parse("--init_from", source, "--architecture.units", "8")


def test_another_model_is_refused(source):
    with pytest.raises(CallError, match="expected a run of lstm, that one is of gru"):
        parse("--init_from", source, "--model", "lstm")


@pytest.mark.parametrize("content", [None, "a: [", "[]", "model: gru\n"])
def test_what_is_no_run_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "config.yaml").write_text(content)
    with pytest.raises(CallError, match="--init_from"):
        parse("--init_from", tmp_path, "--model", "gru")


def test_a_run_is_repeated_from_its_own_file_which_keeps_the_path_whole(
    source, tmp_path, monkeypatch
):
    monkeypatch.chdir(source.parent)
    found = parse("--init_from", source.name)
    write_configuration(tmp_path / "again.yaml", found)
    assert parse("--config", tmp_path / "again.yaml") == found
    assert yaml.safe_load((tmp_path / "again.yaml").read_text())["init_from"] == str(source)


def test_a_finished_run_can_be_read_without_the_one_that_it_started_from(source, tmp_path):
    found = replace(parse("--init_from", source), init_from=str(tmp_path / "gone"))
    write_configuration(tmp_path / "again.yaml", found)
    assert parse("--config", tmp_path / "again.yaml") == found


def test_new_classes_without_a_start_mean_nothing():
    with pytest.raises(CallError, match="give --init_from"):
        parse("--model", "gru", "--new_classes", "add")
