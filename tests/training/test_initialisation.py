"""A run that starts from a finished one: what it takes over, refuses and says."""

import json
from dataclasses import replace

import keras
import numpy as np
import pytest
import yaml

from tfcmp.config.fields import TrainingSettings
from tfcmp.data.run_texts import seen_texts
from tfcmp.errors import CallError, WorkError
from tfcmp.models.building import build_core, core_of
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.runs.directory import RunDirectory, create_run, resume_run
from tfcmp.training.initialisation import open_initial
from tfcmp.training.step import compile_forward
from tfcmp.training.texts import prepare_texts
from tfcmp.training.train import train

WORDS = {"b": "good fine", "c": "bad dull", "a": "so average"}


def write(file, classes, first, rows=8):
    """A file of declared splits whose texts, numbered from `first`, stand in no other file."""
    lines = ["text,label,split"]
    for split in ("train", "validation", "test"):
        for name in classes:
            lines += [f"{WORDS[name]} {split} {first + n},{name},{split}" for n in range(rows)]
    file.write_text("\n".join(lines) + "\n")
    return file


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("initial")


@pytest.fixture(scope="module")
def configure(tiny_configuration):
    """The function file, model -> configuration, with more settings of training or the run."""

    def build(file, model="gru", **settings):
        configuration = tiny_configuration(model)
        data = replace(configuration.data, source=str(file), train_size=None, max_length=10)
        return replace(configuration, data=data, **settings)

    return build


@pytest.fixture(scope="module")
def fit(folder):
    """The function configuration, name -> complete run."""

    def run(configuration, name):
        directory = create_run(folder, configuration.model, name)
        try:
            train(configuration, directory, folder / "cache")
        finally:
            directory.unlock()
        return directory

    return run


@pytest.fixture(scope="module", params=["gru", "transformer", "bag_of_ngrams"])
def source(request, folder, configure, fit):
    """A complete run of the classes b and c."""
    file = write(folder / f"{request.param}.csv", "bc", 0)
    return fit(configure(file, request.param), f"{request.param}-source")


@pytest.fixture(scope="module")
def gru(folder, configure, fit):
    return fit(configure(write(folder / "old.csv", "bc", 0)), "gru-only")


def started(source, file, configure, cache, **settings):
    """The source run, and the texts and model of a run that starts from it, before any step."""
    model = source.read_json("result.json")["model"]
    configuration = configure(file, model, init_from=str(source.path), **settings)
    initial = open_initial(configuration)
    texts = prepare_texts(configuration, cache, None, initial.tokenizer(configuration, None))
    initial.started(configuration, texts, cache)
    configuration = initial.sized(configuration)
    keras.utils.set_random_seed(7)
    core = build_core(configuration, texts.tokenizer, len(texts.corpus.classes))
    initial.load_into(core, configuration, texts)
    return initial, texts, core


def test_old_classes_are_answered_as_before_wherever_they_stand(source, folder, configure):
    # The new class comes first: positions move, names do not.
    file = write(folder / f"more-{source.path.name}.csv", "abc", 100)
    initial, texts, core = started(source, file, configure, folder / "cache", new_classes="add")
    assert (initial.classes, texts.corpus.classes) == (("b", "c"), ("a", "b", "c"))
    batch = next(iter(texts.evaluation_batches("test")))
    before = compile_forward(core_of(initial.model))(batch.ids)
    np.testing.assert_allclose(compile_forward(core)(batch.ids)[:, 1:], before, atol=1e-6)


def test_classes_can_be_replaced_and_shared_ones_keep_their_weights(source, folder, configure):
    file = write(folder / f"other-{source.path.name}.csv", "ac", 200)
    initial, texts, core = started(source, file, configure, folder / "cache", new_classes="replace")
    batch = next(iter(texts.evaluation_batches("test")))
    before = compile_forward(core_of(initial.model))(batch.ids)
    np.testing.assert_allclose(compile_forward(core)(batch.ids)[:, 1], before[:, 1], atol=1e-6)


