import os

import pytest

from tfcmp.command.quiet import without_native_output


def test_what_native_code_writes_inside_is_silenced(capfd):
    with without_native_output():
        os.write(2, b"a greeting")
    assert capfd.readouterr().err == ""


def test_what_is_written_afterwards_is_seen(capfd):
    with without_native_output():
        pass
    os.write(2, b"a message")
    assert capfd.readouterr().err == "a message"


def test_an_error_inside_comes_through_and_stderr_is_back(capfd):
    with pytest.raises(ValueError, match="inside"), without_native_output():
        raise ValueError("inside")
    os.write(2, b"a message")
    assert capfd.readouterr().err == "a message"


def test_no_file_descriptor_is_left_open():
    before = os.listdir("/dev/fd")  # noqa: PTH208
    with without_native_output():
        pass
    assert os.listdir("/dev/fd") == before  # noqa: PTH208
