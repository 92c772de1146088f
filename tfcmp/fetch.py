"""`python -m tfcmp.fetch`: brings data sets and weights to this machine, says where they lie."""

import difflib
import sys
from pathlib import Path
from typing import NamedTuple

from tfcmp.command.ending import run_command
from tfcmp.command.parser import CommandParser, Options
from tfcmp.command.quiet import import_tensorflow
from tfcmp.config.default_paths import DEFAULT_CACHE
from tfcmp.config.values import local_path
from tfcmp.errors import CallError, WorkError
from tfcmp.runs.files import make_folder

PROGRAM = "python -m tfcmp.fetch"
DESCRIPTION = "Fetches data sets and pretrained weights once and prints the folder of each."
_IMDB = "imdb"
_TFDS = "tfds:"
_FETCHABLE = "imdb, tfds:NAME, a pretrained MODEL, preset:PLACE, saved_model:PLACE"
_PACKAGED = "minilm_l6_en"


class Place(NamedTuple):
    """Where something lies, or would lie, and whether it is complete there."""

    folder: Path
    state: str


def main(arguments: list[str]) -> None:
    """Fetches what is named and prints its folder, or prints what is there already."""
    call = _parse(arguments)
    data_dir, cache = _data_dir(call.data_dir), Path(call.cache)
    for name in call.names:
        _check_name(name, cache)
    if call.check:
        sys.stdout.write(_table(call.names, data_dir, cache))
        return
    for name in call.names:
        if _is_data(name):
            folder = _fetch_data(name, Path(call.archive) if call.archive else None, data_dir)
        else:
            folder = _fetch_model(name, call.from_package_index, cache)
        sys.stdout.write(f"{folder}\n")


def _parse(arguments: list[str]) -> Options:
    parser = CommandParser(PROGRAM, DESCRIPTION)
    parser.add_argument(
        "names", metavar="NAME", nargs="*", default=[], help=f"what to fetch: {_FETCHABLE}"
    )
    parser.add_argument(
        "--archive",
        type=local_path,
        metavar="FILE",
        help="prepare imdb from this aclImdb_v1.tar.gz",
    )
    parser.add_argument(
        "--from-package-index",
        action="store_true",
        help=f"take {_PACKAGED} from a re-pack on the Python package index, checked by sha256",
    )
    parser.add_argument(
        "--data-dir",
        type=local_path,
        metavar="DIR",
        help="TFDS data directory; TFDS_DATA_DIR unless given, else ~/tensorflow_datasets",
    )
    parser.add_argument(
        "--cache",
        type=local_path,
        metavar="DIR",
        default=DEFAULT_CACHE,
        help="folder that keeps weights",
    )
    parser.add_argument("--check", action="store_true", help="only tell what is there already")
    call = parser.parse(arguments)
    if not call.names and not call.check:
        raise CallError(f"expected what to fetch ({_FETCHABLE}) or --check")
    if call.archive and (call.check or call.names != [_IMDB]):
        raise CallError("--archive goes with imdb alone")
    if call.from_package_index and (call.check or call.names != [_PACKAGED]):
        raise CallError(f"--from-package-index goes with {_PACKAGED} alone")
    return call


def _data_dir(chosen: str | None) -> Path:
    from tfcmp.data.sources.tfds import data_directory

    return Path(chosen) if chosen else data_directory()


def _is_data(name: str) -> bool:
    return name == _IMDB or name.startswith(_TFDS)


def _check_name(name: str, cache: Path) -> None:
    from tfcmp.models.catalogue import CATALOGUE, PRESET, SAVED_MODEL
    from tfcmp.models.presets.cache import place_of_model

    if _is_data(name):
        return
    models = [record.name for record in CATALOGUE]
    if name not in models and not name.startswith((PRESET, SAVED_MODEL)):
        near = difflib.get_close_matches(name, [_IMDB, *models], n=1)
        hint = f"; did you mean {near[0]}?" if near else ";"
        pretrained = ", ".join(record.name for record in CATALOGUE if record.preset)
        raise CallError(
            f"cannot fetch {name!r}{hint} can be fetched: {_FETCHABLE}; models: {pretrained}"
        )
    place_of_model(name, cache)


