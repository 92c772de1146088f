"""Token ids to vectors, the same for recurrent models and the transformer from scratch."""

import keras

from tfcmp.models.sequence_layers import WordDropout
from tfcmp.models.word_tokenizer import UNKNOWN_ID


def embedded_tokens(
    ids, vocabulary_size: int, size: int, word_dropout: float, embedding_dropout: float
):
    """Ids (batch, length) int32 to vectors (batch, length, size)."""
    if word_dropout:
        ids = WordDropout(word_dropout, UNKNOWN_ID, name="word_dropout")(ids)
    vectors = keras.layers.Embedding(vocabulary_size, size, name="token_embedding")(ids)
    if embedding_dropout:
        vectors = keras.layers.SpatialDropout1D(embedding_dropout, name="embedding_dropout")(
            vectors
        )
    return vectors
