import pytest

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.input_file import TABLES
from tfcmp.data.sources.reading import Reading
from tfcmp.data.sources.rows import iterate_rows
from tfcmp.errors import CallError, WorkError


@pytest.mark.parametrize("extension", TABLES)
def test_a_file_of_zero_bytes_is_refused(tmp_path, extension):
    path = tmp_path / f"table.{extension}"
    path.touch()
    with pytest.raises(WorkError, match="0 bytes"):
        list(iterate_rows(path, Columns({"text": None}), Reading()))


def test_another_kind_of_file_is_refused(tmp_path):
    path = tmp_path / "table.docx"
    path.write_bytes(b"PK")
    with pytest.raises(CallError, match=r"extension '\.docx'"):
        list(iterate_rows(path, Columns({"text": None}), Reading()))
