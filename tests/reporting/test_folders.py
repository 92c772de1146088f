import pytest

from tfcmp.errors import CallError
from tfcmp.reporting.load.folders import expand_folders
from tfcmp.reporting.load.inputs import gather
from tfcmp.runs.artifacts import write_elsewhere, write_later
from tfcmp.runs.directory import RunDirectory


def test_runs_of_a_folder_and_of_folders_in_it_are_taken(write_run, capsys):
    runs = [write_run(seed=1), write_run(seed=2)]
    inner = runs[0].parent / "more"
    inner.mkdir()
    moved = runs[1].rename(inner / runs[1].name)
    assert set(expand_folders([inner.parent])) == {runs[0], moved}
    assert "2 taken" in capsys.readouterr().err


def test_what_is_left_out_is_counted_and_named(write_run, capsys):
    run, begun = write_run(seed=1), write_run(seed=2)
    (begun / "result.json").unlink()
    (run.parent / ".hidden").mkdir()
    assert expand_folders([run.parent]) == [run]
    told = capsys.readouterr().err
    assert "1 left out" in told
    assert begun.name in told


def test_runs_and_studies_stay_as_they_are(write_run, tmp_path, capsys):
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "study.yaml").touch()
    paths = [write_run(), tmp_path / "study", tmp_path / "missing"]
    assert expand_folders(paths) == paths
    assert capsys.readouterr().err == ""


def test_a_folder_without_runs_is_refused(tmp_path):
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    with pytest.raises(CallError, match="found none"):
        expand_folders([tmp_path])


def test_what_was_written_elsewhere_belongs_to_its_run(write_run, tmp_path):
    paths = [write_run(seed=1), write_run(seed=2)]
    runs = [RunDirectory(path) for path in paths]
    write_elsewhere(runs, ["one", "two"], tmp_path / "later")
    for run, value in zip(runs, (0.25, 0.75), strict=True):
        write_later(
            run, "behaviour.json", {"value": value}, "command", ["config.yaml", "model.keras"]
        )
        assert not run.file("behaviour.json").exists()
    (entrant,) = gather(expand_folders([*paths, tmp_path / "later"])).entrants
    values = {run.seed: run.measured["behaviour"]["value"] for run in entrant.runs}
    assert values == {1: 0.25, 2: 0.75}


def test_what_was_measured_of_another_run_is_refused(write_run, tmp_path):
    run, other = RunDirectory(write_run(seed=1)), write_run(seed=2)
    write_elsewhere([run], ["one"], tmp_path / "later")
    write_later(run, "behaviour.json", {}, "command", ["config.yaml"])
    with pytest.raises(CallError, match="computed from another run"):
        gather([other, tmp_path / "later"])
