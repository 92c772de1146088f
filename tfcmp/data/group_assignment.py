"""Assigns whole groups to splits, as close to the requested shares as whole groups allow."""

import numpy as np

from tfcmp.errors import WorkError

# A class that a split lacks outweighs any deviation of sizes.
_MISSING = 1e9
# Starts of the search, each from another order of the groups: the fewer groups, the more starts.
_MOST_STARTS, _GROUPS_PER_START = 12, 600
# Numbers evaluated before the search for better shares ends, unless a split lacks a class.
_LARGEST_WORK = 3e8
# Up to this number of groups pairs are exchanged too; the number of pairs grows with its square.
_MOST_GROUPS_EXCHANGED = 80
_SECONDS_OF_PROOF = 20.0
_DIGITS = 6


def assign_groups(
    counts: np.ndarray,
    shares: np.ndarray,
    allowed: np.ndarray,
    start: np.ndarray,
    draw: np.random.Generator,
) -> np.ndarray:
    """(groups,) the split of every group, so that every split has every class.

    A local search from several starts, which moves single groups and exchanges pairs for as long as
    that helps, for a small chi-square distance (Pearson 1900) between the sizes of the splits and
    their classes and the requested ones.

    Args:
        counts: (groups, classes) texts.
        shares: (splits,) of all texts, sum 1.
        allowed: (groups, splits) where a group may go.
        start: (groups,) an assignment to begin with.
        draw: decides ties.

    Raises:
        WorkError: no assignment gives every split every class.
    """
    search = _Search(counts.astype(np.float64), shares, allowed)
    more = min(_MOST_STARTS, _GROUPS_PER_START // len(counts))
    starts = [start, *(search.begin(draw) for _ in range(more))]
    best = min((search.improve(one) for one in starts), key=search.cost)
    if search.cost(best) >= _MISSING:
        best = search.improve(_any_assignment(counts > 0, allowed))
    return best


class _Search:
    """Local search over assignments; sizes count as one more class."""

    def __init__(self, counts: np.ndarray, shares: np.ndarray, allowed: np.ndarray) -> None:
        self._counts = np.column_stack([counts, counts.sum(axis=1)])
        self._targets = shares[:, None] * self._counts.sum(axis=0)
        self._allowed = allowed

    def cost(self, places: np.ndarray) -> float:
        """Distance of an assignment, plus `_MISSING` for every class that a split lacks."""
        return float(self._cost(self._sums(places), np.arange(len(self._targets))).sum())

    def begin(self, draw: np.random.Generator) -> np.ndarray:
        """The largest groups first, each to where it helps most; random among equals."""
        order = draw.permutation(len(self._counts))
        order = order[np.argsort(-self._counts[order, -1], kind="stable")]
        splits = np.arange(len(self._targets))
        sums, places = np.zeros_like(self._targets), np.zeros(len(order), np.int64)
        for group in order:
            change = self._cost(sums + self._counts[group], splits) - self._cost(sums, splits)
            places[group] = np.where(self._allowed[group], change, np.inf).argmin()
            sums[places[group]] += self._counts[group]
        return places

    def improve(self, places: np.ndarray) -> np.ndarray:
        """Moves and exchanges groups for as long as one of these lowers the cost."""
        places = places.copy()
        steps = int(_LARGEST_WORK / (self._counts.size * len(self._targets)))
        while steps > 0 or self.cost(places) >= _MISSING:
            if not (self._move(places) or self._exchange(places)):
                break
            steps -= 1
        return places

    def _sums(self, places: np.ndarray) -> np.ndarray:
        sums: np.ndarray = np.zeros_like(self._targets)
        np.add.at(sums, places, self._counts)
        return sums

    def _cost(self, sums: np.ndarray, split: np.ndarray | int) -> np.ndarray:
        """Cost of splits that hold `sums` (..., classes + 1)."""
        targets = self._targets[split]
        distance: np.ndarray = (np.square(sums - targets) / np.maximum(targets, 1)).sum(axis=-1)
        missing: np.ndarray = (sums[..., :-1] == 0).sum(axis=-1)
        return distance + _MISSING * missing

    def _move(self, places: np.ndarray) -> bool:
        """Moves the one group that helps most; False where none helps."""
        sums, splits = self._sums(places), np.arange(len(self._targets))
        now = self._cost(sums, splits)
        gone = self._cost(sums[places] - self._counts, places) - now[places]
        changes = np.stack(
            [
                gone + self._cost(sums[one] + self._counts, one) - now[one]
                for one in range(len(splits))
            ],
            axis=1,
        )
        changes[~self._allowed | (places[:, None] == splits)] = np.inf
        # Rounded: the last digits of a sum differ between machines, but the split must not.
        changes = np.round(changes, _DIGITS)
        group, split = np.unravel_index(changes.argmin(), changes.shape)
        if changes[group, split] >= 0:
            return False
        places[group] = split
        return True

    def _exchange(self, places: np.ndarray) -> bool:
        """Exchanges the two groups that help most; False where none do, or with too many groups."""
        if len(places) > _MOST_GROUPS_EXCHANGED:
            return False
        sums, best = self._sums(places), (0.0, 0, 0)
        for one in range(len(self._targets)):
            for other in range(one):
                firsts = np.flatnonzero((places == one) & self._allowed[:, other])
                seconds = np.flatnonzero((places == other) & self._allowed[:, one])
                if not len(firsts) or not len(seconds):
                    continue
                brought = self._counts[seconds][None] - self._counts[firsts][:, None]
                change = self._cost(sums[one] + brought, one) - self._cost(sums[one], one)
                change += self._cost(sums[other] - brought, other) - self._cost(sums[other], other)
                change = np.round(change, _DIGITS)
                first, second = np.unravel_index(change.argmin(), change.shape)
                found = (float(change[first, second]), int(firsts[first]), int(seconds[second]))
                best = min(best, found)
        change_of_best, first, second = best
        if change_of_best >= 0:
            return False
        places[[first, second]] = places[[second, first]]
        return True


def _any_assignment(holds: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """An assignment that gives every split every class, by integer programming.

    `holds` (groups, classes) tells which classes a group has; WorkError where there is none.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, eye_array, kron

    groups, splits = allowed.shape
    # Variables group by group, splits within; one split for a group, every class in every split.
    one_split = kron(eye_array(groups), np.ones((1, splits)))
    every_class = kron(csr_array(holds.T.astype(np.float64)), eye_array(splits))
    found = milp(
        np.zeros(groups * splits),
        constraints=[LinearConstraint(one_split, 1, 1), LinearConstraint(every_class, 1)],
        integrality=np.ones(groups * splits),
        bounds=Bounds(0, allowed.ravel().astype(np.float64)),
        options={"time_limit": _SECONDS_OF_PROOF},
    )
    if found.x is None:
        verb = "exists" if found.status == 2 else "was found"
        raise WorkError(
            f"no assignment {verb} of the {groups} groups to {splits} splits that gives every split "
            f"all {holds.shape[1]} classes, and groups are kept whole: expected classes spread "
            "over more groups; give texts of further groups, or declare the splits (--data."
            "split_column)"
        )
    assigned: np.ndarray = found.x.reshape(groups, splits).argmax(axis=1)
    return assigned
