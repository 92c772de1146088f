import keras
import numpy as np
import pytest

from tfcmp.models.embedding import embedded_tokens

VOCABULARY, SIZE = 11, 5


def build(word_dropout: float = 0.0, embedding_dropout: float = 0.0) -> keras.Model:
    ids = keras.Input((None,), dtype="int32")
    return keras.Model(ids, embedded_tokens(ids, VOCABULARY, SIZE, word_dropout, embedding_dropout))


def test_ids_become_their_vectors() -> None:
    model = build()
    table = model.get_layer("token_embedding").get_weights()[0]
    ids = np.array([[3, 10, 0], [1, 1, 2]], np.int32)
    assert table.shape == (VOCABULARY, SIZE)
    np.testing.assert_array_equal(model(ids), table[ids])


@pytest.mark.parametrize(
    ("dropouts", "names"),
    [
        ({}, []),
        ({"word_dropout": 0.2}, ["word_dropout"]),
        ({"embedding_dropout": 0.2}, ["embedding_dropout"]),
        (
            {"word_dropout": 0.1, "embedding_dropout": 0.1},
            ["word_dropout", "embedding_dropout"],
        ),
    ],
)
def test_only_the_dropout_asked_for_is_part_of_the_model(
    dropouts: dict[str, float], names: list[str]
) -> None:
    layers = [layer.name for layer in build(**dropouts).layers]
    assert [name for name in layers if name.endswith("dropout")] == names


def test_embedding_dropout_drops_a_channel_for_all_tokens_of_a_text() -> None:
    model = build(embedding_dropout=0.5)
    vectors = np.asarray(model(np.full((20, 7), 3, np.int32), training=True))
    is_dropped = vectors == 0
    np.testing.assert_array_equal(is_dropped.all(axis=1), is_dropped.any(axis=1))
    assert 0 < is_dropped.mean() < 1


def test_hidden_words_have_the_vector_of_the_unknown_word() -> None:
    model = build(word_dropout=0.5)
    table = model.get_layer("token_embedding").get_weights()[0]
    vectors = np.asarray(model(np.full((20, 7), 3, np.int32), training=True))
    is_unknown = (vectors == table[1]).all(axis=-1)
    np.testing.assert_array_equal(
        vectors[~is_unknown], np.broadcast_to(table[3], vectors[~is_unknown].shape)
    )
    assert 0 < is_unknown.mean() < 1
