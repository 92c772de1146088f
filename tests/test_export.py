import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import tfcmp
from tfcmp import export, verify
from tfcmp.data.diagnostic.corpus import DiagnosticSource
from tfcmp.errors import CallError, WorkError
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import sha256_of

FORMATS = [("saved_model", None), ("onnx", "onnxruntime"), ("openvino", "openvino")]


@pytest.fixture(scope="module")
def exported(finished_run, tmp_path_factory):
    """The function format -> folder of an export of the finished run."""
    folders = {}

    def build(form):
        if form not in folders:
            folders[form] = tmp_path_factory.mktemp("exports") / form
            export.main([str(finished_run), "--format", form, "--out", str(folders[form])])
        return folders[form]

    return build


@pytest.fixture(params=FORMATS, ids=[form for form, _ in FORMATS])
def form(request):
    name, library = request.param
    if library is not None:
        pytest.importorskip(library, reason=f"needs pip install 'tfcmp[{name}]'")
        pytest.importorskip("onnx", reason=f"needs pip install 'tfcmp[{name}]'")
    return name


def parity_of(folder):
    return json.loads((folder / "parity.json").read_text())


def test_an_export_is_held_against_keras_on_the_whole_test_split(form, exported, finished_run):
    parity = parity_of(exported(form))
    result = json.loads((finished_run / "result.json").read_text())
    assert parity["texts"] == result["test"]["examples"]["value"]
    assert parity["largest_difference"] < 1e-5
    assert parity["changed_beyond_margin"] == 0
    assert parity["accuracy"]["keras_float32"] == result["test"]["accuracy"]["value"]
    assert parity["refused"] is None


def test_parity_knows_the_files_it_speaks_of(form, exported):
    folder = exported(form)
    files = parity_of(folder)["files"]
    written = {file for file in folder.rglob("*") if file.is_file()}
    assert {folder / name for name in files} == written - {folder / "parity.json"}
    assert all(sha256_of(folder / name) == sha256 for name, sha256 in files.items())


def test_the_card_names_task_data_scores_and_limits(form, exported):
    card = (exported(form) / "README.md").read_text()
    for told in (
        "`neg`, `pos`",
        "`diagnostic`",
        "| accuracy |",
        " to ",
        "labels changed",
        "Limits",
    ):
        assert told in card


def test_the_words_are_in_the_order_of_their_ids(form, exported, finished_run):
    folder = exported(form) / "tokenizer"
    words = (folder / "vocabulary.txt").read_text().split("\n")
    tokenizer = tfcmp.load(finished_run).tokenizer
    (ids,) = tfcmp.load(finished_run).tokenize(["a film"])
    assert [words[number] for number in ids] == ["a", "film"]
    settings = json.loads((folder / "tokenizer.json").read_text())
    assert settings["max_length"] == 40
    assert settings["vocabulary_size"] == tokenizer.vocabulary_size == len(words) - 1


def test_a_saved_model_takes_raw_text_under_the_serving_signature(exported, finished_run):
    import tensorflow as tf

    served = tf.saved_model.load(str(exported("saved_model") / "1")).signatures["serving_default"]
    texts = ["A fine film.", "", "\u0641\u064a\u0644\u0645"]
    answers = served(text=tf.constant(texts))
    classifier = tfcmp.load(finished_run)
    expected = classifier.predict(texts)
    assert [label.decode() for label in answers["label"].numpy()] == [p.label for p in expected]
    np.testing.assert_allclose(answers["probabilities"], classifier.probabilities(texts), atol=1e-6)


