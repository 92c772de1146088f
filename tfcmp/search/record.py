"""What is written down of a search while it runs: search.json and the tables, after each trial."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import write_json
from tfcmp.runs.layout import SEARCH
from tfcmp.search.cluster import Role
from tfcmp.search.outcome import Outcome, best_of, read_outcomes
from tfcmp.search.plan import Plan, read_search_file
from tfcmp.search.tables import alternatives_of, write_tables

STEPS = ("training", "validation")
PHASES = ("building", "first_step", *STEPS)


class Record:
    """Keeps the files of a search up to date.

    Args:
        search: its directory, search.json in it.
        plan: what it is.
        role: of this process; a worker writes nothing.
        session: facts of this session: when it started, its command, its first phases in seconds.
        elapsed: seconds since the session began.
    """

    def __init__(
        self,
        search: RunDirectory,
        plan: Plan,
        role: Role,
        session: dict[str, Any],
        elapsed: Callable[[], float],
    ) -> None:
        self._search = search
        self._plan = plan
        self._role = role
        self._session = session
        self._elapsed = elapsed
        self._known = read_search_file(search)
        self._earlier = self._known.get("sessions", [])

    def outcomes(self) -> list[Outcome]:
        """All trials that have ended."""
        return read_outcomes(self._search.path)

    def seconds_of_trials(self) -> float:
        """Seconds that all of them took together."""
        return sum(outcome.seconds for outcome in self.outcomes())

    def write(self, status: str = "interrupted") -> dict[str, Any]:
        """Writes the tables and search.json.

        Args:
            status: "interrupted" until the search is "complete": a kill leaves no time to say so.

        Returns:
            The content of search.json.
        """
        outcomes = self.outcomes()
        write_tables(
            self._search.path,
            outcomes,
            self._plan.configuration,
            self._plan.settings(),
            is_random=self._plan.tuner == "random",
            alternatives=alternatives_of(self._plan.space),
        )
        sessions = [*self._earlier, {**self._session, "seconds": round(self._elapsed(), 2)}]
        counts = {
            name.lower(): sum(outcome.status == name for outcome in outcomes)
            for name in ("COMPLETED", "FAILED", "INVALID")
        }
        best = best_of(outcomes)
        seconds = self._seconds(outcomes, sessions)
        content = {
            **self._known,
            "budget": asdict(self._plan.budget),
            "status": status,
            "trials": {"done": len(outcomes), **counts},
            "seconds": seconds,
            "share_in_steps": self._share_in_steps(seconds),
            "best": {"trial": best.trial, "score": best.score, "loss": best.loss} if best else None,
            "sessions": sessions,
        }
        write_json(self._search.file(SEARCH), content)
        return content

    def _seconds(self, outcomes: list[Outcome], sessions: list[dict]) -> dict[str, float]:
        """Where the time went: the whole, what came before the trials, and the trials by phase."""
        seconds = {
            "total": sum(session["seconds"] for session in sessions),
            "imports": sum(session["imports"] for session in sessions),
            "texts": sum(session["texts"] for session in sessions),
            "trials": sum(outcome.seconds for outcome in outcomes),
        }
        for phase in PHASES:
            seconds[phase] = sum(outcome.phases.get(phase, 0.0) for outcome in outcomes)
        if self._role == "alone":
            named = sum(value for name, value in seconds.items() if name not in ("total", "trials"))
            seconds["other"] = max(0.0, seconds["total"] - named)
        return {name: round(value, 2) for name, value in seconds.items()}

    def _share_in_steps(self, seconds: dict[str, float]) -> float | None:
        """Share of the whole time that went into training and evaluation steps.

        The first step of a model counts as overhead: it is mostly compilation. None for several
        processes, whose trials take place at the same time.
        """
        if self._role != "alone" or not seconds["total"]:
            return None
        return round(sum(seconds[phase] for phase in STEPS) / seconds["total"], 4)
