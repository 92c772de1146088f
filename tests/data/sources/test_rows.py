import pytest

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.lines import Decoding
from tfcmp.data.sources.rows import TABLE_EXTENSIONS, iterate_rows
from tfcmp.errors import CallError, WorkError


@pytest.mark.parametrize("extension", TABLE_EXTENSIONS)
def test_a_file_of_zero_bytes_is_refused(tmp_path, extension):
    path = tmp_path / f"table{extension}"
    path.touch()
    with pytest.raises(WorkError, match="0 bytes"):
        list(iterate_rows(path, Columns({"text": None}), Decoding()))


def test_another_kind_of_file_is_refused(tmp_path):
    path = tmp_path / "table.csv.gz"
    path.write_bytes(b"\x1f\x8b")
    with pytest.raises(CallError, match=r"extension '\.gz'"):
        list(iterate_rows(path, Columns({"text": None}), Decoding()))
