import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.errors import CallError, TfcmpError, WorkError
from tfcmp.models.presets.cache import Weights
from tfcmp.models.presets.checks import (
    HUGGING_FACE_ENCODERS,
    KERAS_HUB_ENCODERS,
    TOKENIZER_ASSETS,
    check_saved_model,
    check_text_encoder,
)


def keras(name, **config):
    return {"registered_name": f"keras_hub>{name}", "class_name": name, "config": config}


BERT = {
    "config.json": keras("BertBackbone"),
    "tokenizer.json": keras("BertTokenizer"),
    "assets/tokenizer/vocabulary.txt": "[PAD]",
    "model.weights.h5": "numbers",
}
KEYS = st.sampled_from(
    [
        "registered_name",
        "model_type",
        "config",
        "architectures",
        "tasks",
        "weight_map",
        "image_size",
    ]
)
HUGGING_FACE_BERT = {
    "config.json": {"model_type": "bert", "architectures": ["BertForMaskedLM"]},
    "tokenizer_config.json": {"do_lower_case": True},
    "vocab.txt": "[PAD]",
    "model.safetensors": "numbers",
}


@pytest.fixture
def check(tmp_path):
    """The function that writes files into a folder and checks it; None leaves a file out."""

    def write_and_check(files, checker=check_text_encoder):
        for name, content in files.items():
            if content is not None:
                file = tmp_path / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content if isinstance(content, str) else json.dumps(content))
        checker(Weights(tmp_path, str(tmp_path), "", {}), "--model")

    return write_and_check


@pytest.fixture
def complaint(check):
    """What is wrong with files, as `check` tells it; None where they pass."""

    def tell(files):
        try:
            check(files)
        except TfcmpError as error:
            return str(error)
        return None

    return tell


@pytest.mark.parametrize("files", [BERT, HUGGING_FACE_BERT])
def test_a_whole_preset_passes(complaint, files):
    assert complaint(files) is None


def test_a_preset_that_keras_hub_saved_passes(tiny_preset):
    folder = tiny_preset("bert")
    check_text_encoder(Weights(folder, str(folder), "", {}), "--model")


@pytest.mark.parametrize("encoder", KERAS_HUB_ENCODERS)
@pytest.mark.parametrize("package", ["keras_hub", "keras_nlp"])
def test_every_listed_encoder_passes_under_both_names_of_its_library(complaint, encoder, package):
    tokenizer = encoder.replace("Backbone", "Tokenizer")
    files = {
        "config.json": {"registered_name": f"{package}>{encoder}", "config": {}},
        "tokenizer.json": {"registered_name": f"{package}>{tokenizer}"},
        "model.weights.h5": "numbers",
        **{f"assets/tokenizer/{name}": "x" for name in TOKENIZER_ASSETS[tokenizer]},
    }
    assert complaint(files) is None


@pytest.mark.parametrize("model_type", HUGGING_FACE_ENCODERS)
def test_every_listed_type_of_hugging_face_passes(complaint, model_type):
    tokenizer = dict.fromkeys(HUGGING_FACE_ENCODERS[model_type], '{"do_lower_case": false}')
    files = {"config.json": {"model_type": model_type}, "model.safetensors": "n", **tokenizer}
    assert complaint(files) is None


def test_an_encoder_with_the_tokenizer_of_another_passes(complaint):
    tokenizer = {"tokenizer_class": "XLMRobertaTokenizer"}
    sentence_pieces = {"sentencepiece.bpe.model": "x", "vocab.txt": None}
    files = {**HUGGING_FACE_BERT, "tokenizer_config.json": tokenizer, **sentence_pieces}
    assert complaint(files) is None


@pytest.mark.parametrize(
    ("files", "index"), [(BERT, "model.weights.json"), (HUGGING_FACE_BERT, None)]
)
def test_weights_in_shards_pass_when_all_are_there(check, complaint, files, index):
    index = index or "model.safetensors.index.json"
    single = {"model.weights.h5": None, "model.safetensors": None}
    shards = {"weight_map": {"a": "one.h5", "b": ["one.h5", "two.h5"]}}
    with pytest.raises(WorkError, match=r"lacks two\.h5 of its weights"):
        check({**files, **single, index: shards, "one.h5": "numbers"})
    assert complaint({"two.h5": "numbers"}) is None


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"notes.md": "x"}, r"expected config\.json .* found notes\.md"),
        ({}, "found nothing"),
        ({"saved_model.pb": "x"}, "--model saved_model:"),
    ],
)
def test_a_folder_that_is_no_preset_is_told_with_what_was_found(check, files, message):
    with pytest.raises(CallError, match=message):
        check(files)


