import os
import subprocess
import sys

import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.runs.files import check_name
from tfcmp.study.directory import StudyDirectory, require_agreement

GRU, LSTM = {"model": "gru"}, {"model": "lstm"}


@pytest.fixture
def accept(study, write_study, plan_of):
    """The function that keeps one study in the directory and offers it another."""

    def offer(*entries, **more):
        file = write_study(*entries, name="other", **more)
        study.accept(file, plan_of(file))

    return offer


def keep(study, file):
    study.keep(file)
    assert (study.path / "study.yaml").read_bytes() == file.read_bytes()


def test_a_study_may_gain_entries_and_seeds(study, write_study, accept):
    keep(study, write_study(GRU))
    accept(LSTM, GRU, seeds=[1, 2, 3])


def test_the_options_of_the_report_may_change(study, write_study, accept):
    keep(study, write_study(GRU))
    accept(GRU, report={"prefer": "nll"})


@pytest.mark.parametrize(
    ("entry", "more", "message"),
    [
        (LSTM, {}, "gru-seed1 is missing"),
        (GRU, {"seeds": [2]}, "gru-seed1 is missing"),
        (
            {**GRU, "settings": {"training.epochs": 9}},
            {},
            r"gru-seed1 has other settings \(training.epochs 9, there 4\)",
        ),
        ({**GRU, "search": {"trials": 1}}, {}, "gru-seed1 is now of a search"),
    ],
)
def test_any_other_change_is_refused(study, write_study, accept, entry, more, message):
    keep(study, write_study(GRU))
    with pytest.raises(CallError, match=f"other.yaml is not the study of .*{message}"):
        accept(entry, **more)


def test_another_search_is_refused(study, write_study, accept):
    keep(study, write_study({**GRU, "search": {"trials": 1}}))
    with pytest.raises(CallError, match="the search of gru is another"):
        accept({**GRU, "search": {"trials": 2}})


def test_the_directory_of_a_run_is_refused(study, accept):
    (study.path / "config.yaml").write_text("model: gru\n")
    with pytest.raises(CallError, match="holds a run, no study"):
        accept(GRU)


def test_runs_that_lie_there_already_are_no_hindrance(study, accept):
    (study.run("gru-seed1")).mkdir()
    accept(GRU)


def test_the_state_comes_back(study):
    study.state.failures["a"] = "why"
    study.state.contention["b"] = "other work"
    study.state.finished["c"] = 1.5
    study.write_state()
    other = StudyDirectory(study.path)
    other.read_state()
    assert other.state == study.state


def test_a_damaged_state_is_told(study):
    (study.path / "study.json").write_text('{"failures": []}')
    with pytest.raises(WorkError, match=r"study\.json is damaged"):
        study.read_state()


def test_two_processes_do_not_work_on_one_study(study):
    program = (
        "import sys; from pathlib import Path; from tfcmp.study.directory import StudyDirectory\n"
        "with StudyDirectory(Path(sys.argv[1])).locked(): pass"
    )
    with study.locked():
        line = [sys.executable, "-c", program, str(study.path)]
        ended = subprocess.run(line, capture_output=True, text=True, env={**os.environ})
    assert "is in use by another compare" in ended.stderr
    with study.locked():
        pass


@pytest.mark.parametrize("name", ["", "..", "a/b", "a b"])
def test_a_name_that_no_folder_can_have_is_refused(name):
    with pytest.raises(CallError, match="expected a folder name"):
        check_name(name)


@pytest.fixture
def agree(study, plan_of, write_study, write_result):
    """The function (what the second run was trained on) that compares both runs of a study."""

    def compare(**texts):
        plan = plan_of(write_study({"model": "gru"}))
        write_result(study, plan.runs[0])
        write_result(study, plan.runs[1], **texts)
        require_agreement(study, plan)

    return compare


def test_runs_on_the_same_texts_agree(agree):
    agree()


def test_runs_on_other_texts_do_not(agree):
    with pytest.raises(WorkError, match=r"gru-seed1: classes .*; gru-seed2: classes"):
        agree(texts="b")


def test_runs_with_other_classes_do_not(agree):
    with pytest.raises(WorkError, match=r'gru-seed2: classes .*"no", "yes"'):
        agree(classes=["no", "yes"])


def test_a_damaged_split_is_told(agree):
    with pytest.raises(WorkError, match=r"split\.json is damaged"):
        agree(split={"splits": {}})
