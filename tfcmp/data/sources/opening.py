"""From the name that a user gives to the source of its texts."""

from pathlib import Path

from tfcmp.config.fields import DataSettings
from tfcmp.data.listing import nearest_name
from tfcmp.data.sources.record import Source
from tfcmp.errors import CallError

_NAMED = ("imdb", "diagnostic")
_TFDS = "tfds:"


def open_source(settings: DataSettings) -> Source:
    """The source called `settings.source`; CallError where there is none."""
    name = settings.source
    is_file = name not in _NAMED and not name.startswith(_TFDS)
    for setting in () if is_file else ("validation", "test"):
        if getattr(settings, setting) is not None:
            raise CallError(
                f"--data.{setting} goes with a file as --data, and {name} has splits of its own"
            )
    if name == "imdb":
        from tfcmp.data.sources.imdb import ImdbSource

        return ImdbSource()
    if name == "diagnostic":
        from tfcmp.data.diagnostic.corpus import DiagnosticSource

        return DiagnosticSource()
    return _open_file(settings) if is_file else _open_tfds(settings)


def _open_tfds(settings: DataSettings) -> Source:
    from tfcmp.data.sources.tfds import TfdsSource

    # The defaults are columns of files; TFDS knows its own.
    text, label = settings.text_column, settings.label_column
    return TfdsSource(
        settings.source.removeprefix(_TFDS),
        text_column=None if text == DataSettings.text_column else text,
        label_column=None if label == DataSettings.label_column else label,
    )


def _open_file(settings: DataSettings) -> Source:
    # Imported here: a run on another source needs no reader of files.
    from tfcmp.data.sources.input_file import TABLES, extensions, is_known
    from tfcmp.data.sources.table_file import TableFileSource

    path = Path(settings.source)
    if not is_known(path.name, TABLES) and not path.exists():
        near = nearest_name(settings.source, _NAMED)
        hint = f"did you mean {near}? " if near else ""
        raise CallError(
            f"--data {settings.source}: {hint}expected imdb, diagnostic, tfds:NAME or a file "
            f"({extensions(TABLES)})"
        )
    return TableFileSource(
        path,
        text_column=settings.text_column,
        label_column=settings.label_column,
        split_column=settings.split_column,
        group_column=settings.group_column,
        encoding=settings.encoding,
        encoding_errors=settings.encoding_errors,
        delimiter=settings.delimiter,
        quoting=settings.quoting,
        validation=_path(settings.validation),
        test=_path(settings.test),
        skip_incomplete=settings.skip_incomplete,
    )


def _path(name: str | None) -> Path | None:
    return None if name is None else Path(name)


def require_source(settings: DataSettings) -> None:
    """Makes the texts available, see `Source.prepare`.

    Called before TensorFlow is imported, so that errors show within seconds.
    """
    open_source(settings).prepare()
