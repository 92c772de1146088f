import pytest

from tfcmp.errors import CallError
from tfcmp.reporting.entrants import make_entrants
from tfcmp.reporting.reading import read_run


def entrants(*paths):
    return make_entrants([read_run(path) for path in paths])


def test_runs_that_differ_in_the_seed_alone_are_one_entrant(write_run):
    found = entrants(write_run("gru", 2), write_run("lstm", 1), write_run("gru", 1))
    assert [(of.label, [run.seed for run in of.runs]) for of in found] == [
        ("gru", [1, 2]),
        ("lstm", [1]),
    ]
    assert found[0].correct.shape == (2, 200)


def test_models_of_one_name_are_told_apart_by_what_differs(write_run):
    fast = write_run("gru", 1, training={"optimizer": "sgd"}, name="fast")
    labels = [of.label for of in entrants(write_run("gru", 1), fast)]
    assert labels == ["gru (optimizer adam)", "gru (optimizer sgd)"]


def test_other_test_texts_are_refused_by_name(write_run):
    other = write_run("lstm", 1, texts="b")
    with pytest.raises(CallError, match=r"gru-seed1.*lstm-seed1"):
        entrants(write_run("gru", 1), other)


def test_other_classes_are_refused(write_run):
    other = write_run("lstm", 1, classes=["pos", "neg"])
    with pytest.raises(CallError, match="not tested on the same texts and classes"):
        entrants(write_run("gru", 1), other)


def test_one_seed_twice_is_refused(write_run):
    twin = write_run("gru", 1, name="twin")
    with pytest.raises(CallError, match=r"same configuration and the same seed"):
        entrants(write_run("gru", 1), twin)
