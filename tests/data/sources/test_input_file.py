import pytest

from tfcmp.data.sources.input_file import check_file, open_binary
from tfcmp.errors import CallError, WorkError


def test_a_missing_file_is_refused_with_the_nearest_name(tmp_path):
    (tmp_path / "reviews.csv").write_text("text\n")
    with pytest.raises(CallError, match=r"did you mean reviews\.csv\?"):
        check_file(tmp_path / "reveiws.csv", ["csv"])


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(CallError, match="there is no folder"):
        check_file(tmp_path / "nowhere" / "reviews.csv", ["csv"])


def test_a_file_taken_for_a_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CallError, match="there is no folder"):
        check_file(tmp_path / "file" / "reviews.csv", ["csv"])


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(CallError, match="is a folder; expected a file"):
        check_file(tmp_path, ["csv"])


@pytest.mark.parametrize("name", ["reviews.docx", "reviews"])
def test_another_extension_is_refused(tmp_path, name):
    (tmp_path / name).write_text("text\n")
    with pytest.raises(CallError, match=r"expected one of \.csv, \.tsv"):
        check_file(tmp_path / name, ["csv", "tsv"])


def test_a_name_that_the_system_refuses_is_an_error_of_ours(tmp_path):
    with pytest.raises(WorkError, match="cannot be read"):
        check_file(tmp_path / ("n" * 1000 + ".csv"), ["csv"])


def test_a_file_that_does_not_open_is_an_error_of_ours(tmp_path):
    with pytest.raises(WorkError, match="cannot be opened"):
        open_binary(tmp_path)
