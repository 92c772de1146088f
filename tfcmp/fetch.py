"""`python -m tfcmp.fetch`: brings data sets to this machine and says where they lie."""

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

from tfcmp.command.ending import run_command
from tfcmp.command.quiet import import_tensorflow
from tfcmp.errors import CallError

_TFDS = "tfds:"
_FETCHABLE = "imdb, tfds:NAME"


class Place(NamedTuple):
    """Where a data set lies, or would lie, and whether it is complete there."""

    folder: Path
    ready: bool


def main(arguments: list[str] | None = None) -> None:
    """Fetches what is named and prints its folder, or prints what is there already."""
    call = _parse(arguments)
    data_dir = _data_dir(call.data_dir)
    for name in call.names:
        _check_name(name)
    if call.check:
        sys.stdout.write(_table(call.names, data_dir))
        return
    for name in call.names:
        sys.stdout.write(f"{_fetch(name, call.archive, data_dir)}\n")


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tfcmp.fetch",
        description="Fetches data sets once and prints the folder of each.",
        allow_abbrev=False,
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"what to fetch: {_FETCHABLE}")
    parser.add_argument(
        "--archive", type=Path, metavar="FILE", help="prepare imdb from this aclImdb_v1.tar.gz"
    )
    parser.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        help="TFDS data directory (default: TFDS_DATA_DIR, else ~/tensorflow_datasets)",
    )
    parser.add_argument("--check", action="store_true", help="only tell what is there already")
    call = parser.parse_args(arguments)
    if not call.names and not call.check:
        parser.error(f"expected what to fetch ({_FETCHABLE}) or --check")
    if call.archive and (call.check or call.names != ["imdb"]):
        parser.error("--archive goes with imdb alone")
    return call


def _data_dir(chosen: Path | None) -> Path:
    from tfcmp.data.sources.tfds import data_directory

    return chosen.expanduser() if chosen else data_directory()


def _check_name(name: str) -> None:
    if name != "imdb" and not name.startswith(_TFDS):
        raise CallError(f"cannot fetch {name!r}; can be fetched: {_FETCHABLE}")


def _fetch(name: str, archive: Path | None, data_dir: Path) -> Path:
    place = _place(name, data_dir)
    if place.ready:
        sys.stderr.write(f"{name} is already there\n")
        return place.folder
    if name != "imdb":
        from tfcmp.data.sources.tfds import download

        return download(name.removeprefix(_TFDS), data_dir)
    if archive is None:
        from tfcmp.data.sources.imdb import download_imdb

        return download_imdb(data_dir)
    from tfcmp.data.sources.imdb_archive import prepare_from_archive

    return prepare_from_archive(archive, data_dir)


def _place(name: str, data_dir: Path) -> Place:
    if name == "imdb":
        # By file names alone: what is there already is told without importing TensorFlow.
        from tfcmp.data.sources.imdb import prepared_folder, version_folder

        return Place(version_folder(data_dir), prepared_folder(data_dir) is not None)
    import_tensorflow()
    from tfcmp.data.sources.tfds import is_prepared, open_builder

    builder = open_builder(name.removeprefix(_TFDS), data_dir)
    return Place(Path(builder.data_path), is_prepared(builder))


def _table(names: list[str], data_dir: Path) -> str:
    rows = [("name", "state", "where", "size")]
    for name in dict.fromkeys(["imdb", *names]):
        folder, ready = _place(name, data_dir)
        state = "ready" if ready else "incomplete" if folder.is_dir() else "missing"
        rows.append((name, state, str(folder), _size(folder)))
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
