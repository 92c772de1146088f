from pathlib import Path

import pytest

from tfcmp import __file__ as package
from tfcmp.__main__ import COMMANDS, main
from tfcmp.errors import CallError
from tfcmp.models.catalogue import CATALOGUE


def commands_that_exist():
    """Modules at the top of the package that run a command."""
    folder = Path(package).parent
    return {
        file.stem
        for file in folder.glob("*.py")
        if 'if __name__ == "__main__"' in file.read_text() and file.stem != "__main__"
    }


def test_every_command_that_exists_is_listed_and_no_other():
    assert set(COMMANDS) == commands_that_exist()


def test_every_command_has_its_line(capsys):
    main([])
    lines = capsys.readouterr().out.splitlines()
    for name, does in COMMANDS.items():
        assert any(f"python -m tfcmp.{name} " in line and does in line for line in lines)


def test_every_model_has_its_line(capsys):
    main([])
    lines = capsys.readouterr().out.splitlines()
    for record in CATALOGUE:
        assert any(line.split()[:1] == [record.name] and record.summary in line for line in lines)


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_is_the_overview(capsys, option):
    main([])
    overview = capsys.readouterr().out
    main([option])
    assert capsys.readouterr().out == overview


def test_a_command_as_an_argument_is_reported_how_it_is_called():
    with pytest.raises(CallError, match=r"python -m tfcmp\.fit$"):
        main(["fit", "--model", "gru"])


def test_any_other_argument_is_refused():
    with pytest.raises(CallError, match="expected no arguments"):
        main(["train"])
