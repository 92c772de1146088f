"""The page as a reader opens it: from the disk, in headless Chromium."""

import json
import os
import select
import shutil
import subprocess
import time

import pytest

from tfcmp.reporting.analysis.comparison import ReportOptions
from tfcmp.reporting.build import assemble
from tfcmp.reporting.load.inputs import gather
from tfcmp.reporting.write import write_report

HOSTILE = "<script>document.title = 'broken in'</script>"
NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 30
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--remote-debugging-pipe",
)


class Browser:
    """Chromium, spoken to in its own protocol (JSON, ended by a zero byte) over two pipes."""

    def __init__(self, program, profile):
        self.events, self.number, self.buffer = [], 0, b""
        read, self.commands = os.pipe()
        self.answers, write = os.pipe()

        def take_places():
            # Chromium reads commands from 3 and writes answers to 4.
            copies = os.dup(read), os.dup(write)
            for copy, place in zip(copies, (3, 4), strict=True):
                os.dup2(copy, place)
                os.set_inheritable(place, True)

        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}"],
            preexec_fn=take_places,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read)
        os.close(write)
        os.set_blocking(self.answers, False)
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        answer = self.wait(lambda one: one.get("id") == self.number)
        assert "error" not in answer, answer
        return answer["result"]

    def wait(self, is_wanted):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for one in self.read():
                self.events.append(one)
                if is_wanted(one):
                    return one
        raise TimeoutError("the browser did not answer")

    def read(self):
        try:
            block = os.read(self.answers, 1 << 20)
        except BlockingIOError:
            select.select([self.answers], [], [], 1)
            return []
        assert block, "the browser ended"
        *messages, self.buffer = (self.buffer + block).split(b"\0")
        return [json.loads(message) for message in messages]

    def open(self, address):
        self.call("Page.navigate", url=address)
        if not self.of("Page.loadEventFired"):
            self.wait(lambda one: one.get("method") == "Page.loadEventFired")

    def value(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def of(self, method):
        return [one["params"] for one in self.events if one.get("method") == method]

    def close(self):
        self.process.terminate()
        self.process.wait(SECONDS)
        os.close(self.commands)
        os.close(self.answers)


@pytest.fixture
def browser(tmp_path):
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(
            f"no browser: none of {', '.join(NAMES)} is installed (apt-get install chromium)"
        )
    opened = Browser(program, tmp_path / "profile")
    yield opened
    opened.close()


@pytest.fixture
def page(tmp_path, write_run):
    """A report in which class, model and reason are hostile."""
    classes = [HOSTILE, "pos"]
    paths = [write_run("gru", seed, classes=classes) for seed in (1, 2)]
    paths.append(write_run(f"preset:{HOSTILE}", 1, name="hostile", skill=0.6, classes=classes))
    failure = {"event": "failure", "reason": HOSTILE}
    paths.append(write_run("lstm", 1, classes=classes, lines=[failure], is_complete=False))
    return write_report(assemble(gather(paths), ReportOptions()), ReportOptions(), tmp_path / "out")


@pytest.mark.slow
def test_the_page_opens_from_disk_sorts_and_runs_nothing_of_others(browser, page):
    browser.open(page.as_uri())
    assert browser.value("document.title").startswith("Comparison of")
    assert HOSTILE in browser.value("document.body.innerText")
    assert browser.value("document.scripts.length") == 1
    column = """[...document.querySelectorAll('#accuracy table')[0].tBodies[0].rows]
        .map((row) => row.cells[2].dataset.value)"""
    click = "document.querySelectorAll('#accuracy thead button')[2].click()"
    browser.value(click)
    rising = [float(value) for value in browser.value(column)]
    assert rising == sorted(rising)
    assert len(set(rising)) > 2
    browser.value(click)
    assert [float(value) for value in browser.value(column)] == rising[::-1]
    requested = [one["request"]["url"] for one in browser.of("Network.requestWillBeSent")]
    assert requested == [page.as_uri()]
    assert browser.of("Log.entryAdded") == []
    assert browser.of("Runtime.consoleAPICalled") == []
    assert browser.of("Runtime.exceptionThrown") == []


@pytest.mark.slow
def test_a_script_that_slips_in_is_not_run(browser, page, tmp_path):
    spoiled = tmp_path / "spoiled.html"
    spoiled.write_text(page.read_text().replace("<h1>", f"{HOSTILE}<h1>", 1))
    browser.open(spoiled.as_uri())
    assert browser.value("document.title").startswith("Comparison of")
    assert "Content Security Policy" in browser.of("Log.entryAdded")[0]["entry"]["text"]
