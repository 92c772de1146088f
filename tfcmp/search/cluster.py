"""Whether this process searches alone, as chief, or as a worker: KerasTuner's own variables."""

import os
from typing import Literal

from tfcmp.errors import CallError

Role = Literal["alone", "chief", "worker"]

TUNER_ID = "KERASTUNER_TUNER_ID"
ORACLE_IP = "KERASTUNER_ORACLE_IP"
ORACLE_PORT = "KERASTUNER_ORACLE_PORT"
# The chief answers whoever asks, without a password.
LOOPBACK = "127.0.0.1"


def read_role() -> Role:
    """The role that the environment says; the chief listens on 127.0.0.1 unless told otherwise.

    Raises:
        CallError: some variables are set and others are missing.
    """
    name, port = os.environ.get(TUNER_ID), os.environ.get(ORACLE_PORT)
    if name is None and port is None and ORACLE_IP not in os.environ:
        return "alone"
    if not name or not port:
        missing = TUNER_ID if not name else ORACLE_PORT
        raise CallError(
            f"{missing} is not set: a search over several processes takes {TUNER_ID} (chief, or "
            f"any other name for a worker) and {ORACLE_PORT}"
        )
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 2**16:
        raise CallError(f"{ORACLE_PORT}={port}: expected a port from 1 to {2**16 - 1}")
    address = os.environ.setdefault(ORACLE_IP, LOOPBACK)
    # What a proxy for the web would do with it is nothing good.
    os.environ.setdefault("no_grpc_proxy", address)
    return "chief" if "chief" in name else "worker"
