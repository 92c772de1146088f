"""What a run's numbers depend on apart from its configuration: environment.json."""

import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tfcmp.errors import WorkError
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import write_json
from tfcmp.runs.layout import ENVIRONMENT, RUN_FORMAT

PACKAGES = (
    "tfcmp",
    "tensorflow",
    "keras",
    "keras-hub",
    "tensorflow-text",
    "numpy",
    "tensorflow-datasets",
    "pyarrow",
)


def describe_environment(origin: dict[str, Any], command: str = "fit") -> dict[str, Any]:
    """Versions, commit, command and date, with `origin`: hardware and pretrained weights."""
    return {
        "run_format": RUN_FORMAT,
        "versions": {"python": platform.python_version(), **package_versions()},
        "platform": platform.platform(),
        **origin,
        "commit": commit_of_package(),
        "command": ["python", "-m", f"tfcmp.{command}", *sys.argv[1:]],
        "working_directory": _working_directory(),
        "started": now(),
        "resumed": [],
    }


def _working_directory() -> str | None:
    """Where relative paths of the command begin; None where that folder is gone."""
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        return None


def note_session(run: RunDirectory, origin: dict[str, Any]) -> None:
    """Adds a resumed session to environment.json.

    Raises:
        WorkError: the run would go on with another device, precision or pretrained encoder than
            it began with.
    """
    environment = run.read_json(ENVIRONMENT)
    for name in ("device", "precision", "replicas"):
        # Runs that were begun before there were strategies say nothing of replicas.
        unsaid = 1 if name == "replicas" else None
        if origin.get(name, unsaid) != environment.get(name, unsaid):
            raise WorkError(
                f"{run.path} began with {name} {environment.get(name)}, here it is "
                f"{origin.get(name, unsaid)}: its numbers would be of neither; resume it where it began, or "
                "fit anew"
            )
    if origin["pretrained"] != environment.get("pretrained"):
        raise WorkError(
            f"{run.path} began with other pretrained weights than lie here: resume it where it "
            "began, or fit anew"
        )
    if origin.get("initial") != environment.get("initial"):
        raise WorkError(
            f"{run.path} began with the weights of another model than lies in the run of --init_from "
            "now: bring it back, or start another fit"
        )
    session = {"started": now(), "commit": commit_of_package(), **origin}
    environment["resumed"] = [*environment.get("resumed", []), session]
    write_json(run.file(ENVIRONMENT), environment)


def now() -> str:
    """Date and time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def package_versions() -> dict[str, str | None]:
    """Installed versions; None for a package that is not installed as one."""
    versions: dict[str, str | None] = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = None
    return versions


def commit_of_package() -> str | None:
    """Commit of the checkout that tfcmp runs from, "-dirty" behind it if changed; None without.

    An installed copy may lie inside somebody else's repository: only one that holds this very file
    is asked.
    """
    if _git("ls-files", "--error-unmatch", Path(__file__).name) is None:
        return None
    return _git("describe", "--always", "--dirty", "--abbrev=40")


def _git(*arguments: str) -> str | None:
    """What git answers in the folder of this file; None where it fails or is not there."""
    # Without locks: one that is ended by the timeout would leave its lock in the repository.
    line = ["git", "--no-optional-locks", "-C", str(Path(__file__).parent), *arguments]
    try:
        answer = subprocess.run(line, capture_output=True, text=True, timeout=10, check=False)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None if answer.returncode == 0 else None
