import os
import runpy
import tracemalloc
from pathlib import Path

import pyarrow
import pytest

from tfcmp.data.sources.table_file import TableFileSource

_tables = runpy.run_path(str(Path(__file__).with_name("tables.py")))
write = _tables["write"]
write_parquet = _tables["write_parquet"]


def test_the_key_changes_with_the_content_and_with_how_it_is_read(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("text,label\ngood,pos\n")
    keys = {TableFileSource(path).key(), TableFileSource(path, encoding="latin-1").key()}
    keys.add(TableFileSource(path, text_column="review").key())
    path.write_text("text,label\nbad,neg\nbad,neg\n")
    keys.add(TableFileSource(path).key())
    path.with_suffix(".tsv").write_bytes(path.read_bytes())
    keys.add(TableFileSource(path.with_suffix(".tsv")).key())
    assert len(keys) == 5


def test_labels_swapped_under_the_same_size_and_times_change_the_key(tmp_path):
    path = tmp_path / "table.csv"
    keys = set()
    for labels in (("pos", "neg"), ("neg", "pos")):
        path.write_text("text,label\ngood,{}\nbad,{}\n".format(*labels))
        os.utime(path, ns=(10**18, 10**18))
        keys.add(TableFileSource(path).key())
    assert len(keys) == 2


def test_the_key_reads_no_text(tmp_path):
    path = tmp_path / "table.parquet"
    path.write_bytes(b"not Parquet at all")
    assert TableFileSource(path).key() == TableFileSource(path).key()


@pytest.mark.slow
@pytest.mark.parametrize("extension", [".csv", ".jsonl", ".parquet"])
def test_memory_does_not_grow_with_the_file(tmp_path, extension):
    path = tmp_path / f"table{extension}"
    write(path, [("0123456789" * 200, "pos")] * 20_000)
    tracemalloc.start()
    count = sum(1 for _ in TableFileSource(path).records())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 4_000_000


@pytest.mark.slow
def test_a_large_row_group_is_not_read_at_once(tmp_path):
    path = tmp_path / "table.parquet"
    write_parquet(path, [(os.urandom(1000).hex(), "pos") for _ in range(30_000)])
    before = pyarrow.total_allocated_bytes()
    reading = TableFileSource(path).records()
    next(reading)
    assert pyarrow.total_allocated_bytes() - before < 10_000_000
    reading.close()


def test_a_copy_in_another_folder_at_another_time_has_the_same_key(tmp_path):
    keys = set()
    for folder in ("a", "b"):
        file = tmp_path / folder / f"{folder}.csv"
        file.parent.mkdir()
        file.write_text("text,label\ngood,1\n")
        os.utime(file, (len(keys), len(keys)))
        keys.add(TableFileSource(file).key())
    assert len(keys) == 1
