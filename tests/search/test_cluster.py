import os

import pytest

from tfcmp.errors import CallError
from tfcmp.search.cluster import LOOPBACK, ORACLE_IP, ORACLE_PORT, TUNER_ID, read_role

PROXY = "no_grpc_proxy"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """None of the variables is set, and none stays set."""
    for name in (TUNER_ID, ORACLE_PORT, ORACLE_IP, PROXY):
        # Set first: what `read_role` sets is then taken back too.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return monkeypatch


def test_a_process_without_the_variables_searches_alone():
    assert read_role() == "alone"


@pytest.mark.parametrize(
    ("name", "role"), [("chief", "chief"), ("worker1", "worker"), ("b", "worker")]
)
def test_the_role_comes_from_the_name_and_the_chief_stays_on_loopback(environment, name, role):
    environment.setenv(TUNER_ID, name)
    environment.setenv(ORACLE_PORT, "8000")
    assert read_role() == role
    assert (os.environ[ORACLE_IP], os.environ[PROXY]) == (LOOPBACK, LOOPBACK)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({TUNER_ID: "chief"}, f"{ORACLE_PORT} is not set"),
        ({ORACLE_PORT: "8000"}, f"{TUNER_ID} is not set"),
        ({ORACLE_IP: LOOPBACK}, f"{TUNER_ID} is not set"),
        ({TUNER_ID: "chief", ORACLE_PORT: "0"}, "expected a port from 1 to 65535"),
        ({TUNER_ID: "chief", ORACLE_PORT: "65536"}, "expected a port from 1 to 65535"),
        ({TUNER_ID: "chief", ORACLE_PORT: "http"}, "expected a port from 1 to 65535"),
    ],
)
def test_half_a_cluster_is_refused(environment, given, told):
    for name, value in given.items():
        environment.setenv(name, value)
    with pytest.raises(CallError, match=told):
        read_role()
