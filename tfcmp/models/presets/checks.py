"""Whether a folder holds an encoder that can be fine-tuned, told from its JSON files alone."""

import json
from pathlib import Path
from typing import Any

from tfcmp.errors import CallError, WorkError
from tfcmp.models.presets.cache import Weights

CONFIG = "config.json"
SAVED_MODEL_PROGRAMS = ("saved_model.pb", "saved_model.pbtxt")

# Left out: FNet mixes padding into every token, so that a text's answer would depend on its
# neighbours in the batch; RoFormer V2 comes without published presets; ESM reads proteins; XLNet
# has no tokenizer in KerasHub.
KERAS_HUB_ENCODERS = (
    "AlbertBackbone",
    "BertBackbone",
    "DebertaV3Backbone",
    "DistilBertBackbone",
    "ElectraBackbone",
    "RobertaBackbone",
    "XLMRobertaBackbone",
)
# A tokenizer need not be of its encoder's name: multilingual E5 is BERT under XLM-RoBERTa's.
TOKENIZER_ASSETS = {
    "AlbertTokenizer": ("vocabulary.spm",),
    "BertTokenizer": ("vocabulary.txt",),
    "DebertaV3Tokenizer": ("vocabulary.spm",),
    "DistilBertTokenizer": ("vocabulary.txt",),
    "ElectraTokenizer": ("vocabulary.txt",),
    "RobertaTokenizer": ("vocabulary.json", "merges.txt"),
    "XLMRobertaTokenizer": ("vocabulary.spm",),
}
ENCODER_TASKS = ("MaskedLM", "TextClassifier", "TextEmbedder")
# Model types of Hugging Face that KerasHub converts, and the tokenizer files that it reads.
HUGGING_FACE_ENCODERS = {
    "albert": ("spiece.model",),
    "bert": ("vocab.txt", "tokenizer_config.json"),
    "distilbert": ("vocab.txt", "tokenizer_config.json"),
    "roberta": ("vocab.json", "merges.txt"),
    "xlm-roberta": ("sentencepiece.bpe.model",),
}
# What KerasHub's encoders compute, under the names of Hugging Face.
_GELU = ("gelu", "gelu_new", "gelu_fast", "gelu_python", "gelu_pytorch_tanh")
_COMPUTED = {"hidden_act": _GELU, "activation": _GELU, "position_embedding_type": ("absolute",)}
# What the tasks that a preset lists say about its model.
_KINDS = {
    "CausalLM": "a causal language model",
    "Seq2SeqLM": "a sequence-to-sequence model",
    "AudioToText": "a speech model",
}
_IMAGE = "an image model"


def check_text_encoder(weights: Weights, option: str) -> None:
    """Checks that KerasHub can make a text encoder and its tokenizer of a folder.

    Args:
        weights: the folder, found or fetched.
        option: the option that named it, for the message.

    Raises:
        CallError: no preset, or one of a model that is no text encoder.
        WorkError: a preset with a file missing or damaged.
    """
    folder = weights.folder
    if not (folder / CONFIG).is_file():
        raise CallError(_no_preset(folder, option))
    config = _read_json(folder / CONFIG)
    if "registered_name" in config:
        _check_keras_hub(folder, config, option)
    elif "model_type" in config:
        _check_hugging_face(folder, config, option)
    elif "architecture" in config:
        raise CallError(f"{option}: {folder} holds {_IMAGE} of timm; expected a text encoder")
    else:
        raise CallError(
            f"{option}: {folder / CONFIG} is neither KerasHub's (registered_name) nor Hugging "
            "Face's (model_type)"
        )


def check_saved_model(weights: Weights, option: str) -> None:
    """Checks that a folder is a SavedModel, by its files.

    Raises:
        CallError: it is none.
    """
    folder = weights.folder
    program = any((folder / name).is_file() for name in SAVED_MODEL_PROGRAMS)
    if program and (folder / "variables").is_dir():
        return
    hint = ""
    if (folder / CONFIG).is_file():
        hint = f"; it looks like a preset, which is --model preset:{folder}"
    raise CallError(
        f"{option}: {folder} is no SavedModel: expected saved_model.pb (or .pbtxt) and the folder "
        f"variables, found {_listing(folder)}{hint}"
    )


def _no_preset(folder: Path, option: str) -> str:
    message = (
        f"{option}: {folder} is no preset: expected {CONFIG} of KerasHub or Hugging Face beside "
        f"weights and tokenizer, found {_listing(folder)}"
    )
    if any((folder / name).is_file() for name in SAVED_MODEL_PROGRAMS):
        message += f"; a SavedModel is named --model saved_model:{folder}"
    return message


