import shutil

import pytest
import yaml
from jsonargparse import ArgumentParser

from tfcmp.command.options import parse_strictly
from tfcmp.command.text_column import add_input, text_column
from tfcmp.runs.directory import RunDirectory


@pytest.fixture
def run(finished_run, tmp_path):
    """A run that was fitted on the column `review`."""
    shutil.copy(finished_run / "config.yaml", tmp_path)
    file = tmp_path / "config.yaml"
    content = yaml.safe_load(file.read_text())
    content["data"]["text_column"] = "review"
    file.write_text(yaml.safe_dump(content))
    return RunDirectory(tmp_path)


@pytest.mark.parametrize(("line", "column"), [([], "review"), (["--text-column", "body"], "body")])
def test_the_column_is_the_one_asked_for_else_the_one_that_the_run_was_fitted_on(run, line, column):
    parser = ArgumentParser(exit_on_error=False)
    add_input(parser)
    assert text_column(parse_strictly(parser, line), run) == column
