"""What is published in docs/results: computed again where its runs were published with it."""

from pathlib import Path

import pytest

from tfcmp import verify
from tfcmp.verification.findings import differences
from tfcmp.verification.studies import verify_publication

ROOT = Path(__file__).parents[2]
PUBLISHED = sorted(file.parent for file in (ROOT / "docs" / "results").glob("*/published.json"))
MOST_BYTES = 60_000_000


@pytest.mark.parametrize("folder", PUBLISHED, ids=lambda folder: folder.name)
def test_the_files_are_those_that_were_published(folder):
    assert differences(verify_publication(folder)) == []


@pytest.mark.parametrize("folder", PUBLISHED, ids=lambda folder: folder.name)
def test_what_is_published_stays_small(folder):
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < MOST_BYTES


@pytest.mark.slow
@pytest.mark.parametrize("folder", PUBLISHED, ids=lambda folder: folder.name)
def test_every_number_of_a_publication_is_computed_again(folder, capsys):
    if not (folder / "runs").is_dir():
        pytest.skip(f"{folder.name} was published without its runs: nothing to compute it from")
    verify.main([str(folder)])
    assert "agree" in capsys.readouterr().out
