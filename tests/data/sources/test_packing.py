import bz2
import gzip
import lzma
import tracemalloc
import zipfile

import pytest

from tfcmp.data.sources.table_file import TableFileSource
from tfcmp.errors import CallError, WorkError

CONTENT = b"text,label\ngood,1\nbad,0\n"


def texts(path):
    return [record.text for record in TableFileSource(path).records()]


def pack(path, *files, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def test_a_gzip_is_read(tmp_path):
    path = tmp_path / "table.CSV.gz"
    path.write_bytes(gzip.compress(CONTENT))
    assert texts(path) == ["good", "bad"]


def test_a_gzip_that_is_cut_off_is_refused(tmp_path):
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(CONTENT + bytes(range(97, 123)))[:-12])
    with pytest.raises(WorkError, match=r"table\.csv\.gz cannot be read"):
        texts(path)


def test_a_zip_of_one_file_is_read_whatever_archivers_add(tmp_path):
    path = pack(
        tmp_path / "table.zip", ("folder/a.csv", CONTENT), ("__MACOSX/folder/._a.csv", b"\0")
    )
    assert texts(path) == ["good", "bad"]


def test_the_name_of_a_zip_tells_the_format_of_a_file_without_extension(tmp_path):
    assert texts(pack(tmp_path / "table.csv.zip", ("table", CONTENT))) == ["good", "bad"]


def test_the_name_inside_a_zip_leads_nowhere(tmp_path):
    path = pack(tmp_path / "t.zip", ("../../a.csv", CONTENT))
    assert texts(path) == ["good", "bad"]
    assert [file.name for file in tmp_path.iterdir()] == ["t.zip"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ((), "holds 0 files"),
        ((("a.csv", CONTENT), ("b.csv", CONTENT)), r"holds 2 files \(a\.csv, b\.csv\)"),
        ((("a.parquet", CONTENT),), "unpack it first"),
    ],
)
def test_a_zip_of_something_else_is_a_wrong_call(tmp_path, files, told):
    with pytest.raises(CallError, match=told):
        texts(pack(tmp_path / "table.zip", *files))


def test_a_method_that_unpacks_by_whole_blocks_is_refused(tmp_path):
    path = pack(tmp_path / "table.zip", ("a.csv", CONTENT), method=zipfile.ZIP_BZIP2)
    with pytest.raises(WorkError, match="other than deflate"):
        texts(path)


def test_what_is_no_zip_is_refused(tmp_path):
    path = tmp_path / "table.zip"
    path.write_bytes(CONTENT)
    with pytest.raises(WorkError, match=r"cannot be read as a \.zip"):
        texts(path)


@pytest.mark.slow
def test_a_small_file_that_unpacks_to_a_huge_line_is_refused(tmp_path):
    path = tmp_path / "table.csv.gz"
    with gzip.open(path, "wb") as stream:
        stream.write(b"text,label\n")
        for _ in range(70):
            stream.write(b"x" * (1 << 20))
    with pytest.raises(WorkError, match="has a line of more than"):
        texts(path)


@pytest.mark.slow
def test_memory_does_not_grow_with_what_is_packed(tmp_path):
    rows = "".join(f"{'0123456789' * 200} {number},1\n" for number in range(20_000))
    path = pack(tmp_path / "table.zip", ("a.csv", f"text,label\n{rows}"))
    del rows
    tracemalloc.start()
    assert sum(1 for _ in TableFileSource(path).records()) == 20_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000


@pytest.mark.parametrize(("extension", "compress"), [("bz2", bz2.compress), ("xz", lzma.compress)])
def test_other_packings_are_read_and_refused_where_they_are_cut_off(tmp_path, extension, compress):
    path = tmp_path / f"table.csv.{extension}"
    path.write_bytes(compress(CONTENT))
    assert texts(path) == ["good", "bad"]
    path.write_bytes(compress(CONTENT)[:-12])
    with pytest.raises(WorkError, match="cannot be read"):
        texts(path)
