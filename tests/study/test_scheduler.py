import json

import pytest
import yaml

from tfcmp.errors import CallError, WorkError
from tfcmp.reporting.load.studies import read_marks
from tfcmp.study.scheduler import NEXT_TO_ANOTHER, require_complete
from tfcmp.study.stages import ADOPTED

GRU = {"model": "gru"}
LSTM = {"model": "lstm"}
SEARCHED = {"model": "gru", "search": {"trials": 1}}


def names(start):
    return [name for name, _ in start.commands]


def options_of(start, wanted):
    (command,) = [command for name, command in start.commands if name == wanted]
    return command[3:]


def test_first_seeds_of_all_models_come_before_second_ones(write_study, schedule):
    start = schedule(write_study(GRU, LSTM))
    assert names(start) == ["gru-seed1", "lstm-seed1", "gru-seed2", "lstm-seed2"]


def test_a_run_gets_its_settings_as_a_file_and_its_place(write_study, schedule, study):
    entry = {**GRU, "settings": {"training.epochs": 3, "architecture": {"units": 5}}}
    start = schedule(write_study(entry, seeds=[4]))
    options = options_of(start, "gru-seed4")
    place = ["--runs", str(study.path / "runs"), "--name", "gru-seed4"]
    assert options == ["--config", str(study.settings("gru-seed4")), *place]
    settings = yaml.safe_load(study.settings("gru-seed4").read_text())
    assert (settings["seed"], settings["device"], settings["data"]["train_size"]) == (4, "cpu", 200)
    assert (settings["training"]["epochs"], settings["architecture"]["units"]) == (3, 5)


def test_what_is_complete_is_not_done_again(write_study, schedule):
    schedule(write_study(GRU))
    assert names(schedule(write_study(GRU, LSTM))) == ["lstm-seed1", "lstm-seed2"]


def test_an_interrupted_run_goes_on(write_study, schedule, study, plan_of, write_result):
    file = write_study(GRU)
    path = write_result(study, plan_of(file).runs[0])
    (path / "result.json").unlink()
    assert options_of(schedule(file), "gru-seed1") == ["--resume", str(path)]


def test_a_failed_run_is_noted_and_the_rest_goes_on(write_study, schedule, study, plan_of):
    file = write_study(GRU, LSTM, seeds=[1])
    start = schedule(file, {"gru-seed1": (1, "no memory left")})
    assert names(start) == ["gru-seed1", "lstm-seed1"]
    assert read_marks(study.path).failures == {"gru-seed1": "no memory left"}
    with pytest.raises(WorkError, match=r"1 of 2 failed; .*\n  gru-seed1: no memory left"):
        require_complete(study, plan_of(file))


def test_a_failed_run_is_tried_again_and_forgotten_when_it_succeeds(
    write_study, schedule, study, plan_of
):
    file = write_study(GRU, seeds=[1])
    schedule(file, {"gru-seed1": (-9, "")})
    assert study.state.failures["gru-seed1"].startswith("ended by SIGKILL")
    assert names(schedule(file)) == ["gru-seed1"]
    assert read_marks(study.path).failures == {}
    require_complete(study, plan_of(file))


def test_a_failed_run_that_was_finished_by_hand_is_no_failure(
    write_study, schedule, study, plan_of, write_result
):
    file = write_study(GRU, seeds=[1])
    schedule(file, {"gru-seed1": (1, "no memory left")})
    write_result(study, plan_of(file).runs[0])
    assert names(schedule(file)) == []
    assert read_marks(study.path).failures == {}
    require_complete(study, plan_of(file))


def test_success_without_a_result_is_a_failure(write_study, schedule, study):
    schedule(write_study(GRU, seeds=[1]), {"gru-seed1": (0, "")})
    assert "gru-seed1" in study.state.failures


def test_one_job_at_a_time_is_not_contended(write_study, schedule, study):
    schedule(write_study(GRU, LSTM))
    assert read_marks(study.path).contended == {}


def test_runs_beside_each_other_are_contended(write_study, schedule, study):
    schedule(write_study(GRU, LSTM, seeds=[1]), jobs=2)
    assert read_marks(study.path).contended == {
        "gru-seed1": NEXT_TO_ANOTHER,
        "lstm-seed1": NEXT_TO_ANOTHER,
    }


def test_a_search_beside_a_run_is_contended_too(write_study, schedule, study):
    schedule(write_study(SEARCHED, LSTM, seeds=[1]), jobs=3)
    contended = read_marks(study.path).contended
    assert contended["gru-search"] == contended["lstm-seed1"] == NEXT_TO_ANOTHER


def test_a_run_made_by_hand_is_adopted(write_study, schedule, study, plan_of, write_result):
    file = write_study(GRU, seeds=[1])
    write_result(study, plan_of(file).runs[0], timing={"others_share": None})
    assert names(schedule(file)) == []
    assert read_marks(study.path).contended == {"gru-seed1": ADOPTED}


