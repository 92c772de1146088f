import json

import pytest
import yaml

from tfcmp.errors import CallError
from tfcmp.reporting.load.models import make_models
from tfcmp.reporting.load.runs import read_run
from tfcmp.runs.files import sealed, sha256_of, write_json


def models(*paths):
    return make_models([read_run(path) for path in paths])


def test_runs_that_differ_in_the_seed_alone_are_one_model(write_run):
    found = models(write_run("gru", 2), write_run("lstm", 1), write_run("gru", 1))
    assert [(of.label, [run.seed for run in of.runs]) for of in found] == [
        ("gru", [1, 2]),
        ("lstm", [1]),
    ]
    assert found[0].correct.shape == (2, 200)


def test_models_of_one_name_are_told_apart_by_what_differs(write_run):
    fast = write_run("gru", 1, training={"optimizer": "sgd"}, name="fast")
    labels = [of.label for of in models(write_run("gru", 1), fast)]
    assert labels == ["gru (optimizer adam)", "gru (optimizer sgd)"]


def test_other_test_texts_are_refused_by_name(write_run):
    other = write_run("lstm", 1, texts="b")
    with pytest.raises(CallError, match=r"gru-seed1.*lstm-seed1"):
        models(write_run("gru", 1), other)


def test_other_classes_are_refused(write_run):
    other = write_run("lstm", 1, classes=["pos", "neg"])
    with pytest.raises(CallError, match="not tested on the same texts and classes"):
        models(write_run("gru", 1), other)


def test_one_seed_twice_is_refused(write_run):
    twin = write_run("gru", 1, name="twin")
    with pytest.raises(CallError, match=r"same configuration and the same seed"):
        models(write_run("gru", 1), twin)


def test_a_run_made_before_a_setting_existed_is_a_seed_of_one_made_after_it(write_run):
    old, new = write_run("gru", 1), write_run("gru", 2)
    configuration = yaml.safe_load((new / "config.yaml").read_text())
    configuration["training"]["label_smoothing"] = 0.0
    configuration["init_from"] = None
    (new / "config.yaml").write_text(yaml.safe_dump(configuration))
    result = json.loads((new / "result.json").read_text())
    result["files"]["config.yaml"] = sha256_of(new / "config.yaml")
    write_json(new / "result.json", sealed(result))
    (model,) = make_models([read_run(old), read_run(new)])
    assert [run.seed for run in model.runs] == [1, 2]
