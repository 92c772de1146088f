"""Rows of a .parquet file, streamed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.row import Row
from tfcmp.errors import WorkError

if TYPE_CHECKING:
    from pyarrow import Array
    from pyarrow.parquet import ParquetFile

# Few, because a row may hold a whole book.
_BATCH_ROWS = 64
_BUFFER_BYTES = 1 << 20


def parquet_rows(path: Path, columns: Columns) -> Iterator[Row]:
    """Yields the rows, values as Python objects, null as None.

    Raises:
        WorkError: the file is no Parquet or damaged, or lacks a required column.
    """
    number = 0
    with _opened(path) as table:
        names = columns.present(table.schema_arrow.names, path.name)
        for batch in table.iter_batches(batch_size=_BATCH_ROWS, columns=names):
            values = [_values(batch.column(name)) for name in names]
            for cells in zip(*values, strict=True):
                number += 1
                yield Row(f"row {number}", dict(zip(names, cells, strict=True)))


def _values(column: "Array") -> list[Any]:
    import pyarrow

    values = column.to_pylist()
    if not pyarrow.types.is_float32(column.type):
        return values
    # A float of 32 bits is 0.1 as text, as a .csv has it, and 0.10000000149 in 64 bits.
    return [None if value is None else float(str(np.float32(value))) for value in values]


def count_parquet_rows(path: Path) -> int:
    """Number of rows, from the file's footer."""
    with _opened(path) as table:
        return int(table.metadata.num_rows)


@contextmanager
def _opened(path: Path) -> Iterator["ParquetFile"]:
    import pyarrow
    from pyarrow.parquet import ParquetFile

    try:
        # Both settings are needed: otherwise pyarrow holds a column of a whole row group, which may
        # be the whole file, in memory at once.
        with ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER_BYTES) as table:
            yield table
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise WorkError(
            f"{path.name} cannot be read as Parquet ({error}): the file is damaged or of another "
            "kind; write it again, or give it the extension of what it is."
        ) from None
