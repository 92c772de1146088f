import gzip
import io
import os
import re
import tarfile
from pathlib import Path

import pytest

from tfcmp.data.sources import imdb
from tfcmp.data.sources.imdb import Content, prepare_from_archive
from tfcmp.errors import CallError, WorkError

FILES = {
    "aclImdb/README": b"not a review",
    "aclImdb/train/pos/0_9.txt": b"a fine film\n",
    "aclImdb/train/neg/0_2.txt": b"a dull film",
    "aclImdb/train/unsup/0_0.txt": b"some film",
    "aclImdb/train/unsup/1_0.txt": b"another film",
    "aclImdb/test/pos/0_8.txt": b" good to the end",
    "aclImdb/test/neg/0_1.txt": b"bad to the end",
}
COUNTS = {"train": Content(2, 22), "test": Content(2, 29), "unsupervised": Content(2, 21)}


@pytest.fixture(autouse=True)
def _tiny_counts(monkeypatch, request):
    if "imdb" not in request.keywords:
        monkeypatch.setattr(imdb, "PUBLISHED", COUNTS)


def write(path, files):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def archive(tmp_path):
    return write(tmp_path / "tiny.tar.gz", FILES.items())


def prepared_texts(data_dir):
    return {
        (record.split, record.label): record.text for record in imdb.ImdbSource(data_dir).records()
    }


TEXTS = {
    ("train", "pos"): "a fine film",
    ("train", "neg"): "a dull film",
    ("test", "pos"): "good to the end",
    ("test", "neg"): "bad to the end",
}


def test_a_repack_is_prepared_and_said_to_be_one(archive, tmp_path, capsys):
    folder = prepare_from_archive(archive, tmp_path / "data")
    assert folder == imdb.prepared_folder(tmp_path / "data")
    assert prepared_texts(tmp_path / "data") == TEXTS
    told = capsys.readouterr()
    assert "tiny.tar.gz is a re-pack" in told.err
    assert told.out == ""


def test_the_official_archive_is_known_by_its_checksum(archive, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(imdb, "_is_official", lambda *_: True)
    monkeypatch.setattr(imdb, "_check_repack", lambda _: pytest.fail("was checked"))
    prepare_from_archive(archive, tmp_path / "data")
    assert "re-pack" not in capsys.readouterr().err


def test_what_is_prepared_already_is_left_alone(archive, tmp_path):
    folder = prepare_from_archive(archive, tmp_path / "data")
    archive.unlink()
    assert prepare_from_archive(archive, tmp_path / "data") == folder


def test_a_missing_archive_is_a_wrong_call(tmp_path):
    with pytest.raises(CallError, match="there is no archive"):
        prepare_from_archive(tmp_path / "none.tar.gz", tmp_path / "data")


def test_a_wrong_number_of_files_is_told_with_what_was_expected(tmp_path):
    files = [item for item in FILES.items() if "test/pos" not in item[0]]
    archive = write(tmp_path / "short.tar.gz", files)
    expected = "expected 2 texts of 29 bytes in test, found 1 texts of 14 bytes"
    with pytest.raises(WorkError, match=expected):
        prepare_from_archive(archive, tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_wrong_number_of_bytes_is_refused(tmp_path):
    files = FILES | {"aclImdb/train/pos/0_9.txt": b"a finer film"}
    archive = write(tmp_path / "other.tar.gz", files.items())
    with pytest.raises(WorkError, match="found 2 texts of 23 bytes"):
        prepare_from_archive(archive, tmp_path / "data")


def test_a_review_that_stands_twice_is_refused(tmp_path):
    files = [*FILES.items(), ("aclImdb/train/pos/0_9.txt", b"a fine film")]
    archive = write(tmp_path / "twice.tar.gz", files)
    with pytest.raises(WorkError, match=r"holds aclImdb/train/pos/0_9\.txt twice"):
        prepare_from_archive(archive, tmp_path / "data")


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    path = tmp_path / "page.tar.gz"
    path.write_text("<html>moved</html>")
    with pytest.raises(WorkError, match=r"cannot be read as a tar\.gz archive"):
        prepare_from_archive(path, tmp_path / "data")


def test_gzip_without_a_tar_inside_is_refused(tmp_path):
    path = tmp_path / "text.tar.gz"
    path.write_bytes(gzip.compress(b"no archive" * 1000))
    with pytest.raises(WorkError, match=r"cannot be read as a tar\.gz archive"):
        prepare_from_archive(path, tmp_path / "data")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.99])
def test_a_truncated_archive_is_refused(archive, tmp_path, share):
    size = archive.stat().st_size
    os.truncate(archive, int(size * share))
    with pytest.raises(WorkError, match=r"cannot be read as a tar\.gz archive"):
        prepare_from_archive(archive, tmp_path / "data")


def test_a_damaged_byte_is_found_by_the_checksum_of_the_stream(archive, tmp_path):
    content = bytearray(archive.read_bytes())
    content[-6] ^= 1  # in the checksum that ends a gzip file
    archive.write_bytes(content)
    with pytest.raises(WorkError, match="CRC"):
        prepare_from_archive(archive, tmp_path / "data")


@pytest.mark.parametrize("name", ["/aclImdb/train/pos/5_9.txt", "../aclImdb/train/pos/5_9.txt"])
def test_paths_out_of_the_archive_are_passed_over(tmp_path, name):
    archive = write(tmp_path / "escape.tar.gz", [*FILES.items(), (name, b"elsewhere")])
    prepare_from_archive(archive, tmp_path / "data")
    assert prepared_texts(tmp_path / "data") == TEXTS


def test_a_link_in_place_of_a_review_is_passed_over(tmp_path):
    path = tmp_path / "link.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        link = tarfile.TarInfo("aclImdb/train/pos/5_9.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        tar.addfile(link)
    assert list(imdb.archive_files(path, re.compile(".*"))) == []


def test_a_leading_dot_in_the_paths_makes_no_difference(tmp_path):
    files = [(f"./{name}", content) for name, content in FILES.items()]
    prepare_from_archive(write(tmp_path / "dot.tar.gz", files), tmp_path / "data")
    assert prepared_texts(tmp_path / "data") == TEXTS


def test_a_full_disk_is_told_and_leaves_nothing_that_looks_complete(archive, tmp_path, monkeypatch):
    import tensorflow_datasets as tfds

    def fill(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tfds.core.DatasetInfo, "write_to_directory", fill)
    with pytest.raises(WorkError, match="No space left on device"):
        prepare_from_archive(archive, tmp_path / "data")
    assert imdb.prepared_folder(tmp_path / "data") is None
    assert not imdb.version_folder(tmp_path / "data").exists()


@pytest.mark.slow
@pytest.mark.imdb
def test_the_prepared_archive_equals_what_tfds_prepared(tmp_path):
    archive = os.environ.get("TFCMP_IMDB_ARCHIVE")
    if archive is None or imdb.prepared_folder() is None:
        pytest.skip(
            "set TFCMP_IMDB_ARCHIVE to an aclImdb archive and TFDS_DATA_DIR to prepared data"
        )
    prepare_from_archive(Path(archive), tmp_path)
    pairs = zip(imdb.ImdbSource(tmp_path).records(), imdb.ImdbSource().records(), strict=True)
    assert all(ours == theirs for ours, theirs in pairs)
