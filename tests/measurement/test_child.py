import json

import pytest

from tfcmp.config.writing import write_configuration
from tfcmp.errors import WorkError
from tfcmp.measurement import child
from tfcmp.runs.files import write_json


def test_a_cell_is_written_before_the_next_one_is_measured(
    tiny_configuration, tmp_path, monkeypatch
):
    def measure_arm(_order, configuration):
        assert configuration.model == "gru"
        yield "short", {"length": 8}
        raise WorkError("no room")

    monkeypatch.setattr(child, "measure_arm", measure_arm)
    write_configuration(tmp_path / "config.yaml", tiny_configuration())
    order, answer = tmp_path / "order.json", tmp_path / "answer.json"
    write_json(order, {"config": str(tmp_path / "config.yaml"), "trust": False})
    with pytest.raises(WorkError, match="no room"):
        child.main([str(order), str(answer)])
    assert json.loads(answer.read_text()) == {"short": {"length": 8}}
