import runpy
from pathlib import Path

from tfcmp.data.sources.record import Record
from tfcmp.errors import CallError

_tables = runpy.run_path(str(Path(__file__).with_name("tables.py")))
read = _tables["read"]
refusal = _tables["refusal"]


def test_a_wrong_encoding_names_line_byte_and_flag(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("text,label\nfine,pos\ncaf\xe9,pos\n".encode("cp1252"))
    message = refusal(path)
    assert "line 3: byte 0xe9 at offset 23" in message
    assert "--data.encoding" in message


def test_a_named_encoding_is_used(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("text,label\ncaf\xe9,pos\n".encode("utf-16"))
    assert read(path, encoding="utf-16") == [Record("caf\xe9", "pos")]


def test_an_unknown_encoding_is_a_wrong_call(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("text,label\ngood,pos\n")
    assert "'klingon'" in refusal(path, CallError, encoding="klingon")


def test_bytes_that_do_not_decode_can_be_replaced(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"text,label\ncaf\xe9,pos\n")
    assert read(path, encoding_errors="replace") == [Record("caf\ufffd", "pos")]
