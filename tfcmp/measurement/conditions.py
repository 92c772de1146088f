"""Conditions of a cell as words, so that what is found under others has another name."""

from collections.abc import Mapping
from typing import Any

# What decides the lengths of real texts; cells at a fixed length know none of it.
OF_REAL_TEXTS = ("data", "train_size", "max_length", "truncation")


def hardware(conditions: Mapping[str, Any]) -> str:
    """Threads, devices, and the parts of a step where there is more than one."""
    parts = [f"{conditions.get('threads')} threads"]
    parts.append(" and ".join(conditions.get("device_names") or ["unknown device"]))
    if (conditions.get("accumulate") or 1) > 1:
        parts.append(f"in {conditions['accumulate']} parts")
    return ", ".join(parts)


def texts_read(conditions: Mapping[str, Any]) -> str:
    """Which real texts, and how much of each; empty where ids are made up."""
    data, size, limit, truncation = (conditions.get(name) for name in OF_REAL_TEXTS)
    if data is None:
        return ""
    of = f"{size} texts of {data}" if size is not None else str(data)
    return f"{of}, {truncation} {limit}" if limit is not None else of
