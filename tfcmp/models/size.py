"""How many parameters a transformer encoder has, and the one that has a given number."""

from tfcmp.errors import CallError

# A feed-forward part narrower than its states is a bottleneck; wider than eight times, lopsided.
NARROWEST, WIDEST = 1, 8
TOLERANCE = 0.02


def encoder_parameters(
    channels: int, layers: int, feed_forward_size: int, classes: int, pooling: str
) -> int:
    """Parameters of our transformer without its token embedding.

    A layer has four projections (channels by channels, with bias), two norms, and two dense layers;
    a norm and the head come behind the last.
    """
    attention = 4 * (channels * channels + channels)
    feed_forward = 2 * channels * feed_forward_size + feed_forward_size + channels
    norms = 2 * 2 * channels
    pooled = channels * len(pooling.split("+"))
    head = 2 * channels + pooled * classes + classes
    return layers * (attention + feed_forward + norms) + head


def matching_size(target: int, channels: int, classes: int, pooling: str) -> tuple[int, int]:
    """Layers and feed-forward width whose count is nearest to `target`, the fewest layers first.

    Raises:
        CallError: nothing within 2 % of the target has a feed-forward width of 1 to 8 times
            `channels`.
    """
    for layers in range(1, 65):
        without = encoder_parameters(channels, layers, 0, classes, pooling)
        width = round((target - without) / (layers * (2 * channels + 1)))
        reached = encoder_parameters(channels, layers, width, classes, pooling)
        fits = NARROWEST * channels <= width <= WIDEST * channels
        if fits and abs(reached - target) <= TOLERANCE * target:
            return layers, width
    raise CallError(
        f"--architecture.match: no encoder with {channels} channels has {target} parameters within "
        f"{TOLERANCE:.0%}; choose a smaller --architecture.embedding_size"
        if encoder_parameters(channels, 1, channels, classes, pooling) > target
        else f"--architecture.match: no encoder with {channels} channels has {target} parameters "
        f"within {TOLERANCE:.0%}; choose a larger --architecture.embedding_size"
    )
