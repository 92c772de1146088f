from argparse import Namespace
from dataclasses import replace

import pytest

from tfcmp.command.inputs import cache_folder, require_inputs
from tfcmp.config.fields import DataSettings
from tfcmp.errors import CallError


def test_the_folder_of_the_cache_is_made_below_the_home_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder(Namespace(cache="~/a/cache")) == tmp_path / "a" / "cache"
    assert (tmp_path / "a" / "cache").is_dir()


def test_a_file_in_the_way_of_the_cache_is_told(tmp_path):
    (tmp_path / "cache").write_text("")
    with pytest.raises(CallError, match="change --cache"):
        cache_folder(Namespace(cache=str(tmp_path / "cache")))


def test_missing_texts_are_told_before_anything_is_computed(tiny_configuration, tmp_path):
    missing = DataSettings(source=str(tmp_path / "missing.csv"))
    configuration = replace(tiny_configuration(), data=missing)
    with pytest.raises(CallError, match=r"missing\.csv"):
        require_inputs(configuration, tmp_path, trust=False)
