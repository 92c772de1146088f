import errno
import os
import signal
import subprocess
import sys

import pytest

from tfcmp.command.ending import run_command
from tfcmp.errors import CallError, WorkError


def end_of(main, capsys):
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as end:
        run_command(main)
    told = capsys.readouterr()
    return end.value.code, told.out, told.err


def raising(error):
    def main(arguments):
        raise error

    return main


def test_a_result_ends_with_code_0(capsys):
    assert end_of(lambda arguments: sys.stdout.write("result\n"), capsys) == (0, "result\n", "")


def test_a_command_gets_its_arguments(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["program", "--a", "b"])
    assert (
        end_of(lambda arguments: sys.stdout.write(f"{arguments}\n"), capsys)[1] == "['--a', 'b']\n"
    )


@pytest.mark.parametrize(("error", "code"), [(CallError("no"), 2), (WorkError("no"), 1)])
def test_a_mistake_shows_its_message_alone(capsys, error, code):
    assert end_of(raising(error), capsys) == (code, "", "error: no\n")


def test_an_interrupt_ends_with_code_1(capsys):
    assert end_of(raising(KeyboardInterrupt()), capsys) == (1, "", "error: interrupted\n")


@pytest.mark.parametrize(
    "number", [errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EFBIG, errno.EIO]
)
def test_a_disk_that_takes_nothing_is_told_in_one_line(capsys, number):
    error = OSError(number, os.strerror(number), "/there/model.keras")
    code, out, told = end_of(raising(error), capsys)
    assert (code, out) == (1, "")
    assert told.startswith(f"error: {os.strerror(number)} (/there/model.keras): ")
    assert told.count("\n") == 1
    # Not every command has the same options.
    assert "--" not in told


@pytest.mark.parametrize("error", [ValueError("ours"), OSError(errno.EBADF, "ours")])
def test_a_defect_of_ours_keeps_its_traceback(error):
    with pytest.raises(type(error), match="ours"):
        run_command(raising(error))


def test_a_reader_that_has_gone_ends_the_command_quietly():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        command = [sys.executable, "-m", "tfcmp"]
        ended = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_result_that_finds_no_room_ends_with_code_1():
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        command = [sys.executable, "-m", "tfcmp"]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: No space left on device: ")
    assert ended.stderr.count("\n") == 1


def test_sigterm_ends_as_cleanly_as_an_interrupt_with_the_code_of_the_signal(capsys):
    cleaned = []

    def main(arguments):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            cleaned.append(True)

    before = signal.getsignal(signal.SIGTERM)
    try:
        code, out, told = end_of(main, capsys)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (code, out, told) == (143, "", "error: terminated\n")
    assert cleaned == [True]


def test_a_folder_that_was_moved_away_while_at_work_is_told(capsys, tmp_path):
    folder = tmp_path / "run"

    def main(arguments):
        (folder / "trials" / "0" / "metrics.jsonl").open("a")

    code, out, told = end_of(main, capsys)
    assert (code, out) == (1, "")
    assert told.startswith(f"error: {folder} is gone: ")
    assert told.count("\n") == 1


def test_a_file_that_a_folder_lacks_is_a_defect_of_ours(tmp_path):
    def main(arguments):
        (tmp_path / "missing.json").open()

    with pytest.raises(FileNotFoundError):
        run_command(main)


# A command whose streams are closed, full or of another encoding.
WRITING = """
import sys
from tfcmp.command.ending import run_command
from tfcmp.progress import tell_line

def main(arguments):
    tell_line("progress \\u2603")
    for descriptor in range(3):
        open("file", "w").close()
    with open("file", "w") as stream:
        assert stream.fileno() > 2, "a stream of the process is somebody's file"
        stream.write("done")
    sys.stdout.write("result \\u2603\\n")

run_command(main)
"""


@pytest.fixture
def redirected(tmp_path):
    """The function (redirections of a shell, environment) -> code, stdout, stderr; its work is done."""

    def call(redirections="", **environment):
        (tmp_path / "program.py").write_text(WRITING)
        line = f'exec "{sys.executable}" program.py {redirections}'
        ended = subprocess.run(
            ["bash", "-c", line],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
            capture_output=True,
        )
        assert (tmp_path / "file").read_text() == "done"
        return ended.returncode, ended.stdout.decode(), ended.stderr.decode()

    return call


@pytest.mark.parametrize(
    ("closed", "out", "told"),
    [
        ("2>&-", "result \u2603\n", ""),
        (">&-", "", "progress \u2603\n"),
        ("<&- >&- 2>&-", "", ""),
    ],
)
def test_a_closed_stream_ends_no_work_and_is_no_file(redirected, closed, out, told):
    assert redirected(closed, PYTHONIOENCODING="utf-8") == (0, out, told)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_character_that_the_encoding_lacks_is_an_escape(redirected, encoding):
    assert redirected(PYTHONIOENCODING=encoding) == (0, "result \\u2603\n", "progress \\u2603\n")


def test_progress_that_nobody_reads_any_more_ends_no_work(redirected):
    assert redirected("2> >(exec true)")[:2] == (0, "result \u2603\n")


def test_warnings_that_are_errors_end_no_work(redirected):
    assert redirected(PYTHONWARNINGS="error", PYTHONOPTIMIZE="", LC_ALL="C")[0] == 0
