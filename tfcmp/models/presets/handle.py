"""What a user may write where pretrained weights are expected, addresses of TF Hub included."""

import re
from dataclasses import dataclass
from pathlib import Path

from tfcmp.errors import CallError

FOLDER = "folder"
KAGGLE = "kaggle"
KERAS_HUB = "keras_hub"
HUGGING_FACE = "hugging_face"

KAGGLE_SCHEME = "kaggle://"
HUGGING_FACE_SCHEME = "hf://"

FORMS = (
    "an existing folder, a Kaggle handle OWNER/MODEL/FRAMEWORK/VARIATION/VERSION, the name of a "
    "KerasHub preset, or hf://OWNER/MODEL"
)
# Frameworks of Kaggle that can be loaded; Kaggle's own pages do not agree on their capitals.
FRAMEWORKS = {name.lower(): name for name in ("keras", "transformers", "tensorFlow2")}
LONGEST = 200

_ADDRESSES = {
    KAGGLE_SCHEME: KAGGLE,
    "https://www.kaggle.com/models/": KAGGLE,
    "https://kaggle.com/models/": KAGGLE,
    HUGGING_FACE_SCHEME: HUGGING_FACE,
    "https://huggingface.co/": HUGGING_FACE,
}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_VERSION = re.compile(r"[1-9][0-9]*")
_TFHUB_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?tfhub\.dev(?:/|$)", re.IGNORECASE)
_TRAILING_VERSION = re.compile(r"/\d+/?$")
_SMALL_BERT = re.compile(r"tensorflow/small_bert/(bert_en_uncased_L-\d+_H-\d+_A-\d+)")

# Kaggle restarts the versions of some of them: each is one that Kaggle has.
KAGGLE_HANDLES = {
    "tensorflow/bert_en_uncased_preprocess": "tensorflow/bert/tensorFlow2/en-uncased-preprocess/3",
    "tensorflow/bert_en_cased_preprocess": "tensorflow/bert/tensorFlow2/en-cased-preprocess/3",
    "tensorflow/bert_multi_cased_preprocess": "tensorflow/bert/tensorFlow2/multi-cased-preprocess/3",
    "tensorflow/bert_en_uncased_L-12_H-768_A-12": "tensorflow/bert/tensorFlow2/en-uncased-l-12-h-768-a-12/4",
    "tensorflow/bert_en_uncased_L-24_H-1024_A-16": "tensorflow/bert/tensorFlow2/en-uncased-l-24-h-1024-a-16/4",
    "tensorflow/bert_en_cased_L-12_H-768_A-12": "tensorflow/bert/tensorFlow2/en-cased-l-12-h-768-a-12/4",
    "tensorflow/bert_multi_cased_L-12_H-768_A-12": "tensorflow/bert/tensorFlow2/multi-cased-l-12-h-768-a-12/3",
    "google/experts/bert/pubmed": "google/experts-bert/tensorFlow2/pubmed/2",
    "google/LaBSE": "google/labse/tensorFlow2/labse/2",
    "google/universal-sentence-encoder": "google/universal-sentence-encoder/tensorFlow2/universal-sentence-encoder/2",
    "google/universal-sentence-encoder-large": "google/universal-sentence-encoder/tensorFlow2/large/2",
    "google/universal-sentence-encoder-multilingual": "google/universal-sentence-encoder/tensorFlow2/multilingual/2",
    "google/universal-sentence-encoder-multilingual-large": "google/universal-sentence-encoder/tensorFlow2/multilingual-large/2",
    "google/universal-sentence-encoder-cmlm/en-base": "google/universal-sentence-encoder/tensorFlow2/cmlm-en-base/1",
    "google/universal-sentence-encoder-cmlm/en-large": "google/universal-sentence-encoder/tensorFlow2/cmlm-en-large/1",
    "google/universal-sentence-encoder-cmlm/multilingual-preprocess": "google/universal-sentence-encoder/tensorFlow2/cmlm-multilingual-preprocess/2",
    "google/nnlm-en-dim50": "google/nnlm/tensorFlow2/en-dim50/1",
    "google/nnlm-en-dim128": "google/nnlm/tensorFlow2/en-dim128/1",
}


