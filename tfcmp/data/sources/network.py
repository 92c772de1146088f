"""Whether a host can be reached, answered within seconds; libraries take minutes."""

import threading
import urllib.error
import urllib.request
from collections.abc import Sequence

from tfcmp.errors import WorkError

DEADLINE_SECONDS = 5.0

# Answers of a proxy that blocks or cannot reach the host.
_PROXY_REFUSALS = frozenset({403, 407, 500, 502, 503, 504})


def require_network(host_url: str, what: str, ways_forward: Sequence[str]) -> None:
    """Returns when the host answers, and fails within five seconds when it does not.

    Any answer counts, even "not found". The proxy variables of the environment are honoured.

    Args:
        host_url: http(s) address of the host that the download will ask.
        what: what would be downloaded, as the message names it.
        ways_forward: what the user can do without a network, a phrase each.

    Raises:
        WorkError: the host did not answer; the message lists the ways forward.
    """
    reason = _why_unreachable(host_url)
    if reason is not None:
        ways = "".join(f"\n  - {way}" for way in ways_forward)
        raise WorkError(f"{what} has to be downloaded, but {host_url} {reason}. Instead:{ways}")


def _why_unreachable(host_url: str) -> str | None:
    answers: list[str | None] = []
    # In a thread because looking up a host name has no time limit; a daemon, so that the process
    # can end while that hangs.
    asking = threading.Thread(target=lambda: answers.append(_ask(host_url)), daemon=True)
    asking.start()
    asking.join(DEADLINE_SECONDS)
    if answers:
        return answers[0]
    return f"did not answer within {DEADLINE_SECONDS:g} s"


def _ask(host_url: str) -> str | None:
    """None when the host answers, else what went wrong."""
    request = urllib.request.Request(host_url, method="HEAD")
    # `urlopen` would keep the proxies of its first call.
    opener = urllib.request.build_opener()
    try:
        with opener.open(request, timeout=DEADLINE_SECONDS):
            return None
    except urllib.error.HTTPError as error:
        error.close()
        return f"answered {error.code}" if error.code in _PROXY_REFUSALS else None
    except (OSError, ValueError) as error:
        return f"cannot be reached ({getattr(error, 'reason', error)})"
