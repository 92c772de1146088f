import pytest

from tfcmp.diagnostics import predictions
from tfcmp.errors import CallError


def test_every_run_gets_a_temperature_and_rows_of_its_own(write_run):
    paths = [write_run("gru", 1), write_run("lstm", 1)]
    found = predictions.calibrate_runs(paths, "command")
    assert list(found.contents) == ["gru-seed1", "lstm-seed1"]
    assert all((path / "temperature.json").exists() for path in paths)
    assert len(found.tables[0].rows) == 8


def test_a_long_list_is_cut_on_the_terminal_and_whole_in_json(write_run, monkeypatch):
    monkeypatch.setattr(predictions, "ROWS_SHOWN", 2)
    found = predictions.find_label_errors([write_run(skill=-2.0)], 0.5)
    assert len(found.contents["rows"]) > 2
    assert len(found.tables[0].rows) == 2
    assert "The first 2 are shown; --json gives all." in found.tables[0].note


def test_curves_are_written_as_pictures_where_a_folder_is_given(write_run, tmp_path):
    found = predictions.draw_curves(
        [write_run("gru", 1), write_run("gru", 2)], tmp_path / "new" / "curves"
    )
    pictures = sorted(path.name for path in (tmp_path / "new" / "curves").iterdir())
    assert pictures == ["curve_cue_distance.svg", "curve_length.svg"]
    assert list(found.contents) == ["curve_length", "curve_cue_distance"]


def test_runs_tested_on_other_texts_are_refused(write_run):
    paths = [write_run("gru", 1), write_run("lstm", 1, texts="b")]
    with pytest.raises(CallError, match="not tested on the same texts"):
        predictions.find_label_errors(paths, 0.9)


def test_folders_of_one_name_are_told_apart_by_what_is_above_them(tmp_path):
    paths = [tmp_path / "a" / "runs" / "gru", tmp_path / "b" / "runs" / "gru", tmp_path / "lstm"]
    assert predictions.names_of(paths) == ["a/runs/gru", "b/runs/gru", "lstm"]


def test_a_run_given_twice_is_refused(tmp_path):
    with pytest.raises(CallError, match="is given twice"):
        predictions.names_of([tmp_path / "gru", tmp_path / "other" / ".." / "gru"])
