import pytest

from tfcmp.errors import CallError
from tfcmp.runs.worker import worker_run


def test_a_helper_leaves_nothing_behind(tmp_path):
    with worker_run(tmp_path / "run", is_resumed=False) as run:
        assert run.known_as == tmp_path / "run"
        run.append_metrics({"event": "segment"})
    assert not run.path.exists()
    assert not (tmp_path / "run").exists()


def test_a_helper_goes_on_from_a_copy(tmp_path):
    (tmp_path / "config.yaml").write_text("model: gru")
    (tmp_path / "checkpoint").mkdir()
    (tmp_path / "checkpoint" / "state.safetensors").write_bytes(b"state")
    with worker_run(tmp_path, is_resumed=True) as run:
        run.file("config.yaml").write_text("changed")
        assert (run.file("checkpoint") / "state.safetensors").read_bytes() == b"state"
    assert (tmp_path / "config.yaml").read_text() == "model: gru"


def test_a_run_that_this_machine_does_not_see_cannot_be_gone_on_with(tmp_path):
    helping = worker_run(tmp_path / "missing", is_resumed=True)
    with pytest.raises(CallError, match="workers share the folder of the run"), helping:
        pass
