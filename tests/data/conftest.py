import pytest

from tfcmp.data.sources.record import Record, Source


class ListSource(Source):
    """Given records; counts how often they are read."""

    name = "list"

    def __init__(self, *records):
        self.listed, self.reads = records, 0

    def key(self, records=None):
        return repr(self.listed)

    def size(self):
        return len(self.listed)

    def records(self):
        self.reads += 1
        return iter(self.listed)


@pytest.fixture(scope="session")
def source_of():
    """The function records -> a source of them; a record may be the tuple of its fields."""
    return lambda *records: ListSource(*(Record(*record) for record in records))