def test_the_linear_model_can_learn_a_class_that_it_had_not_counted(folder, configure, fit):
    old = write(folder / "linear-old.csv", "bc", 0)
    # Words of the third class that the old vocabulary holds, so that there is something to count.
    old.write_text(old.read_text() + "so average,b,train\nso average,c,train\n")
    run = fit(configure(old, "bag_of_ngrams"), "linear-old")
    new = write(folder / "linear-new.csv", "abc", 300)
    _, _, core = started(run, new, configure, folder / "cache", new_classes="add")
    ratios = keras.ops.convert_to_numpy(core.get_layer("logits").ratios)
    assert ratios[:, 0].max() > 0.5


def test_the_vocabulary_is_the_old_one(gru, folder, configure):
    file = write(folder / "vocabulary.csv", "bc", 400)
    initial, texts, _ = started(gru, file, configure, folder / "cache")
    known = initial.model.get_layer("tokenizer").lookup.get_vocabulary()
    assert texts.tokenizer.lookup.get_vocabulary() == known
    assert "400" not in known


@pytest.mark.slow
def test_a_run_says_where_it_started_from_and_what_that_cost(gru, folder, configure, fit):
    file = write(folder / "told.csv", "abc", 500)
    settings = {"init_from": str(gru.path), "new_classes": "add"}
    run = fit(configure(file, **settings), "told")
    sha256 = gru.read_json("result.json")["files"]["model.keras"]
    stated = {"run": str(gru.path), "model_sha256": sha256}
    assert run.read_json("environment.json")["initial"] == stated
    result = run.read_json("result.json")["initial"]
    assert result == {
        **stated,
        "classes": {"kept": ["b", "c"], "added": ["a"], "dropped": []},
        "not_checked": [],
    }
    assert yaml.safe_load(run.file("config.yaml").read_text())["init_from"] == str(gru.path)
    (cost,) = run.read_json("timing.json")["initial"]
    seconds = gru.read_json("timing.json")["seconds"]["training"]
    assert (cost["run"], cost["training_seconds"]) == (str(gru.path), seconds)
    # And the next one counts both.
    last = fit(configure(write(folder / "last.csv", "abc", 600), init_from=str(run.path)), "last")
    costs = last.read_json("timing.json")["initial"]
    assert [one["run"] for one in costs] == [str(run.path), str(gru.path)]


@pytest.mark.parametrize(
    ("classes", "told"), [("abc", "'a'.*--new_classes add"), ("b", "none of its classes 'c'")]
)
def test_other_classes_are_refused_unless_they_are_asked_for(gru, folder, configure, classes, told):
    initial = open_initial(configure(folder / "old.csv", init_from=str(gru.path)))
    with pytest.raises(CallError, match=told):
        initial.require_classes(tuple(classes), "refuse")


def test_added_classes_leave_no_old_one_out(gru, folder, configure):
    initial = open_initial(configure(folder / "old.csv", init_from=str(gru.path)))
    with pytest.raises(CallError, match=r"'c'.*replace"):
        initial.require_classes(("a", "b"), "add")


def swapped(file, folder, name, **parts):
    """The same texts with other splits."""
    text = file.read_text()
    for old, new in parts.items():
        text = text.replace(f",{old}\n", f",{new}!\n")
    copy = folder / name
    copy.write_text(text.replace("!\n", "\n"))
    return copy


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"train": "test", "test": "train"}, "16 of its training texts in test"),
        ({"train": "validation", "validation": "train"}, "16 of its training texts in validation"),
        ({"validation": "test", "test": "validation"}, "16 of its validation texts in test"),
    ],
)
def test_texts_that_it_has_seen_are_not_measured(gru, folder, configure, parts, told):
    file = swapped(folder / "old.csv", folder, "swapped.csv", **parts)
    with pytest.raises(CallError, match=told):
        started(gru, file, configure, folder / "cache")


def test_the_same_splits_are_no_leak(gru, folder, configure):
    initial, texts, _ = started(gru, folder / "old.csv", configure, folder / "cache")
    assert initial.require_unseen(texts, folder / "cache") == ()


@pytest.mark.slow
def test_what_the_runs_before_it_have_seen_counts_too(gru, folder, configure, fit):
    new = write(folder / "second.csv", "bc", 700)
    second = fit(configure(new, init_from=str(gru.path)), "second")
    seen = seen_texts(second, folder / "cache")
    assert (len(seen.training), len(seen.validation), seen.unknown) == (32, 32, ())