def _fetch_data(name: str, archive: Path | None, data_dir: Path) -> Path:
    place = _data_place(name, data_dir)
    if place.state == "ready":
        sys.stderr.write(f"{name} is already there\n")
        return place.folder
    if name != _IMDB:
        from tfcmp.data.sources.tfds import download

        return download(name.removeprefix(_TFDS), data_dir)
    if archive is None:
        from tfcmp.data.sources.imdb import download_imdb

        return download_imdb(data_dir)
    from tfcmp.data.sources.imdb import prepare_from_archive

    return prepare_from_archive(archive, data_dir)


def _fetch_model(name: str, from_package_index: bool, cache: Path) -> Path:
    from tfcmp.models.catalogue import SAVED_MODEL
    from tfcmp.models.presets.cache import find_weights
    from tfcmp.models.presets.checks import check_saved_model, check_text_encoder
    from tfcmp.models.presets.fetching import resolve_weights
    from tfcmp.models.presets.package_index import fetch_from_package_index

    weights = find_weights(name, cache)
    if weights is None:
        make_folder(cache, "--cache")
        fetch = fetch_from_package_index if from_package_index else resolve_weights
        weights = fetch(name, cache)
    else:
        sys.stderr.write(f"{name} is already there\n")
        weights.check()
    check = check_saved_model if name.startswith(SAVED_MODEL) else check_text_encoder
    check(weights, name)
    return weights.folder


def _data_place(name: str, data_dir: Path) -> Place:
    if name == _IMDB:
        # By file names alone: what is there already is told without importing TensorFlow.
        from tfcmp.data.sources.imdb import prepared_folder, version_folder

        folder, ready = version_folder(data_dir), prepared_folder(data_dir) is not None
    else:
        import_tensorflow()
        from tfcmp.data.sources.tfds import is_prepared, open_builder

        builder = open_builder(name.removeprefix(_TFDS), data_dir)
        folder, ready = Path(builder.data_path), is_prepared(builder)
    return Place(folder, _state(folder, ready))


def _model_place(name: str, cache: Path) -> Place:
    from tfcmp.models.presets.cache import place_of_model
    from tfcmp.models.presets.handle import FOLDER

    handle, folder = place_of_model(name, cache)
    # A folder of the user's own is as they left it: nothing is recorded to hold it against.
    return Place(folder, "ready") if handle.kind == FOLDER else _kept_place(folder)


def _kept_place(folder: Path) -> Place:
    from tfcmp.models.presets.cache import read_kept

    try:
        return Place(folder, _state(folder, read_kept(folder) is not None))
    except WorkError:
        return Place(folder, "damaged")


def _state(folder: Path, ready: bool) -> str:
    return "ready" if ready else "incomplete" if folder.is_dir() else "missing"


def _table(names: list[str], data_dir: Path, cache: Path) -> str:
    from tfcmp.models.presets.cache import kept_folders

    places = {
        name: _data_place(name, data_dir) if _is_data(name) else _model_place(name, cache)
        for name in dict.fromkeys([_IMDB, *names])
    }
    listed = {place.folder for place in places.values()}
    kept = [_kept_place(folder) for folder in kept_folders(cache) if folder not in listed]
    places |= {place.folder.name: place for place in kept}
    rows = [("name", "state", "where", "size")]
    for name, place in places.items():
        rows.append((name, place.state, str(place.folder), _size(place.folder)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines)


def _size(folder: Path) -> str:
    if not folder.is_dir():
        return "-"
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return f"{size / 2**20:.1f} MiB"


if __name__ == "__main__":
    run_command(main)
