import pytest

from tfcmp.errors import CallError
from tfcmp.reporting.build import ReportOptions, assemble
from tfcmp.reporting.load.inputs import gather
from tfcmp.reporting.load.studies import CONTENDED
from tfcmp.runs.files import write_json


def test_runs_are_read_once_however_often_they_are_named(write_run):
    path = write_run()
    assert len(gather([path, path]).entrants[0].runs) == 1


def test_a_run_without_result_is_listed_with_its_reason(write_run):
    failure = {"event": "failure", "reason": "training diverged in epoch 1"}
    lost = write_run("lstm", 1, lines=[failure], is_complete=False)
    silent = write_run("lstm", 2, lines=[], is_complete=False)
    failed = gather([write_run(), lost, silent]).failed
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
    material = gather([study])
    assert [entrant.label for entrant in material.entrants] == ["tuned-gru"]
    assert [search.label for search in material.searches] == ["tuned-gru"]


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
    material = gather([write_run(), study, *folders[1:], lone])
    labels = [search.label for search in material.searches]
    above = tmp_path.parent.name
    assert labels == [
        "gru (study/searches)",
        f"gru ({above}/{tmp_path.name})",
        "gru (other/searches)",
        "lstm",
    ]
    assert [search.name for search in material.searches] == ["gru"] * 3 + ["lstm"]
    report = assemble(material, ReportOptions())
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
    material = gather([study])
    assert [run.is_contended for run in material.entrants[0].runs] == [False, True]
    assert [search.contention for search in material.searches] == [CONTENDED]
    (failed,) = material.failed
    assert (failed.label, failed.seed, failed.reason) == ("lstm", 3, "no memory")


def test_a_search_that_failed_is_no_run(write_run, tmp_path):
    study = tmp_path / "study"
    study.mkdir()
    (study / "study.yaml").write_text("name: a study\n")
    write_run().parent.rename(study / "runs")
    write_json(study / "study.json", {"failures": {"gru-search": "no space", "lstm-seed1": "lost"}})
    material = gather([study, study])
    assert [run.name for run in material.failed] == ["lstm-seed1"]
    assert material.failed_searches == (("gru-search", "no space"),)


def test_a_folder_that_is_neither_is_refused(tmp_path):
    with pytest.raises(CallError, match="found none of these files"):
        gather([tmp_path])


def test_no_complete_run_is_told(write_run):
    with pytest.raises(CallError, match="at least one complete run"):
        gather([write_run(is_complete=False)])