@pytest.mark.slow
def test_what_cannot_be_told_is_said(folder, configure, fit, capsys):
    file = write(folder / "gone.csv", "bc", 800)
    run = fit(configure(file), "gone")
    file.write_text(file.read_text().replace("801", "wholly other"))
    capsys.readouterr()
    new = configure(write(folder / "after.csv", "bc", 900), init_from=str(run.path))
    after = fit(new, "after")
    (sentence,) = after.read_json("result.json")["initial"]["not_checked"]
    assert "not as it was" in sentence
    assert "was not checked" in capsys.readouterr().err


@pytest.mark.slow
def test_a_resumed_run_ends_with_the_same_bits(gru, folder, configure):
    training = TrainingSettings(
        epochs=2, batch_size=4, class_weight="balanced", label_smoothing=0.1, accumulate=2
    )
    file = write(folder / "resumed.csv", "abc", 1000)
    configuration = configure(
        file, init_from=str(gru.path), new_classes="add", training=training, deterministic=True
    )
    models = []
    for name, breaks in (("unbroken", ()), ("broken", (2, 6))):
        run = create_run(folder, "gru", name)
        for lines in breaks:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(RunDirectory, "append_metrics", stopping_at(lines))
                with pytest.raises(KeyboardInterrupt):
                    train(configuration, run, folder / "cache")
            run.unlock()
            run = resume_run(run.path)
        train(configuration, run, folder / "cache")
        run.unlock()
        models.append(keras.saving.load_model(run.file("model.keras")).get_weights())
    for one, other in zip(*models, strict=True):
        np.testing.assert_array_equal(one, other)


def stopping_at(lines):
    append = RunDirectory.append_metrics

    def append_and_stop(run, line):
        append(run, line)
        if len(run.file("metrics.jsonl").read_text().splitlines()) == lines:
            raise KeyboardInterrupt

    return append_and_stop


@pytest.mark.slow
def test_a_resumed_run_refuses_another_start(gru, folder, configure, monkeypatch):
    configuration = configure(write(folder / "other.csv", "bc", 1100), init_from=str(gru.path))
    run = create_run(folder, "gru", "other-start")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunDirectory, "append_metrics", stopping_at(1))
        with pytest.raises(KeyboardInterrupt):
            train(configuration, run, folder / "cache")
    environment = run.read_json("environment.json")
    environment["initial"]["model_sha256"] = "0"
    run.file("environment.json").write_text(json.dumps(environment))
    with pytest.raises(WorkError, match="another model"):
        train(configuration, run, folder / "cache")
    run.unlock()


@pytest.mark.slow
@pytest.mark.parametrize("architecture", [{}, {"lora_rank": 2}, {"freeze": True}])
def test_a_pretrained_encoder_goes_on_from_its_fine_tuned_weights(
    tiny_preset, folder, fit, architecture
):
    name = "-".join(architecture) or "whole"
    plain = default_configuration(find_model(f"preset:{tiny_preset('bert')}"))
    configuration = replace(
        plain,
        device="cpu",
        precision="float32",
        data=replace(plain.data, source=str(write(folder / f"{name}.csv", "bc", 0)), max_length=12),
        training=replace(plain.training, epochs=1, batch_size=16, learning_rate=1e-3),
    )
    source = fit(configuration, f"encoder-{name}")
    new = str(write(folder / f"{name}-new.csv", "bc", 1200))
    # A rate at which a step moves nothing: what is saved is what was taken over.
    still = replace(
        configuration,
        init_from=str(source.path),
        architecture=replace(configuration.architecture, **architecture),
        data=replace(configuration.data, source=new),
        training=replace(configuration.training, learning_rate=1e-30, weight_decay=0.0),
    )
    run = fit(still, f"encoder-{name}-new")
    one, other = (
        keras.saving.load_model(path.file("model.keras")).get_weights() for path in (source, run)
    )
    for before, after in zip(one, other, strict=True):
        np.testing.assert_allclose(after, before, atol=1e-6)