@pytest.mark.parametrize("content", ["{", "[]", "\x00"])
def test_a_configuration_that_is_no_json_is_told(check, content):
    with pytest.raises(WorkError, match=r"config\.json is damaged"):
        check({"config.json": content})


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"metadata.json": {"tasks": ["ImageClassifier"]}}, "keras_hub>X, an image model"),
        ({"config.json": keras("X", image_shape=[8, 8, 3])}, "keras_hub>X, an image model"),
        ({"metadata.json": {"tasks": ["CausalLM"]}}, "a causal language model"),
        ({"metadata.json": {"tasks": ["Seq2SeqLM"]}}, "a sequence-to-sequence model"),
        ({}, "a model that is not on the list; expected a text encoder: AlbertBackbone"),
        ({"config.json": {"registered_name": "Functional"}}, "holds Functional"),
        ({"config.json": {"registered_name": 3}}, "holds 3"),
        ({"config.json": {"registered_name": "mine>BertBackbone"}}, "holds mine>BertBackbone"),
        ({"config.json": {"architecture": "resnet50"}}, "an image model of timm"),
        ({"config.json": {"name": "x"}}, "neither KerasHub's .* nor Hugging Face's"),
    ],
)
def test_a_model_that_is_no_text_encoder_is_told(check, files, message):
    with pytest.raises(CallError, match=message):
        check({**BERT, "config.json": keras("X"), **files})


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"]}, "a causal language model"),
        ({"model_type": "bart", "is_encoder_decoder": True}, "a sequence-to-sequence model"),
        ({"model_type": "vit", "image_size": 224}, "an image model of type 'vit'"),
        ({"model_type": "electra"}, "a model of type 'electra'; expected .* albert, bert"),
        ({"model_type": ["bert"]}, "a model of type"),
        ({"model_type": "bert", "is_decoder": True}, "set up as a decoder"),
        ({"model_type": "roberta", "architectures": ["RobertaForCausalLM"]}, "RobertaForCausalLM"),
    ],
)
def test_a_model_of_hugging_face_that_is_of_no_use_is_told(check, config, message):
    with pytest.raises(CallError, match=message):
        check({**HUGGING_FACE_BERT, "config.json": config})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hidden_act": "relu"}, "the hidden_act 'relu'; .* computes gelu or"),
        ({"hidden_act": ["gelu"]}, "the hidden_act"),
        ({"model_type": "distilbert", "activation": "relu"}, "the activation 'relu'"),
        ({"position_embedding_type": "relative_key"}, "'relative_key'; .* computes absolute alone"),
    ],
)
def test_what_keras_hub_would_compute_otherwise_is_refused(check, settings, message):
    config = {**HUGGING_FACE_BERT["config.json"], **settings}
    with pytest.raises(CallError, match=message):
        check({**HUGGING_FACE_BERT, "config.json": config})


@pytest.mark.parametrize("activation", ["gelu", "gelu_new"])
def test_forms_of_gelu_pass(complaint, activation):
    config = {**HUGGING_FACE_BERT["config.json"], "hidden_act": activation}
    assert complaint({**HUGGING_FACE_BERT, "config.json": config}) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, JSON | st.sampled_from(["bert", "keras_hub>BertBackbone"])))
def test_any_json_passes_or_is_told(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("any")
    for name in ("config.json", "metadata.json", "task.json", "model.weights.json"):
        (folder / name).write_text(json.dumps(content))
    (folder / "tokenizer.json").write_text(json.dumps(content))
    with suppress(TfcmpError):
        check_text_encoder(Weights(folder, str(folder), "", {}), "--model")


def test_a_task_whose_encoder_is_fine_tuned_already_passes(complaint):
    assert complaint({**BERT, "task.json": keras("BertTextClassifier")}) is None


@pytest.mark.parametrize(
    ("whole", "change", "error", "message"),
    [
        (BERT, {"model.weights.h5": None}, WorkError, r"lacks .*model\.weights\.h5"),
        (BERT, {"tokenizer.json": None}, WorkError, r"lacks .*tokenizer\.json"),
        (BERT, {"assets/tokenizer/vocabulary.txt": None}, WorkError, r"lacks .*vocabulary\.txt"),
        (BERT, {"config.json": {"registered_name": "keras_hub>BertBackbone"}}, WorkError, "config"),
        (BERT, {"task.json": keras("BertCausalLM")}, CallError, "BertCausalLM; expected one of"),
        (BERT, {"tokenizer.json": keras("EsmTokenizer")}, CallError, "EsmTokenizer; expected one"),
        (HUGGING_FACE_BERT, {"model.safetensors": None}, WorkError, r"lacks .*model\.safetensors"),
        (HUGGING_FACE_BERT, {"vocab.txt": None}, WorkError, r"lacks .*vocab\.txt"),
        (HUGGING_FACE_BERT, {"tokenizer_config.json": None}, WorkError, "lacks .*tokenizer_config"),
        (HUGGING_FACE_BERT, {"tokenizer_config.json": {}}, WorkError, "has no do_lower_case"),
        (
            HUGGING_FACE_BERT,
            {"model.safetensors": None, "pytorch_model.bin": "x"},
            WorkError,
            "pickles .* never read, .* safetensors",
        ),
    ],
)
def test_what_is_missing_or_wrong_in_a_preset_is_told(check, whole, change, error, message):
    with pytest.raises(error, match=message):
        check({**whole, **change})


@pytest.mark.parametrize("program", ["saved_model.pb", "saved_model.pbtxt"])
def test_a_saved_model_passes(check, program):
    check({program: "x", "variables/variables.index": "x"}, check_saved_model)


@pytest.mark.parametrize(
    "files", [{"saved_model.pb": "x"}, {"variables/variables.index": "x"}, {"variables": "x"}]
)
def test_half_a_saved_model_is_told(check, files):
    with pytest.raises(CallError, match=r"is no SavedModel: expected saved_model\.pb"):
        check(files, check_saved_model)


def test_a_preset_in_place_of_a_saved_model_is_told_how_to_be_named(check, tmp_path):
    with pytest.raises(CallError, match=f"--model preset:{tmp_path}"):
        check(BERT, check_saved_model)
