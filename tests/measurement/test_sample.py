import pyarrow.parquet

from tfcmp.measurement.sample import sample_examples


def test_the_sample_is_of_the_test_split_and_the_same_every_time(
    finished_run, tiny_configuration, shared_cache
):
    found = sample_examples(tiny_configuration(), shared_cache, 50)
    assert found == sample_examples(tiny_configuration(), shared_cache, 50)
    table = pyarrow.parquet.read_table(finished_run / "predictions.parquet").to_pandas()
    labels = table[table["split"] == "test"].set_index("id")["label"]
    assert len({example.identity for example in found}) == 50
    assert all(labels[example.identity] == example.label for example in found)
