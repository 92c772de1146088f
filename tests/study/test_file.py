import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfcmp.errors import CallError
from tfcmp.study.file import Study, flat_settings, read_study


@pytest.fixture
def read(tmp_path):
    """The function text -> the study of a file with that text."""

    def study_of(text):
        file = tmp_path / "study.yaml"
        file.write_text(text)
        return read_study(file)

    return study_of


def test_an_entry_needs_no_more_than_a_model(read):
    (entry,) = read("entries: [{model: gru}]").entries
    assert (entry.label, entry.model, entry.seeds, entry.settings) == ("gru", "gru", (1,), {})


def test_settings_of_all_come_under_those_of_an_entry(read):
    (entry,) = read(
        "settings: {data.source: imdb, training: {epochs: 3}}\n"
        "entries: [{model: gru, settings: {training.epochs: 5, threads: 1}}]"
    ).entries
    assert entry.settings == {"data.source": "imdb", "training.epochs": 5, "threads": 1}


def test_an_entry_may_have_seeds_of_its_own(read):
    study = read("seeds: [1, 2]\nentries: [{model: gru}, {model: lstm, seeds: [3]}]")
    assert [entry.seeds for entry in study.entries] == [(1, 2), (3,)]


def test_the_label_of_a_model_named_by_its_place_is_a_folder_name(read):
    (entry,) = read("entries: [{model: 'preset:/some/where'}]").entries
    assert entry.label == "preset-some-where"


def test_numbers_without_a_point_are_numbers(read):
    (entry,) = read("entries: [{model: gru, settings: {training.learning_rate: 3e-4}}]").entries
    assert entry.settings == {"training.learning_rate": 3e-4}


def test_options_of_the_report_are_read(read):
    study = read(
        "entries: [{model: gru}]\nreport: {require: ['parameters<=5'], prefer: nll, margin: 1, then: ece}"
    )
    assert (study.requirements, study.preference, study.margin) == (("parameters<=5",), "nll", 1.0)
    assert study.then == "ece"


@pytest.mark.parametrize(
    ("search", "budget"),
    [
        ("{trials: 3}", "3 trials"),
        ("{seconds: 60.5}", "60.5 seconds"),
        ("{trials: 3, seconds: 60}", "3 trials or 60 seconds"),
        ("{tuner: grid}", "every cell of its grid"),
    ],
)
def test_a_budget_is_stated(read, search, budget):
    (entry,) = read(f"entries: [{{model: gru, search: {search}}}]").entries
    assert entry.search.budget() == budget


UNEQUAL = "entries: [{model: gru, search: {trials: 3}}, {model: lstm, search: {trials: 4}}]"


def test_unequal_budgets_are_refused(read):
    with pytest.raises(CallError, match=r"unequal budget \(gru 3 trials, lstm 4 trials\)"):
        read(UNEQUAL)


def test_unequal_budgets_are_taken_where_the_file_says_so(read):
    assert isinstance(read(f"{UNEQUAL}\nunequal_budgets: true"), Study)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- 1", "expected names and values"),
        ("a: [", "expected YAML"),
        ("entries: []", "entries: expected a list of models"),
        ("entries: [gru]", r"entry 1: expected names and values \(name: value\), got 'gru'"),
        ("entries: [{label: x}]", "entry 1: model: expected a name, got None"),
        ("entry: [{model: gru}]", "unknown name 'entry'; expected seeds, settings, entries"),
        ("entries: [{model: gru, epochs: 3}]", "entry 1: unknown name 'epochs'"),
        ("entries: [{model: gru, label: a/b}]", "label: expected a name of letters"),
        ("entries: [{model: gru}, {model: gru}]", "the label gru comes twice"),
        ("entries: [{model: gru}, {model: lstm, label: GRU}]", "the label gru comes twice"),
        ("entries: [{model: gru}]\nentries: [{model: lstm}]", "line 2: entries comes twice"),
        ("seeds: [1, 1]\nentries: [{model: gru}]", "seeds: expected different numbers"),
        ("seeds: [-1]\nentries: [{model: gru}]", "seeds: expected different numbers"),
        ("seeds: [true]\nentries: [{model: gru}]", "seeds: expected different numbers"),
        ("seeds: 3\nentries: [{model: gru}]", "seeds: expected a list, got 3"),
        ("entries: [{model: gru, seeds: []}]", r"\(gru\): expected seeds or a search"),
        ("entries: [{model: gru, settings: {seed: 3}}]", "seed is no setting of a study"),
        (
            "entries: [{model: gru, settings: {data.source: a, data: {source: b}}}]",
            "data.source is set twice",
        ),
        ("entries: [{model: gru, search: {}}]", "search: expected a budget"),
        ("entries: [{model: gru, search: {trials: 0}}]", "trials: expected a number from 1, got 0"),
        (
            "entries: [{model: gru, search: {trials: 1, seed: null}}]",
            "seed: expected a number from 0, got None",
        ),
        ("entries: [{model: gru, search: {seconds: -1}}]", "seconds: expected a number above 0"),
        ("entries: [{model: gru, search: {tuner: luck}}]", "tuner: expected one of random"),
        ("entries: [{model: gru}]\nunequal_budgets: 1", "expected true or false, got 1"),
        ("entries: [{model: gru}]\nreport: {prefers: nll}", "report: unknown name 'prefers'"),
    ],
)
def test_a_mistake_is_told_with_the_file_and_the_place(read, text, message):
    with pytest.raises(CallError, match=rf"study\.yaml.*{message}"):
        read(text)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(CallError, match=r"none\.yaml: no such file"):
        read_study(tmp_path / "none.yaml")


VALUES = st.none() | st.integers() | st.text(max_size=3)
SHAPES = st.recursive(
    VALUES, lambda one: st.lists(one) | st.dictionaries(st.text(max_size=3), one), max_leaves=4
)


@settings(max_examples=50)
@given(SHAPES)
def test_settings_of_any_shape_are_taken_or_refused(content):
    told = ""
    try:
        flat_settings(content, "here")
    except CallError as error:
        told = str(error)
    assert told.startswith("here") or not told


@given(st.dictionaries(st.sampled_from(["epochs", "units", "layers"]), st.integers()))
def test_groups_and_dotted_names_say_the_same(values):
    dotted = {f"training.{name}": value for name, value in values.items()}
    assert flat_settings({"training": values}, "here") == flat_settings(dotted, "here") == dotted
