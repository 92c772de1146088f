"""What a run's numbers depend on beside its configuration: environment.json."""

import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tfcmp.runs.directory import RUN_FORMAT

PACKAGES = ("tfcmp", "tensorflow", "keras", "numpy", "tensorflow-datasets", "pyarrow")


def describe_environment(hardware: dict) -> dict:
    """Versions, hardware, commit, command and date."""
    return {
        "run_format": RUN_FORMAT,
        "versions": {"python": platform.python_version(), **package_versions()},
        "platform": platform.platform(),
        **hardware,
        "commit": commit_of_package(),
        "command": ["python", "-m", "tfcmp.fit", *sys.argv[1:]],
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


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
    """Commit of the checkout that tfcmp runs from, "-dirty" behind it if changed; None without."""
    folder = Path(__file__).parent
    try:
        described = subprocess.run(
            ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=40"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return None
    return described.stdout.strip() or None
