import gc
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tfcmp.command.quiet import (
    _choose_backend,
    _keras_settings_told,
    import_tensorflow,
    without_collector,
    without_native_output,
)
from tfcmp.errors import CallError


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


def test_the_garbage_collector_pauses_inside_and_works_afterwards():
    with without_collector():
        assert not gc.isenabled()
    assert gc.isenabled()


# What people have set for other programs; all at once, as each costs an import of TensorFlow.
OF_OTHERS = {
    "KERAS_BACKEND": "torch",
    "TF_USE_LEGACY_KERAS": "1",
    "CUDA_VISIBLE_DEVICES": "",
    "XLA_FLAGS": "--no_such_flag=1",
    "PYTHONWARNINGS": "error",
    "LC_ALL": "C",
}
KERAS_JSON = (
    '{"backend": "jax", "floatx": "float16", "epsilon": 0.1, "image_data_format": "channels_first"}'
)


def test_keras_is_set_up_for_this_package_whatever_others_need(tmp_path):
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text(KERAS_JSON)
    program = (
        "import sys; from tfcmp.command.ending import run_command\n"
        "def main(arguments):\n"
        "    from tfcmp.command.quiet import import_tensorflow; import_tensorflow()\n"
        "    import keras; of = keras.config\n"
        "    print(of.backend(), of.floatx(), of.epsilon(), of.image_data_format())\n"
        "    print(keras.layers.Dense(1).dtype_policy.name)\n"
        "run_command(main)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **OF_OTHERS, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.split() == ["tensorflow", "float32", "1e-07", "channels_last", "float32"]


def test_a_keras_that_others_imported_with_another_backend_is_told(monkeypatch):
    other = ModuleType("keras")
    other.config = SimpleNamespace(backend=lambda: "torch")
    monkeypatch.setitem(sys.modules, "keras", other)
    with pytest.raises(CallError, match=r"backend torch.*unset KERAS_BACKEND"):
        import_tensorflow()


def test_native_output_is_silenced_where_stderr_is_closed(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    with without_native_output():
        os.write(2, b"nobody reads it")


@pytest.mark.parametrize("content", ['{"epsilon": 1}', '{"floatx": "float8"}', "[]"])
def test_settings_that_keras_does_not_take_are_told_with_their_file(tmp_path, monkeypatch, content):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "keras.json").write_text(content)
    # As TensorFlow's own copy of Keras ends.
    with (
        pytest.raises(CallError, match=r"keras\.json: .* correct the file"),
        _keras_settings_told(),
    ):
        raise AssertionError


def test_other_failures_of_an_import_are_not_blamed_on_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(AssertionError), _keras_settings_told():
        raise AssertionError


def test_without_a_home_keras_makes_no_folder_in_the_working_directory(monkeypatch):
    monkeypatch.setenv("KERAS_HOME", "known again afterwards")
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    _choose_backend()
    home = Path(os.environ["KERAS_HOME"])
    assert (home.is_absolute(), home.name) == (True, ".keras")
