import json

import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.measurement.processes import _error, cluster_variables


def test_workers_know_each_other_and_their_own_place():
    found = [json.loads(variables["TF_CONFIG"]) for variables in cluster_variables(2)]
    assert [one["task"]["index"] for one in found] == [0, 1]
    addresses = found[0]["cluster"]["worker"]
    assert found[1]["cluster"]["worker"] == addresses
    assert len(set(addresses)) == 2
    assert all(address.startswith("127.0.0.1:") for address in addresses)


@pytest.mark.parametrize(
    ("code", "told", "kind", "message"),
    [
        (2, "error: --x: wrong\n", CallError, "^--x: wrong$"),
        (1, "noise\nerror: no room\n", WorkError, "^no room$"),
        (-9, "", WorkError, "ended by signal 9.*smaller batch"),
        (1, "Traceback\nValueError: a defect", RuntimeError, "a defect"),
    ],
)
def test_the_error_of_a_process_is_told_as_ours(code, told, kind, message):
    with pytest.raises(kind, match=message):
        raise _error(code, told)
