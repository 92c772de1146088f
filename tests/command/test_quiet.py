import gc
import importlib
import os
import subprocess
import sys

import pytest

from tfcmp.command.quiet import without_collector, without_modules, without_native_output


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


def test_modules_seem_not_installed_inside_and_are_back_afterwards():
    sys.modules.pop("sched", None)
    with without_modules(["sched", "os"]):
        with pytest.raises(ImportError):
            importlib.import_module("sched")
        assert importlib.import_module("os") is os
    assert importlib.import_module("sched").scheduler


def test_the_collector_rests_inside_and_works_afterwards():
    with without_collector():
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.unfreeze()


@pytest.mark.slow
def test_a_lean_import_leaves_out_what_only_plots_need():
    program = (
        "import sys; from tfcmp.command.quiet import import_tensorflow;"
        "import_tensorflow(is_lean=True); import keras;"
        "assert not {'sklearn', 'matplotlib', 'IPython'} & set(sys.modules);"
        "import matplotlib.pyplot"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
