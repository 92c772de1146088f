"""A configuration from a file alone, where no command line is."""

from pathlib import Path

from jsonargparse import ArgumentParser

from tfcmp.command.options import parse_configuration
from tfcmp.config.fields import Configuration
from tfcmp.errors import CallError


def parse_file(file: Path, where: str) -> Configuration:
    """The configuration that `fit --config FILE` takes.

    Args:
        file: YAML file of settings.
        where: what errors begin with, in place of the file.

    Raises:
        CallError: a setting is wrong, or the file names no model.
    """
    try:
        return parse_configuration(["--config", str(file)], "", "", _no_options)[0]
    except CallError as error:
        raise CallError(f"{where}: {str(error).replace(f'--config {file}: ', '')}") from None


def _no_options(parser: ArgumentParser) -> None:
    """Of a run's file only what describes the run is taken, not where it is kept."""
