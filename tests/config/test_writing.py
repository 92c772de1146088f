from dataclasses import replace

import pytest
import yaml

from tfcmp.config.writing import write_configuration
from tfcmp.models.catalogue import default_configuration, find_model


@pytest.fixture
def configuration():
    return default_configuration(find_model("gru"))


def test_every_setting_is_written_in_the_order_of_the_fields(tmp_path, configuration):
    write_configuration(tmp_path / "config.yaml", configuration)
    written = yaml.safe_load((tmp_path / "config.yaml").read_text())
    assert list(written)[:3] == ["model", "architecture", "seed"]
    assert list(written["training"])[:2] == ["optimizer", "learning_rate"]
    assert written["training"]["clip_norm"] == 1.0
    assert written["threads"] is None


def test_letters_beyond_ascii_stay_readable(tmp_path, configuration):
    data = replace(configuration.data, source="критика.csv")
    write_configuration(tmp_path / "config.yaml", replace(configuration, data=data))
    assert "source: критика.csv" in (tmp_path / "config.yaml").read_text(encoding="utf-8")
