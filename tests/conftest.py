"""One tiny trained run for all tests, so that most of them need no training of their own."""

import io
from dataclasses import replace

import hypothesis
import pytest

from tfcmp.config.fields import DataSettings, TrainingSettings
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.runs.directory import create_run

# No deadline: the first example of a test may import TensorFlow, and machines are busy. The same
# examples every time: a change is to blame for what fails behind it.
hypothesis.settings.register_profile("tfcmp", deadline=None, derandomize=True)
hypothesis.settings.load_profile("tfcmp")

TINY = {
    "bag_of_ngrams": {"features": 500},
    "gru": {"units": 4, "embedding_size": 6, "dropout": 0.2, "embedding_dropout": 0.2},
    "transformer": {"embedding_size": 6, "heads": 2, "feed_forward_size": 10, "dropout": 0.2},
}


@pytest.fixture(scope="session")
def tiny_configuration():
    """The function model -> a configuration on 200 diagnostic texts that trains in seconds."""

    def build(model="gru", **training):
        configuration = default_configuration(find_model(model))
        return replace(
            configuration,
            device="cpu",
            architecture=replace(configuration.architecture, **TINY[model]),
            data=DataSettings(source="diagnostic", train_size=200, max_length=40),
            training=TrainingSettings(
                **{"epochs": 1, "batch_size": 16, "learning_rate": 0.01, **training}
            ),
        )

    return build


@pytest.fixture(scope="session")
def word_tokenizer():
    """The function n -> a word tokenizer of n ids, padding and unknown word included."""

    def build(ids=8):
        from tfcmp.models.word_tokenizer import FIRST_WORD_ID, WordTokenizer

        tokenizer = WordTokenizer(name="tokenizer")
        tokenizer.set_vocabulary([f"word{number}" for number in range(FIRST_WORD_ID, ids)])
        return tokenizer

    return build


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory):
    """Index, vocabulary and token ids of the diagnostic corpus, made once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory, shared_cache, tiny_configuration):
    """Path of a complete gru run; read it, or change a copy."""
    from tfcmp.training.train import train

    run = create_run(tmp_path_factory.mktemp("runs"), "gru", "tiny")
    train(tiny_configuration(), run, shared_cache)
    run.unlock()
    return run.path


# Pieces of words, so that a word of the diagnostic corpus is one, two or many of them.
WORDS = ["the", "film", "was", "good", "bad", "not", ".", ","]
LETTERS = [chr(code) for code in range(ord("a"), ord("z") + 1)]
SIZES = {"num_layers": 2, "num_heads": 2, "hidden_dim": 12, "intermediate_dim": 20}
FAMILIES = ("bert", "electra", "distilbert", "albert", "roberta", "deberta")


@pytest.fixture(scope="session")
def tiny_preset(tmp_path_factory):
    """The function family -> folder of a KerasHub preset with random weights, 64 positions."""
    folders = {}

    def build(family="bert"):
        if family not in folders:
            folders[family] = tmp_path_factory.mktemp("presets") / family
            backbone, tokenizer = _tiny_encoder(family)
            backbone.save_to_preset(str(folders[family]))
            tokenizer.save_to_preset(str(folders[family]))
        return folders[family]

    return build


def _tiny_encoder(family):
    import keras_hub

    models, limit = keras_hub.models, {"max_sequence_length": 64}
    if family in ("bert", "electra", "distilbert"):
        name = {"bert": "Bert", "electra": "Electra", "distilbert": "DistilBert"}[family]
        special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        vocabulary = special + WORDS + LETTERS + [f"##{letter}" for letter in LETTERS]
        tokenizer = getattr(models, f"{name}Tokenizer")(vocabulary, lowercase=True)
        sizes = {**SIZES, "embedding_dim": 6} if family == "electra" else SIZES
        encoder = getattr(models, f"{name}Backbone")
    elif family == "roberta":
        from keras_hub.src.tokenizers.byte_pair_tokenizer import bytes_to_unicode

        pieces = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *bytes_to_unicode()[1], "th", "the"]
        vocabulary = {piece: number for number, piece in enumerate(pieces)}
        tokenizer = models.RobertaTokenizer(vocabulary, ["t h", "th e"])
        encoder, sizes = models.RobertaBackbone, SIZES
    elif family == "albert":
        tokenizer = models.AlbertTokenizer(_sentence_pieces("[CLS]", "[SEP]", "<pad>"))
        encoder, sizes = models.AlbertBackbone, {**SIZES, "embedding_dim": 6}
    else:
        tokenizer = models.DebertaV3Tokenizer(_sentence_pieces("[CLS]", "[SEP]", "[PAD]"))
        encoder, sizes = models.DebertaV3Backbone, {**SIZES, "bucket_size": 8}
    name = "vocab_size" if family == "electra" else "vocabulary_size"
    return encoder(**{name: tokenizer.vocabulary_size()}, **sizes, **limit), tokenizer


def _sentence_pieces(start, end, padding):
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([" ".join(WORDS), " ".join(LETTERS)]),
        model_writer=model,
        vocab_size=48,
        model_type="char",
        hard_vocab_limit=False,
        pad_id=0,
        unk_id=1,
        bos_id=2,
        eos_id=3,
        pad_piece=padding,
        unk_piece="<unk>",
        bos_piece=start,
        eos_piece=end,
        user_defined_symbols="[MASK]",
        minloglevel=2,
    )
    return model.getvalue()