def test_the_names_of_the_classes_are_in_every_export_in_the_order_of_its_outputs(form, exported):
    folder = exported(form)
    assert json.loads((folder / "labels.json").read_text()) == ["neg", "pos"]
    if form == "onnx":
        import onnx

        graph = onnx.load(folder / "model.onnx")
        assert {p.key: json.loads(p.value) for p in graph.metadata_props} == {
            "labels": ["neg", "pos"]
        }
        assert "neg, pos" in graph.graph.output[0].doc_string
    elif form == "openvino":
        import openvino

        model = openvino.Core().read_model(folder / "model.xml")
        assert json.loads(model.get_rt_info(["tfcmp", "labels"]).value) == ["neg", "pos"]
    else:
        import tensorflow as tf

        loaded = tf.saved_model.load(str(folder / "1"))
        assert loaded.labels()["labels"].numpy().tolist() == [b"neg", b"pos"]
        assert loaded.signatures["labels"]()["labels"].numpy().tolist() == [b"neg", b"pos"]
        answers = loaded.signatures["serving_default"](text=tf.constant(["a"]))
        assert {name: answer.dtype for name, answer in answers.items()} == {
            "label": tf.string,
            "probabilities": tf.float32,
        }


def test_a_saved_model_answers_an_empty_batch_with_an_empty_answer(exported):
    import tensorflow as tf

    served = tf.saved_model.load(str(exported("saved_model") / "1")).signatures["serving_default"]
    answers = served(text=tf.constant([], tf.string))
    assert {name: answer.shape.as_list() for name, answer in answers.items()} == {
        "label": [0],
        "probabilities": [0, 2],
    }


@pytest.mark.slow
@pytest.mark.parametrize("family", ["bag_of_ngrams", "transformer", "bert", "albert", "roberta"])
def test_saved_models_of_all_families_answer_an_empty_batch(
    family, tiny_preset, word_tokenizer, tmp_path
):
    import tensorflow as tf

    from tfcmp.inference.export.formats import write_saved_model

    built = tiny_classifier(family, tiny_preset, word_tokenizer)
    write_saved_model(built, ("a", "b"), "float32", tmp_path)
    served = tf.saved_model.load(str(tmp_path / "1")).signatures["serving_default"]
    assert served(text=tf.constant([], tf.string))["probabilities"].shape == (0, 2)
    texts = tf.constant(["word2 word3", ""])
    expected = built(texts, training=False)
    np.testing.assert_allclose(served(text=texts)["probabilities"], expected, atol=1e-6)


def tiny_classifier(family, tiny_preset, word_tokenizer):
    """Raw text to probabilities of two classes, with random weights."""
    from tfcmp.models.building import build_text_classifier
    from tfcmp.models.linear import adapt_bag_of_ngrams, build_bag_of_ngrams, choose_ngrams
    from tfcmp.models.preset_tokenizer import build_preset_tokenizer
    from tfcmp.models.pretrained import build_pretrained
    from tfcmp.models.transformer import build_transformer

    tokenizer = word_tokenizer(8)
    if family == "bag_of_ngrams":
        core = build_bag_of_ngrams(2, orders=2, features=37)
        texts = np.array([[2, 3, 4], [5, 6, 2]], np.int32)
        ngrams = choose_ngrams([(texts, np.array([0, 1]))], 2, orders=2, features=37)
        adapt_bag_of_ngrams(core, ngrams, smoothing=1.0)
    elif family == "transformer":
        sizes = {"embedding_size": 6, "layers": 1, "heads": 2, "feed_forward_size": 10}
        dropout = {"word_dropout": 0.2, "embedding_dropout": 0.2, "dropout": 0.2}
        core = build_transformer(8, 2, pooling="max", **sizes, **dropout)
    else:
        folder = tiny_preset(family)
        tokenizer = build_preset_tokenizer(folder, 20, "head")
        core = build_pretrained(
            folder,
            padding_id=tokenizer.padding_id,
            classes=2,
            pooling="first",
            dropout=0.1,
            freeze=False,
            lora_rank=None,
        )
    return build_text_classifier(tokenizer, core)


NAME = "[a] b\\c *?{x} d\u00e9j\u00e0 \u96ea"


def test_libraries_are_given_a_plain_path_to_a_folder_of_any_name(tmp_path):
    from tfcmp.inference.export.exporting import PLAIN, plain_path

    folder = tmp_path / NAME
    folder.mkdir()
    with plain_path(folder) as plain:
        assert PLAIN.fullmatch(str(plain))
        (plain / "file").touch()
    assert [file.name for file in folder.iterdir()] == ["file"]
    with plain_path(Path("/plain")) as plain:
        assert plain == Path("/plain")


