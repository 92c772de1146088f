import pytest

from tfcmp.errors import WorkError
from tfcmp.study.agreement import require_agreement


@pytest.fixture
def agree(study, plan_of, write_study, write_result):
    """The function (what the second run was trained on) that compares both runs of a study."""

    def compare(**texts):
        plan = plan_of(write_study({"model": "gru"}))
        write_result(study, plan.runs[0])
        write_result(study, plan.runs[1], **texts)
        require_agreement(study, plan)

    return compare


def test_runs_on_the_same_texts_agree(agree):
    agree()


def test_runs_on_other_texts_do_not(agree):
    with pytest.raises(WorkError, match=r"gru-seed1: classes .*; gru-seed2: classes"):
        agree(texts="b")


def test_runs_with_other_classes_do_not(agree):
    with pytest.raises(WorkError, match=r'gru-seed2: classes .*"no", "yes"'):
        agree(classes=["no", "yes"])


def test_a_damaged_split_is_told(agree):
    with pytest.raises(WorkError, match=r"split\.json is damaged"):
        agree(split={"splits": {}})
