import pytest

from tfcmp.errors import CallError
from tfcmp.models.building import count_parameters
from tfcmp.models.size import encoder_parameters, matching_size
from tfcmp.models.transformer import build_transformer


@pytest.mark.parametrize("pooling", ["max", "mean", "last", "max+mean"])
@pytest.mark.parametrize(
    ("channels", "layers", "feed_forward_size", "classes", "heads"),
    [(6, 1, 5, 2, 2), (8, 3, 20, 3, 4), (4, 2, 4, 7, 1)],
)
def test_the_count_is_that_of_the_built_model(
    channels: int, layers: int, feed_forward_size: int, classes: int, heads: int, pooling: str
) -> None:
    model = build_transformer(
        11,
        classes,
        embedding_size=channels,
        layers=layers,
        heads=heads,
        feed_forward_size=feed_forward_size,
        pooling=pooling,
        word_dropout=0.1,
        embedding_dropout=0.1,
        dropout=0.1,
    )
    counted = encoder_parameters(channels, layers, feed_forward_size, classes, pooling)
    assert counted == count_parameters(model)["without_embedding"]


@pytest.mark.parametrize("target", [100_000, 130_242, 500_000, 1_234_567])
def test_the_found_size_is_within_2_percent_of_the_target(target: int) -> None:
    layers, width = matching_size(target, 128, 2, "max")
    reached = encoder_parameters(128, layers, width, 2, "max")
    assert abs(reached - target) <= 0.02 * target
    assert 128 <= width <= 8 * 128


def test_the_fewest_layers_are_taken() -> None:
    target = encoder_parameters(16, 2, 16, 2, "max")
    assert matching_size(target, 16, 2, "max")[0] == 1


@pytest.mark.parametrize(("target", "advice"), [(1_000, "smaller"), (100_000_000, "larger")])
def test_a_target_out_of_reach_is_a_wrong_call(target: int, advice: str) -> None:
    with pytest.raises(CallError, match=rf"--architecture\.match.*{target}.*{advice}"):
        matching_size(target, 32, 2, "max")