@pytest.mark.slow
@pytest.mark.parametrize("name", [NAME, "x" * 250], ids=["special", "long"])
def test_an_export_is_written_under_any_name(form, name, finished_run, tmp_path):
    # One name for the folder above it too, as a run may lie anywhere.
    out = tmp_path / name / name
    export.main([str(finished_run), "--format", form, "--out", str(out)])
    assert parity_of(out)["changed_labels"] == 0
    assert [file.name for file in out.parent.iterdir()] == [name]


def test_a_name_that_no_folder_can_have_is_reported_before_anything_is_written(
    finished_run, tmp_path
):
    with pytest.raises(CallError, match=r"name is too long.*--out"):
        export.main(
            [str(finished_run), "--format", "saved_model", "--out", str(tmp_path / ("x" * 300))]
        )
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_answers_otherwise_is_refused(finished_run, tmp_path, monkeypatch):
    changed_answers(monkeypatch)
    out = tmp_path / "out"
    with pytest.raises(WorkError, match=r"labels change where Keras is decided .* --accept"):
        export.main([str(finished_run), "--format", "saved_model", "--out", str(out)])
    assert list(tmp_path.iterdir()) == []


def test_on_demand_it_is_written_all_the_same(finished_run, tmp_path, monkeypatch):
    changed_answers(monkeypatch)
    out = tmp_path / "out"
    export.main([str(finished_run), "--format", "saved_model", "--out", str(out), "--accept"])
    assert "labels change" in parity_of(out)["refused"]


def changed_answers(monkeypatch):
    from tfcmp.inference.export import formats

    monkeypatch.setitem(
        formats.FORMATS,
        "saved_model",
        lambda *_: lambda texts: np.eye(2)[np.arange(len(texts)) % 2],
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run"], "required: --format"),
        (["run", "--format", "tflite", "--out", "x"], "expected one of .*, got tflite"),
        (
            ["run", "--format", "saved_model", "--precision", "bf16", "--out", "x"],
            "the format saved_model holds float32; bf16 is of openvino",
        ),
        (["run", "--format", "saved_model", "--out", "x"], "run: no such run directory"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_loaded(arguments, told, monkeypatch):
    monkeypatch.setattr(export, "import_tensorflow", lambda: pytest.fail("loaded"))
    with pytest.raises(CallError, match=told):
        export.main(arguments)


def test_a_folder_that_is_taken_is_left_alone(finished_run, tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(CallError, match="exists already and is not empty; change --out"):
        export.main([str(finished_run), "--format", "saved_model", "--out", str(tmp_path)])
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_without_a_folder_it_stands_in_the_run_which_stays_sound(finished_run, tmp_path, capsys):
    run = shutil.copytree(finished_run, tmp_path / "run")
    export.main([str(run), "--format", "saved_model"])
    folder = run / "exports" / "saved_model-float32"
    assert capsys.readouterr().out.splitlines()[-1] == str(folder)
    assert (folder / "parity.json").exists()
    verify.main([str(run)])


def test_test_texts_that_are_gone_are_reported(finished_run, monkeypatch):
    from tfcmp.inference.export.parity import answer_test_split, read_test_split

    records = list(DiagnosticSource().records())[:-3]
    monkeypatch.setattr(DiagnosticSource, "records", lambda self: iter(records))
    run = RunDirectory(finished_run)
    with pytest.raises(
        WorkError, match=r"3 of 2000 test texts of .* are not in its source any more"
    ):
        answer_test_split(run, read_test_split(run), lambda texts: np.zeros((len(texts), 2)))


def test_a_damaged_run_is_reported(finished_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(finished_run, run)
    (run / "predictions.parquet").write_bytes(b"")
    with pytest.raises(WorkError, match=r"damaged: predictions\.parquet has not the checksum"):
        export.main([str(run), "--format", "saved_model", "--out", str(tmp_path / "out")])
