import pytest

from tfcmp.errors import CallError
from tfcmp.reporting.analysis.comparison import ReportOptions
from tfcmp.reporting.build import assemble
from tfcmp.reporting.load.inputs import expand_folders, gather
from tfcmp.reporting.load.studies import CONTENDED
from tfcmp.runs.artifacts import write_elsewhere, write_later
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import write_json


def test_runs_are_read_once_however_often_they_are_named(write_run):
    path = write_run()
    assert len(gather([path, path]).models[0].runs) == 1


def test_a_run_without_result_is_listed_with_its_reason(write_run):
    failure = {"event": "failure", "reason": "training diverged in epoch 1"}
    lost = write_run("lstm", 1, lines=[failure], is_complete=False)
    silent = write_run("lstm", 2, lines=[], is_complete=False)
    failed = gather([write_run(), lost, silent]).failed_runs
    assert [(run.label, run.seed) for run in failed] == [("lstm", 1), ("lstm", 2)]
    assert failed[0].reason == "training diverged in epoch 1"
    assert failed[1].reason == "incomplete: it has no result.json"


def test_a_study_gives_its_runs_under_their_labels_and_its_searches(
    write_run, write_search, tmp_path
):
    path = write_run("gru", 1, name="tuned-gru-seed1")
    study = tmp_path / "study"
    study.mkdir()
    (study / "study.yaml").write_text("name: a study\n")
    path.parent.rename(study / "runs")
    write_search(study / "searches" / "tuned-gru")
    inputs = gather([study])
    assert [model.label for model in inputs.models] == ["tuned-gru"]
    assert [search.label for search in inputs.searches] == ["tuned-gru"]


def test_searches_of_one_name_are_told_apart_by_the_folders_above_them(
    write_run, write_search, tmp_path
):
    study = tmp_path / "study"
    (study / "searches").mkdir(parents=True)
    (study / "study.yaml").write_text("name: a study\n")
    folders = [
        study / "searches" / "gru",
        tmp_path / "gru",
        tmp_path / "other" / "searches" / "gru",
    ]
    for folder in folders:
        write_search(folder)
    lone = write_search(tmp_path / "lstm")
    inputs = gather([write_run(), study, *folders[1:], lone])
    labels = [search.label for search in inputs.searches]
    above = tmp_path.parent.name
    assert labels == [
        "gru (study/searches)",
        f"gru ({above}/{tmp_path.name})",
        "gru (other/searches)",
        "lstm",
    ]
    assert [search.name for search in inputs.searches] == ["gru"] * 3 + ["lstm"]
    report = assemble(inputs, ReportOptions())
    names = [figure.name for figure in report.figures()]
    assert len(names) == len(set(names))
    assert sum(name.startswith("heat_score_") for name in names) == 4


def test_a_search_is_read_once_however_it_is_named(write_run, write_search, tmp_path):
    folder = write_search(tmp_path / "gru")
    (tmp_path / "link").symlink_to(folder)
    paths = [folder, folder / ".." / "gru", tmp_path / "link"]
    assert len(gather([write_run(), *paths]).searches) == 1


def test_what_a_study_says_of_its_runs_and_searches_is_heard(write_run, write_search, tmp_path):
    paths = [write_run("gru", seed) for seed in (1, 2)]
    study = tmp_path / "study"
    study.mkdir()
    (study / "study.yaml").write_text("name: a study\n")
    paths[0].parent.rename(study / "runs")
    write_search(study / "searches" / "gru")
    marks = {"failures": {"lstm-seed3": "no memory"}, "contended": ["gru-seed2", "gru-search"]}
    write_json(study / "study.json", marks)
    inputs = gather([study])
    assert [run.is_contended for run in inputs.models[0].runs] == [False, True]
    assert [search.contention for search in inputs.searches] == [CONTENDED]
    (failed,) = inputs.failed_runs
    assert (failed.label, failed.seed, failed.reason) == ("lstm", 3, "no memory")


def test_a_search_that_failed_is_no_run(write_run, tmp_path):
    study = tmp_path / "study"
    study.mkdir()
    (study / "study.yaml").write_text("name: a study\n")
    write_run().parent.rename(study / "runs")
    write_json(study / "study.json", {"failures": {"gru-search": "no space", "lstm-seed1": "lost"}})
    inputs = gather([study, study])
    assert [run.name for run in inputs.failed_runs] == ["lstm-seed1"]
    assert inputs.failed_searches == (("gru-search", "no space"),)


def test_a_folder_that_is_neither_is_refused(tmp_path):
    with pytest.raises(CallError, match="found none of these files"):
        gather([tmp_path])


def test_no_complete_run_is_told(write_run):
    with pytest.raises(CallError, match="at least one complete run"):
        gather([write_run(is_complete=False)])


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
    (model,) = gather(expand_folders([*paths, tmp_path / "later"])).models
    values = {run.seed: run.measured["behaviour"]["value"] for run in model.runs}
    assert values == {1: 0.25, 2: 0.75}


def test_what_was_measured_of_another_run_is_refused(write_run, tmp_path):
    run, other = RunDirectory(write_run(seed=1)), write_run(seed=2)
    write_elsewhere([run], ["one"], tmp_path / "later")
    write_later(run, "behaviour.json", {}, "command", ["config.yaml"])
    with pytest.raises(CallError, match="computed from another run"):
        gather([other, tmp_path / "later"])
