"""Any TensorFlow Datasets builder with a text and a class label (`--data tfds:NAME`)."""

import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from tfcmp.data.cache import content_key
from tfcmp.data.listing import nearest_name
from tfcmp.data.sources.network import require_network
from tfcmp.data.sources.record import Record, Source
from tfcmp.errors import CallError, TfcmpError, WorkError

SPLITS = ("train", "validation", "test")

_NAME = re.compile(r"[a-z0-9_]+(/[\w.\-]+)?(:\d+\.\d+\.\d+)?")
_ROWS_READ_AT_ONCE = 512


def data_directory() -> Path:
    """The folder that TFDS keeps its data in: `TFDS_DATA_DIR`, else TFDS's own default."""
    return Path(os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()


def open_builder(name: str, data_dir: Path) -> Any:
    """The `tfds.core.DatasetBuilder` of a name; downloads and prepares nothing.

    Args:
        name: `NAME`, `NAME/CONFIG` or `NAME/CONFIG:VERSION`.
        data_dir: the folder of prepared data.

    Raises:
        CallError: TFDS knows no such name, configuration or version.
    """
    import tensorflow_datasets as tfds

    # For a name with a namespace TFDS would ask the network.
    if not _NAME.fullmatch(name):
        raise CallError(f"tfds:{name}: expected tfds:NAME, tfds:NAME/CONFIG or NAME/CONFIG:VERSION")
    try:
        return tfds.builder(name, data_dir=data_dir)
    except tfds.core.DatasetNotFoundError as error:
        near = nearest_name(re.split("[/:]", name)[0], tfds.list_builders())
        hint = f"; did you mean tfds:{near}?" if near else ""
        raise CallError(f"TFDS has no data set {name!r}{hint}") from error
    except (ValueError, AssertionError) as error:
        # An unknown configuration or version.
        raise CallError(f"tfds:{name}: {error}") from error


def is_prepared(builder: Any) -> bool:
    """Whether the data are complete on disk; TFDS writes dataset_info.json last."""
    return (Path(builder.data_path) / "dataset_info.json").is_file()


def prepare(builder: Any) -> Path:
    """Lets TFDS download and prepare a data set, which it moves into place when it is complete.

    Raises:
        WorkError: anything that goes wrong, in one sentence.
    """
    import tensorflow_datasets as tfds

    if not sys.stderr.isatty():
        tfds.disable_progress_bar()
    # Without the bucket of prepared copies: TFDS would try to reach it for minutes.
    config = tfds.download.DownloadConfig(try_download_gcs=False)
    folder = Path(builder.data_path)
    try:
        # TFDS prints to stdout, which is for the result of a command.
        with redirect_stdout(io.StringIO()):
            builder.download_and_prepare(download_config=config)
    except TfcmpError:
        raise
    except Exception as error:  # hundreds of builders raise anything
        reason = str(error) or type(error).__name__
        raise WorkError(
            f"{builder.info.full_name} could not be prepared in {folder}: {reason}"
        ) from error
    if not is_prepared(builder):
        raise WorkError(f"{folder} is there but incomplete: remove it and fetch again")
    return folder


def download(name: str, data_dir: Path) -> Path:
    """Downloads and prepares a data set of TFDS under `data_dir`; returns its folder.

    Raises:
        CallError: there is no such data set.
        WorkError: there is no network, or something failed.
    """
    builder = open_builder(name, data_dir)
    host = next(iter(builder.url_infos or ()), "https://storage.googleapis.com")
    ways = ("set TFDS_DATA_DIR to a folder where it is prepared", "use --data diagnostic")
    require_network(host, f"tfds:{name}", ways)
    return prepare(builder)


class TfdsSource(Source):
    """The labelled texts of a TFDS data set, in its splits; the label -1 (unlabelled) is left out."""

    def __init__(
        self,
        name: str,
        text_column: str | None = None,
        label_column: str | None = None,
        data_dir: Path | None = None,
    ) -> None:
        self.name = f"tfds:{name}"
        self._builder_name = name
        self._columns = (text_column, label_column)
        self._data_dir = data_dir

    def prepare(self) -> None:
        """Downloads the data set where it is missing, and checks its text and label columns."""
        self._text_and_label(self._prepared_builder())

    def key(self, records: Path | None = None) -> str:
        """Changes with the content of the prepared files and with the columns."""
        builder = self._prepared_builder()
        columns = ",".join(self._text_and_label(builder))
        files = sorted(file for file in Path(builder.data_path).iterdir() if file.is_file())
        return f"{self.name}-{columns}-{content_key(files, records)}"

    def size(self) -> int | None:
        """None: the number of labelled examples is not known before reading them."""
        return None

    def records(self) -> Iterator[Record]:
        """The labelled examples of train, validation and test, each in the order on disk.

        Raises:
            CallError: the text or label column is missing or ambiguous.
            WorkError: the data are not prepared or damaged.
        """
        builder = self._prepared_builder()
        text_column, label_column = self._text_and_label(builder)
        names = builder.info.features[label_column].names
        for split in SPLITS:
            if split in builder.info.splits:
                for text, label in _examples(builder, split, text_column, label_column):
                    if label >= 0:
                        yield Record(text, names[label], split)

    def _prepared_builder(self) -> Any:
        builder = open_builder(self._builder_name, self._data_dir or data_directory())
        if not is_prepared(builder):
            download(self._builder_name, self._data_dir or data_directory())
        return builder

    def _text_and_label(self, builder: Any) -> tuple[str, str]:
        import tensorflow_datasets as tfds

        features = dict(builder.info.features)
        text_column, label_column = self._columns
        return (
            self._column(features, tfds.features.Text, text_column, "text"),
            self._column(features, tfds.features.ClassLabel, label_column, "label"),
        )

    def _column(self, features: dict[str, Any], kind: type, chosen: str | None, role: str) -> str:
        # Sorted, because the order of the features of prepared data varies.
        candidates = sorted(name for name in features if isinstance(features[name], kind))
        setting = f"--data.{role}_column"
        among = ", ".join(candidates) or "none"
        if chosen is not None and chosen not in candidates:
            raise CallError(
                f"{self.name}: {setting} {chosen} is no {role} column; there are: {among}"
            )
        if chosen is None and len(candidates) > 1 and role in candidates:
            return role
        if chosen is None and len(candidates) != 1:
            raise CallError(
                f"{self.name}: expected one {role} column, found {len(candidates)} ({among}) "
                f"among {', '.join(sorted(features))}: choose it with {setting}"
            )
        return chosen or candidates[0]


def _examples(builder: Any, split: str, text: str, label: str) -> Iterator[tuple[str, int]]:
    """Texts and class numbers of one split; -1 is unlabelled."""
    import tensorflow as tf
    import tensorflow_datasets as tfds

    columns = tfds.decode.PartialDecoding({text: True, label: True})
    try:
        rows = builder.as_dataset(split=split, shuffle_files=False, decoders=columns)
        for batch in tfds.as_numpy(rows.batch(_ROWS_READ_AT_ONCE)):
            texts = (content.decode("utf-8") for content in batch[text])
            yield from zip(texts, batch[label].tolist(), strict=True)
    except (tf.errors.OpError, UnicodeDecodeError) as error:
        raise WorkError(f"the {split} split in {builder.data_path} is damaged: {error}") from error
