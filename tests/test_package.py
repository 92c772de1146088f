import subprocess
import sys

import tfcmp


def run(program):
    command = [sys.executable, "-W", "ignore", "-c", program]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split()


def test_importing_the_package_loads_no_heavy_library():
    heavy = "{'tensorflow', 'keras', 'numpy', 'pandas', 'pyarrow'}"
    assert run(f"import sys, tfcmp; print(*{heavy} & set(sys.modules))") == []


def test_the_package_has_a_version():
    assert tfcmp.__version__.count(".") == 2