def test_an_adopted_run_that_was_measured_is_not_contended(
    write_study, schedule, study, plan_of, write_result
):
    file = write_study(GRU, seeds=[1])
    write_result(study, plan_of(file).runs[0], timing={"others_share": 0.01})
    schedule(file)
    assert read_marks(study.path).contended == {}


def test_a_run_of_other_settings_is_refused_by_name(
    write_study, schedule, study, plan_of, write_result
):
    old = write_study({**GRU, "settings": {"training.epochs": 9}}, seeds=[1])
    write_result(study, plan_of(old).runs[0])
    with pytest.raises(CallError, match=r"gru-seed1 has other .*: training.epochs 4, there 9;"):
        schedule(write_study(GRU, seeds=[1]))


def test_runs_on_other_texts_are_refused(write_study, schedule, study, plan_of, write_result):
    file = write_study(GRU, LSTM, seeds=[1])
    write_result(study, plan_of(file).runs[0], texts="b")
    with pytest.raises(WorkError, match=r"not trained and tested on the same texts .*gru-seed1"):
        schedule(file)


def test_runs_that_take_the_best_settings_wait_for_their_search(write_study, schedule, study):
    start = schedule(write_study(SEARCHED, LSTM, seeds=[1]), jobs=3)
    assert names(start)[:2] == ["gru-search", "lstm-seed1"]
    settings = yaml.safe_load(study.settings("gru-seed1").read_text())
    assert (settings["training"]["optimizer"], settings["training"]["learning_rate"]) == (
        "sgd",
        0.5,
    )
    # What the search did not vary is the study's: texts, epochs, seed.
    assert (settings["seed"], settings["data"]["train_size"]) == (1, 200)
    assert settings["training"]["epochs"] == 4


def test_a_search_without_runs_comes_last(write_study, schedule):
    alone = {"label": "gru_search", "model": "gru", "seeds": [], "search": {"trials": 1}}
    assert names(schedule(write_study(alone, LSTM, seeds=[1]))) == [
        "lstm-seed1",
        "gru_search-search",
    ]


def test_a_search_is_told_its_budget_and_space(write_study, schedule, study):
    search = {
        "trials": 12,
        "seconds": 60,
        "tuner": "bayesian",
        "space": {"training.epochs": [1, 2]},
    }
    start = schedule(write_study({**GRU, "search": {**search, "settings": {"training.epochs": 1}}}))
    options = options_of(start, "gru-search")
    budget = ["--search.tuner", "bayesian", "--search.seed", "1"]
    assert options[4:8] == budget
    assert options[8:12] == ["--search.trials", "12", "--search.seconds", "60"]
    space = study.settings("gru-space")
    place = ["--runs", str(study.path / "searches"), "--name", "gru"]
    assert options[12:] == ["--search.space", str(space), *place]
    assert yaml.safe_load(space.read_text()) == {"training.epochs": [1, 2]}
    assert yaml.safe_load(study.settings("gru-search").read_text())["training"]["epochs"] == 1


def test_runs_of_a_failed_search_fail_with_its_reason(write_study, schedule, study):
    start = schedule(write_study(SEARCHED, LSTM, seeds=[1]), {"gru-search": (1, "no space")})
    assert names(start) == ["gru-search", "lstm-seed1"]
    assert study.state.failures["gru-seed1"] == "its search failed: no space"


def test_best_settings_that_do_not_go_together_fail_their_run_alone(
    write_study, schedule, study, plan_of, write_search
):
    file = write_study(SEARCHED, LSTM, seeds=[1])
    write_search(study, plan_of(file).searches[0])
    best = {"training": {"optimizer": "sgd", "learning_rate": -1.0}}
    (study.search("gru") / "best.yaml").write_text(yaml.safe_dump(best))
    assert names(schedule(file)) == ["lstm-seed1"]
    assert "--training.learning_rate" in study.state.failures["gru-seed1"]


def test_a_failed_search_is_tried_again_before_its_runs(write_study, schedule, study):
    file = write_study(SEARCHED, seeds=[1])
    schedule(file, {"gru-search": (1, "no space")})
    assert names(schedule(file)) == ["gru-search", "gru-seed1"]
    assert study.state.failures == {}


def test_an_interrupted_search_goes_on(write_study, schedule, study, plan_of, write_search):
    file = write_study(SEARCHED, seeds=[])
    write_search(study, plan_of(file).searches[0], status="interrupted")
    start = schedule(file)
    assert options_of(start, "gru-search") == ["--resume", str(study.search("gru"))]


def test_a_search_of_another_budget_is_refused(write_study, schedule, study, plan_of, write_search):
    write_search(study, plan_of(write_study(SEARCHED)).searches[0])
    with pytest.raises(CallError, match=r"another search .*'trials': 5.* there .*'trials': 1"):
        schedule(write_study({**GRU, "search": {"trials": 5}}))


def test_an_interruption_ends_the_children(write_study, schedule, study):
    def tell(event, working):
        if event is None and working:
            tell.child = working[0].child
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        schedule(write_study(GRU), {"gru-seed1": None}, tell=tell)
    assert (tell.child.was_interrupted, tell.child.code) == (True, 1)
    assert json.loads((study.path / "study.json").read_text())["failures"] == {}