@dataclass(frozen=True)
class Handle:
    """Where pretrained weights come from.

    Attributes:
        kind: FOLDER, KAGGLE, KERAS_HUB or HUGGING_FACE.
        name: the folder's path, OWNER/MODEL/FRAMEWORK/VARIATION, the preset's name, or
            OWNER/MODEL.
        version: of a Kaggle model; empty where none was named, which is the newest.
    """

    kind: str
    name: str
    version: str = ""

    @property
    def versioned(self) -> str:
        """The name with the version behind it, as Kaggle takes it."""
        return f"{self.name}/{self.version}" if self.version else self.name

    @property
    def source(self) -> str:
        """The place with its scheme and without version."""
        scheme = {KAGGLE: KAGGLE_SCHEME, HUGGING_FACE: HUGGING_FACE_SCHEME}.get(self.kind, "")
        return f"{scheme}{self.name}"

    @property
    def folder_name(self) -> str:
        """Name of the folder in the cache, another for every handle.

        The kind is part of it: `bert_base_en` is one model in KerasHub and another one here.
        """
        return f"{self.kind}+{self.versioned}".replace("/", "+")


def parse_handle(place: str, option: str) -> Handle:
    """What `place` means: an existing folder first, then a handle or a name.

    Args:
        place: what the user wrote.
        option: the option it was written for, which a message names.

    Raises:
        CallError: it is none of these, a folder that does not exist, or an address of TF Hub.
    """
    if is_tfhub_address(place):
        raise CallError(f"{option} {place}: {_tfhub_advice(place)}")
    for address, kind in _ADDRESSES.items():
        if place.lower().startswith(address):
            name = place[len(address) :].split("?")[0].strip("/")
            return _kaggle(name, option) if kind == KAGGLE else _hugging_face(name, option)
    folder = _folder(place, option)
    if folder is not None:
        return Handle(FOLDER, str(folder))
    if place.startswith((".", "~", "/")) or place.endswith("/"):
        raise CallError(f"{option} {place}: there is no such folder; expected {FORMS}")
    if "/" in place:
        return _kaggle(place, option)
    _check_names([place], place, option)
    return Handle(KERAS_HUB, place)


def _folder(place: str, option: str) -> Path | None:
    try:
        path = Path(place).expanduser()
        if place and path.is_dir():
            return path.resolve()
        is_file = path.is_file()
    # A user that `~` does not know, a name that no file system takes, a folder closed to us.
    except (OSError, RuntimeError, ValueError):
        return None
    if is_file:
        raise CallError(f"{option} {place}: is a file; expected {FORMS}")
    return None


def _kaggle(name: str, option: str) -> Handle:
    parts = name.split("/")
    if len(parts) not in (4, 5):
        raise CallError(
            f"{option} {name}: there is no such folder, and a Kaggle handle has four or five "
            f"parts; expected {FORMS}"
        )
    _check_names(parts, name, option)
    owner, model, framework, variation, *version = parts
    if framework.lower() not in FRAMEWORKS:
        raise CallError(
            f"{option} {name}: models of Kaggle's framework {framework!r} cannot be loaded; "
            f"expected {', '.join(FRAMEWORKS.values())} as the third part"
        )
    if version and not _VERSION.fullmatch(version[0]):
        raise CallError(f"{option} {name}: expected a number as version, got {version[0]!r}")
    handle = f"{owner}/{model}/{FRAMEWORKS[framework.lower()]}/{variation}"
    return Handle(KAGGLE, handle, "".join(version))


def _hugging_face(name: str, option: str) -> Handle:
    parts = name.split("/")
    if len(parts) != 2:
        raise CallError(f"{option} {name}: expected hf://OWNER/MODEL")
    _check_names(parts, name, option)
    return Handle(HUGGING_FACE, name)


def _check_names(parts: list[str], place: str, option: str) -> None:
    if len(place) > LONGEST or not all(_NAME.fullmatch(part) for part in parts):
        raise CallError(f"{option} {place[:LONGEST]}: no folder and no handle; expected {FORMS}")


def _tfhub_advice(place: str) -> str:
    handle = kaggle_handle(place)
    if handle:
        return f"TF Hub has moved to Kaggle, where this model is {handle}"
    return (
        "TF Hub has moved to Kaggle; opened in a browser, the address leads to the model's page at "
        "https://www.kaggle.com/models, which shows its handle OWNER/MODEL/tensorFlow2/VARIATION"
    )


def is_tfhub_address(place: str) -> bool:
    """Whether `place` is an address of tfhub.dev, with or without https://."""
    return _TFHUB_ADDRESS.match(place) is not None


def kaggle_handle(address: str) -> str | None:
    """The Kaggle handle of a model, or None for one that the table does not have.

    Args:
        address: an address of tfhub.dev; its version is left aside.
    """
    model = _TRAILING_VERSION.sub("", _TFHUB_ADDRESS.sub("", address, count=1).split("?")[0]).strip(
        "/"
    )
    small_bert = _SMALL_BERT.fullmatch(model)
    if small_bert:
        variation = small_bert[1].lower().replace("_", "-")
        return f"tensorflow/bert/tensorFlow2/{variation}/2"
    return KAGGLE_HANDLES.get(model)
