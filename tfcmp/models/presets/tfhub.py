"""What an address of TF Hub is called on Kaggle, where its models have moved."""

import re

_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?tfhub\.dev(?:/|$)", re.IGNORECASE)
_VERSION = re.compile(r"/\d+/?$")
_SMALL_BERT = re.compile(r"tensorflow/small_bert/(bert_en_uncased_L-\d+_H-\d+_A-\d+)")

# Kaggle counts versions anew for some of them: each is one that Kaggle has.
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


def is_tfhub_address(place: str) -> bool:
    """Whether `place` is an address of tfhub.dev, with or without https://."""
    return _ADDRESS.match(place) is not None


def kaggle_handle(address: str) -> str | None:
    """The Kaggle handle of a model, or None for one that the table does not have.

    Args:
        address: an address of tfhub.dev; its version is left aside.
    """
    model = _VERSION.sub("", _ADDRESS.sub("", address, count=1).split("?")[0]).strip("/")
    small_bert = _SMALL_BERT.fullmatch(model)
    if small_bert:
        variation = small_bert[1].lower().replace("_", "-")
        return f"tensorflow/bert/tensorFlow2/{variation}/2"
    return KAGGLE_HANDLES.get(model)
