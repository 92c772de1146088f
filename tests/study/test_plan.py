from dataclasses import replace

import pytest

from tfcmp.errors import CallError
from tfcmp.study.plan import differences, with_best, with_source


def test_settings_are_those_of_the_model_under_those_of_the_file(write_study, plan_of):
    run, _ = plan_of(write_study({"model": "gru", "settings": {"training.epochs": 9}})).runs
    configuration = run.configuration
    assert (configuration.training.epochs, configuration.training.learning_rate) == (9, 2e-3)
    assert (configuration.device, configuration.data.train_size) == ("cpu", 200)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"training.epoch": 3}, "unknown setting training.epoch; did you mean --training.epochs"),
        ({"architecture": {"heads": 2}}, "unknown setting architecture.heads"),
        ({"training.epochs": 0}, "--training.epochs: expected at least 1, got 0"),
        ({"training.optimizer": "magic"}, "expected one of 'sgd'"),
        ({"runs": "here"}, "unknown setting runs"),
    ],
)
def test_a_wrong_setting_is_told_with_file_and_entry(write_study, plan_of, settings, message):
    file = write_study({"model": "lstm"}, {"label": "mine", "model": "gru", "settings": settings})
    with pytest.raises(CallError) as told:
        plan_of(file)
    assert str(told.value).startswith(f"{file}: entry mine: ")
    assert message in str(told.value)


def test_a_wrong_setting_of_a_search_is_told(write_study, plan_of):
    search = {"trials": 1, "settings": {"training.epochs": 0}}
    with pytest.raises(CallError, match=r"entry gru: search: --training\.epochs"):
        plan_of(write_study({"model": "gru", "search": search}))


def test_a_search_takes_no_strategy_while_runs_may(write_study, plan_of):
    entry = {"model": "gru", "settings": {"strategy": "mirrored", "replicas": 2}}
    assert plan_of(write_study(entry)).runs[0].configuration.strategy == "mirrored"
    search = {"trials": 1}
    with pytest.raises(CallError, match=r"entry gru: search: --strategy mirrored: .*one device"):
        plan_of(write_study({**entry, "search": search}))
    search["settings"] = {"strategy": "none", "replicas": None}
    plan = plan_of(write_study({**entry, "search": search}))
    assert plan.searches[0].configuration.strategy == "none"


def test_epochs_are_not_searched_by_hyperband(write_study, plan_of):
    search = {"tuner": "hyperband", "trials": 1, "space": {"training.epochs": [1, 2]}}
    with pytest.raises(CallError, match=r"entry gru: search: .*hyperband sets the epochs"):
        plan_of(write_study({"model": "gru", "search": search}))


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ({"space": {"training.batch_size": [0]}}, "--training.batch_size: expected at least 1"),
        ({"space": {"training.batch_size": []}}, "training.batch_size: expected a list of values"),
        ({"space": {"architecture.unts": [4]}}, "unknown setting architecture.unts"),
        ({"space": {"data.train_size": [5, 9]}}, "data.train_size cannot be searched"),
        ({"space": {"training.epochs": [1, 2]}, "tuner": "hyperband"}, "contradict each other"),
    ],
)
def test_a_wrong_space_is_told_before_anything_runs(write_study, plan_of, search, message):
    with pytest.raises(CallError, match=message) as told:
        plan_of(write_study({"model": "gru", "search": {"trials": 1, **search}}))
    assert "entry gru: search: " in str(told.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("split_seed", 7), ("source", "imdb"), ("train_size", 100), ("grouping", "none")],
)
def test_entries_on_different_texts_are_refused(write_study, plan_of, name, value):
    other = {"model": "lstm", "settings": {"data": {name: value}}}
    with pytest.raises(CallError, match=rf"gru and lstm would not .* data\.{name} is .* {value}"):
        plan_of(write_study({"model": "gru"}, other))


def test_models_may_read_different_parts_of_a_text(write_study, plan_of):
    plan = plan_of(write_study({"model": "gru"}, {"model": "transformer"}))
    parts = {run.configuration.data.truncation for run in plan.runs}
    assert parts == {"head", "head+tail"}


def test_a_search_may_use_fewer_texts(write_study, plan_of):
    search = {"trials": 1, "settings": {"data.train_size": 20}}
    plan = plan_of(write_study({"model": "gru", "search": search}))
    assert plan.searches[0].configuration.data.train_size == 20
    assert {run.configuration.data.train_size for run in plan.runs} == {200}


def test_differences_name_both_values(write_study, plan_of):
    asked = plan_of(write_study({"model": "gru"})).runs[0].configuration
    found = replace(asked, training=replace(asked.training, epochs=7), seed=5)
    assert list(differences(asked, found)) == ["seed 1, there 5", "training.epochs 4, there 7"]


def test_a_matched_size_is_no_difference(write_study, plan_of):
    matching = {"model": "transformer", "settings": {"architecture.match": "lstm"}}
    asked = plan_of(write_study(matching)).runs[0].configuration
    sized = replace(asked.architecture, layers=1, feed_forward_size=402)
    assert list(differences(asked, replace(asked, architecture=sized))) == []
    other = replace(sized, match=None)
    assert list(differences(asked, replace(asked, architecture=other)))


def test_a_file_of_texts_at_another_place_is_no_difference(write_study, plan_of):
    asked = plan_of(write_study({"model": "gru"})).runs[0].configuration
    one, other, named = (
        replace(asked, data=replace(asked.data, source=source))
        for source in ("/here/a.csv", "/there/b.csv", "imdb")
    )
    assert list(differences(one, other)) == []
    assert list(differences(one, named)) != []


def test_the_texts_of_a_whole_study_move_together(write_study, plan_of):
    search = {"trials": 1, "settings": {"data.train_size": 20}}
    file = write_study(
        {"model": "gru", "search": search}, settings={"data": {"source": "/here/a.csv"}}
    )
    plan = with_source(plan_of(file), "/there/b.csv")
    for one in (*plan.runs, *plan.searches, plan.runs[0].search):
        assert one.configuration.data.source == "/there/b.csv"
    assert plan.runs[0].settings["data.source"] == "/there/b.csv"
    assert plan.searches[0].configuration.data.train_size == 20


def test_a_source_with_a_name_stays(write_study, plan_of):
    plan = plan_of(write_study({"model": "gru"}))
    moved = with_source(plan, "/there/b.csv")
    assert [run.configuration for run in moved.runs] == [run.configuration for run in plan.runs]


def test_best_settings_that_do_not_fit_are_told(write_study, plan_of):
    run = plan_of(write_study({"model": "gru", "search": {"trials": 1}})).runs[0]
    with pytest.raises(CallError, match=r"gru with its best settings: --training\.epochs"):
        with_best(run, {"training.epochs": -1}, ["training.epochs"])
