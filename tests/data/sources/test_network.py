import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tfcmp.data.sources import network
from tfcmp.errors import WorkError

WAYS = ("bring a file", "use the embedded texts")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def answering_host():
    """Starts a server on this machine that answers every request with one status.

    What it was asked for stands in `asked`.
    """
    servers = []

    def start(status):
        class Answer(BaseHTTPRequestHandler):
            def do_HEAD(self):
                start.asked.append(self.path)
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = HTTPServer(("127.0.0.1", 0), Answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    start.asked = []
    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("status", [200, 404, 405])
def test_any_answer_of_the_host_will_do(answering_host, status):
    network.require_network(answering_host(status), "the data", WAYS)
    assert answering_host.asked


@pytest.mark.parametrize("status", [403, 407, 502, 504])
def test_a_proxys_refusal_is_no_answer(answering_host, status):
    with pytest.raises(WorkError, match=f"answered {status}"):
        network.require_network(answering_host(status), "the data", WAYS)


def test_proxy_variables_are_honoured(answering_host, monkeypatch):
    monkeypatch.setenv("http_proxy", answering_host(200))
    network.require_network("http://nowhere.invalid", "the data", WAYS)
    assert [path.rstrip("/") for path in answering_host.asked] == ["http://nowhere.invalid"]


def test_a_refused_connection_names_what_was_wanted_and_the_ways_forward():
    with pytest.raises(WorkError) as failure:
        network.require_network("http://127.0.0.1:9", "the data", WAYS)
    for part in ("the data", "http://127.0.0.1:9", *WAYS):
        assert part in str(failure.value)


def test_a_host_that_hangs_is_given_up_at_the_deadline(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(network, "DEADLINE_SECONDS", 0.05)
    monkeypatch.setattr(network, "_ask", lambda _: release.wait(10))
    start = time.monotonic()
    with pytest.raises(WorkError, match=r"did not answer within 0\.05 s"):
        network.require_network("http://slow.invalid", "the data", WAYS)
    release.set()
    assert time.monotonic() - start < 2
