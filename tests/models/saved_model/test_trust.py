import hashlib

import pytest

from tfcmp.errors import CallError
from tfcmp.models.saved_model.trust import fingerprint, require_trust, trusting_saved_models


def test_without_trust_the_refusal_names_source_checksum_and_ways():
    with pytest.raises(CallError) as refused:
        require_trust("owner/encoder", "ab12")
    for told in ("owner/encoder", "ab12", "--trust-saved-model", "tfcmp.load(run, trust=True)"):
        assert told in str(refused.value)


def test_inside_the_block_saved_models_run_and_behind_it_no_more():
    with trusting_saved_models():
        require_trust("owner/encoder", "ab12")
    with pytest.raises(CallError):
        require_trust("owner/encoder", "ab12")


def test_trust_ends_with_an_error_too():
    with pytest.raises(ZeroDivisionError), trusting_saved_models():
        raise ZeroDivisionError
    with pytest.raises(CallError):
        require_trust("owner/encoder", "ab12")


def test_no_trust_is_given_by_false():
    with trusting_saved_models(False), pytest.raises(CallError):
        require_trust("owner/encoder", "ab12")


def test_false_takes_no_trust_away():
    with trusting_saved_models(), trusting_saved_models(False):
        require_trust("owner/encoder", "ab12")


def test_the_fingerprint_is_that_of_the_program(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"program")
    assert fingerprint(tmp_path) == hashlib.sha256(b"program").hexdigest()
