import pytest


@pytest.fixture(params=[".csv", ".tsv", ".jsonl", ".parquet"])
def extension(request):
    return request.param
