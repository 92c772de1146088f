"""Commands whose streams are closed, full or of another encoding; none imports TensorFlow."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
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
def run(tmp_path):
    """The function (redirections of a shell, environment) -> code, stdout, stderr; its work is done."""

    def call(redirections="", **environment):
        (tmp_path / "program.py").write_text(PROGRAM)
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
def test_a_closed_stream_ends_no_work_and_is_no_file(run, closed, out, told):
    assert run(closed, PYTHONIOENCODING="utf-8") == (0, out, told)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_character_that_the_encoding_lacks_is_an_escape(run, encoding):
    assert run(PYTHONIOENCODING=encoding) == (0, "result \\u2603\n", "progress \\u2603\n")


def test_progress_that_nobody_reads_any_more_ends_no_work(run):
    assert run("2> >(exec true)")[:2] == (0, "result \u2603\n")


def test_warnings_that_are_errors_end_no_work(run):
    assert run(PYTHONWARNINGS="error", PYTHONOPTIMIZE="", LC_ALL="C")[0] == 0
