"""The house: which room may import which, and how large a thing may get."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tfcmp

PACKAGE = Path(tfcmp.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
LINES_A_FILE = 400
LINES_A_FUNCTION = 60
NO_NAMES = {"utils", "util", "common", "helpers", "helper", "base", "misc"}

# What each room may import beside itself, and beside errors and progress, which are everybody's.
ARROWS = {
    "config": {"runs"},
    "runs": {"config"},
    "timing": {"config"},
    "evaluation": set(),
    "data": {"config", "runs"},
    "models": {"config", "runs", "data"},
    "training": {"config", "runs", "data", "models", "timing", "evaluation"},
    "inference": {"config", "runs", "data", "models", "evaluation"},
    "command": {"config", "runs", "data", "models"},
    "explanation": {"config", "runs", "data", "models", "inference", "evaluation"},
    "search": {"config", "runs", "data", "models", "training", "command", "timing", "evaluation"},
    "study": {"config", "runs", "data", "models", "evaluation", "command", "search", "reporting"},
    "measurement": {
        "config",
        "runs",
        "data",
        "models",
        "training",
        "inference",
        "timing",
        "command",
        "evaluation",
    },
    "reporting": {"config", "runs", "evaluation", "timing"},
    "diagnostics": {"config", "runs", "data", "evaluation", "inference", "reporting"},
    "verification": {
        "config",
        "runs",
        "data",
        "evaluation",
        "command",
        "search",
        "study",
        "reporting",
    },
}
STRICT = {"config", "runs", "evaluation"}
# Rooms that know nothing of TensorFlow.
PLAIN = {
    "config",
    "runs",
    "evaluation",
    "command",
    "study",
    "reporting",
    "verification",
    "diagnostics",
}
# Where a library that may be replaced one day is imported; "" is the doors.
HOMES = {
    "tensorflow_datasets": {"data/sources"},
    "safetensors": {"training"},
    "keras_hub": {"models"},
    "kagglehub": {"models/presets"},
    "huggingface_hub": {"models/presets"},
    "keras_tuner": {"search"},
    "jsonargparse": {"", "command"},
    "onnx": {"inference", "inference/graphs", "inference/export"},
    "onnxruntime": {"inference"},
    "openvino": {"inference"},
}


def room_of(file):
    """The room of a file; "" for the doors and what lies at the top beside them."""
    parts = file.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def imports(file):
    """Dotted names of all modules that a file imports, at its top or anywhere inside."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import hides its room"
            found.add(node.module)
            if node.module == "tfcmp":
                found |= {f"tfcmp.{alias.name}" for alias in node.names}
    return found


def rooms_imported(file):
    """Rooms and top modules of ours that a file imports."""
    return {name.split(".")[1] for name in imports(file) if name.startswith("tfcmp.")}


def libraries_imported(file):
    return {name.split(".")[0] for name in imports(file)}


def shown(file):
    return str(file.relative_to(PACKAGE))


def files_of_rooms():
    return [file for file in FILES if room_of(file)]


@pytest.mark.parametrize("file", files_of_rooms(), ids=shown)
def test_a_room_imports_only_what_lies_below_it(file):
    room = room_of(file)
    allowed = ARROWS[room] | {room, "errors"} | (set() if room in STRICT else {"progress"})
    assert rooms_imported(file) <= allowed


def test_no_room_imports_a_door():
    doors = {file.stem for file in PACKAGE.glob("*.py")} - {"errors", "progress"}
    for file in files_of_rooms():
        assert not rooms_imported(file) & doors, file


def test_every_room_that_exists_has_its_arrows():
    assert {room_of(file) for file in FILES} - {""} <= set(ARROWS)


def files_without_tensorflow():
    # command/quiet.py imports TensorFlow on behalf of the doors.
    return [file for file in FILES if room_of(file) in PLAIN and file.stem != "quiet"]


@pytest.mark.parametrize("file", files_without_tensorflow(), ids=shown)
def test_a_plain_room_imports_no_tensorflow(file):
    assert not libraries_imported(file) & {"tensorflow", "keras", "keras_hub", "tensorflow_text"}


@pytest.mark.parametrize("library", HOMES)
def test_a_library_that_may_be_replaced_has_one_home(library):
    for file in FILES:
        if library in libraries_imported(file):
            folder = file.parent.relative_to(PACKAGE).as_posix()
            assert folder.removeprefix(".") in HOMES[library], file


@pytest.mark.parametrize("file", FILES, ids=shown)
def test_files_and_functions_stay_small(file):
    source = file.read_text()
    assert len(source.splitlines()) <= LINES_A_FILE
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno + 1 <= LINES_A_FUNCTION, node.name


def test_no_module_is_called_by_what_it_is_not():
    assert (
        not {part for file in FILES for part in file.relative_to(PACKAGE).with_suffix("").parts}
        & NO_NAMES
    )


def doors():
    return sorted(
        file.stem
        for file in PACKAGE.glob("*.py")
        if 'if __name__ == "__main__"' in file.read_text()
    )


def test_importing_a_door_imports_no_tensorflow():
    program = (
        "import importlib, sys\n"
        "for door in sys.argv[1:]:\n"
        "    importlib.import_module(f'tfcmp.{door}')\n"
        "    if {'tensorflow', 'keras'} & set(sys.modules): sys.exit(door)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, *doors()], capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_every_door_answers_help_on_stdout_without_tensorflow():
    program = (
        "import importlib, sys\n"
        "for door in sys.argv[1:]:\n"
        "    try: importlib.import_module(f'tfcmp.{door}').main(['--help'])\n"
        "    except SystemExit as end: assert end.code == 0, door\n"
        "    if {'tensorflow', 'keras'} & set(sys.modules): sys.exit(door)"
    )
    names = doors()
    ended = subprocess.run([sys.executable, "-c", program, *names], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    for door in set(names) - {"__main__"}:
        assert f"usage: python -m tfcmp.{door}" in ended.stdout
