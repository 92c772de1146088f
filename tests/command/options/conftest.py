from dataclasses import replace

import pytest

from tfcmp.models import catalogue
from tfcmp.models.catalogue import find_model


@pytest.fixture
def file(tmp_path):
    """Writes settings into a file and gives its path."""

    def write(content):
        path = tmp_path / "settings.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def record_with_a_default(monkeypatch):
    record = replace(find_model("gru"), defaults={"training.epochs": 7, "training.batch_size": 9})
    monkeypatch.setattr(catalogue, "CATALOGUE", (record,))