def _check_keras_hub(folder: Path, config: dict[str, Any], option: str) -> None:
    encoder = _keras_hub_class(config)
    if encoder not in KERAS_HUB_ENCODERS:
        kind = _kind(folder, config)
        raise CallError(
            f"{option}: {folder} holds {config['registered_name']}, {kind}; expected a text "
            f"encoder: {', '.join(KERAS_HUB_ENCODERS)}"
        )
    if not isinstance(config.get("config"), dict):
        raise WorkError(f"{folder / CONFIG} is damaged: it has no config of its encoder")
    task = _read_json(folder / "task.json") if (folder / "task.json").is_file() else None
    if task and not str(task.get("class_name")).endswith(ENCODER_TASKS):
        raise CallError(
            f"{option}: {folder} is a preset of the task {task.get('class_name')}; expected one "
            f"of {', '.join(ENCODER_TASKS)}, or an encoder alone"
        )
    _require_weights(folder, "model.weights.h5", "model.weights.json")
    _require(folder, ["tokenizer.json"], "tokenizer")
    tokenizer = _keras_hub_class(_read_json(folder / "tokenizer.json"))
    if tokenizer not in TOKENIZER_ASSETS:
        raise CallError(
            f"{option}: the tokenizer of {folder} is {tokenizer or 'not of KerasHub'}; expected "
            f"one of {', '.join(TOKENIZER_ASSETS)}"
        )
    assets = [f"assets/tokenizer/{name}" for name in TOKENIZER_ASSETS[tokenizer]]
    _require(folder, assets, "tokenizer")


def _keras_hub_class(config: dict[str, Any]) -> str:
    package, _, name = str(config.get("registered_name")).partition(">")
    return name if package in ("keras_hub", "keras_nlp") else ""


def _kind(folder: Path, config: dict[str, Any]) -> str:
    metadata = folder / "metadata.json"
    tasks = _names(_read_json(metadata).get("tasks")) if metadata.is_file() else []
    for task in tasks:
        if task in _KINDS:
            return _KINDS[task]
    if any("Image" in task for task in tasks) or "image_shape" in _object(config.get("config")):
        return _IMAGE
    return "a model that is not on the list"


def _check_hugging_face(folder: Path, config: dict[str, Any], option: str) -> None:
    model_type = str(config["model_type"])
    if model_type not in HUGGING_FACE_ENCODERS:
        raise CallError(
            f"{option}: {folder} holds {_hugging_face_kind(config)} of type {model_type!r}; "
            f"expected a text encoder that KerasHub converts: {', '.join(HUGGING_FACE_ENCODERS)}"
        )
    if _is_decoder(config):
        raise CallError(
            f"{option}: {folder} holds {', '.join(_names(config.get('architectures'))) or model_type} set up as "
            "a decoder, which reads from left to right; expected an encoder"
        )
    for name, known in _COMPUTED.items():
        if (value := config.get(name, known[0])) not in known:
            raise CallError(
                f"{option}: {folder} has the {name} {value!r}; KerasHub's {model_type} computes "
                f"{' or '.join(known)} alone"
            )
    _require_weights(folder, "model.safetensors", "model.safetensors.index.json")
    names = list(HUGGING_FACE_ENCODERS[model_type])
    if "tokenizer_config.json" in names:
        _require(folder, ["tokenizer_config.json"], "tokenizer")
        tokenizer = _read_json(folder / "tokenizer_config.json")
        if "XLMRoberta" in str(tokenizer.get("tokenizer_class")):
            names = ["sentencepiece.bpe.model"]
        elif "do_lower_case" not in tokenizer:
            raise WorkError(
                f"{folder / 'tokenizer_config.json'} has no do_lower_case, which KerasHub needs: "
                "add true for an uncased vocabulary, else false"
            )
    _require(folder, names, "tokenizer")


def _is_decoder(config: dict[str, Any]) -> bool:
    heads = ("ForCausalLM", "LMHeadModel")
    return bool(config.get("is_decoder")) or any(
        name.endswith(heads) for name in _names(config.get("architectures"))
    )


def _hugging_face_kind(config: dict[str, Any]) -> str:
    names = " ".join(_names(config.get("architectures")))
    if config.get("is_encoder_decoder"):
        return _KINDS["Seq2SeqLM"]
    if _is_decoder(config):
        return _KINDS["CausalLM"]
    return _IMAGE if "Image" in names or "image_size" in config else "a model"


def _require_weights(folder: Path, single: str, index: str) -> None:
    """Checks for weights in one file, or in the shards that an index lists."""
    if (folder / single).is_file():
        return
    if not (folder / index).is_file():
        pickles = "; pickles (.bin, .pt) are never read, so save the model as safetensors"
        hint = pickles if list(folder.glob("*.bin")) or list(folder.glob("*.pt")) else ""
        raise WorkError(
            f"{folder} lacks its weights: expected {single}, or {index} and its shards{hint}"
        )
    shards = set()
    for value in _object(_read_json(folder / index).get("weight_map")).values():
        shards.update(_names(value if isinstance(value, list) else [value]))
    if not shards:
        raise WorkError(f"{folder / index} lists no shards")
    _require(folder, sorted(shards), "weights")


def _require(folder: Path, names: list[str], what: str) -> None:
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise WorkError(f"{folder} lacks {', '.join(missing)} of its {what}")


def _read_json(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise WorkError(f"{file} is damaged: expected JSON ({error})") from error
    if not isinstance(value, dict):
        raise WorkError(f"{file} is damaged: expected a JSON object")
    return value


def _names(value: Any) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _listing(folder: Path) -> str:
    names = sorted(file.name for file in folder.iterdir())
    return ", ".join(names[:8]) + (" ..." if len(names) > 8 else "") if names else "nothing"
