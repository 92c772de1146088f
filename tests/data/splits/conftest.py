import runpy
from pathlib import Path

import pytest

from tfcmp.data.corpus import Corpus

_corpora = runpy.run_path(str(Path(__file__).with_name("corpora.py")))
imdb_like = _corpora["imdb_like"]


@pytest.fixture(scope="session")
def imdb() -> Corpus:
    return imdb_like()
