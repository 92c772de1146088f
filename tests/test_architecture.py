"""What linters do not check: sizes of files, and that no command waits for TensorFlow.

Sizes of functions are ruff's (ruff.toml), directions of imports are import-linter's (.importlinter).
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tfcmp
from tfcmp.__main__ import COMMANDS

PACKAGE = Path(tfcmp.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
LINES_PER_FILE = 400
LINES_PER_FUNCTION = 60
SAYS_NOTHING = {"utils", "util", "common", "helpers", "helper", "base", "misc"}


def test_packages_import_in_one_direction():
    linter = Path(sys.executable).with_name("lint-imports")
    line = [linter, "--config", PACKAGE.parent / ".importlinter", "--no-cache"]
    ended = subprocess.run(line, capture_output=True, text=True, cwd=PACKAGE.parent)
    assert ended.returncode == 0, ended.stdout


def test_files_and_functions_stay_small():
    too_long = [file for file in FILES if len(file.read_text().splitlines()) > LINES_PER_FILE]
    too_long += [
        f"{file}: {node.name}"
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= LINES_PER_FUNCTION
    ]
    assert too_long == []


def test_names_of_modules_say_what_is_in_them():
    names = {part for file in FILES for part in file.relative_to(PACKAGE).with_suffix("").parts}
    assert not names & SAYS_NOTHING


@pytest.mark.parametrize("call", ["", ".main(['--help'])"], ids=["import", "help"])
def test_no_command_waits_for_tensorflow(call):
    program = (
        "import importlib, sys\n"
        "for command in sys.argv[1:]:\n"
        f"    try: importlib.import_module(f'tfcmp.{{command}}'){call}\n"
        "    except SystemExit as end: assert end.code == 0, command\n"
        "    if {'tensorflow', 'keras'} & set(sys.modules): sys.exit(command)"
    )
    line = [sys.executable, "-c", program, *COMMANDS]
    ended = subprocess.run(line, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    if call:
        for command in COMMANDS:
            assert f"usage: python -m tfcmp.{command}" in ended.stdout
