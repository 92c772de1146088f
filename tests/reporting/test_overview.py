from tfcmp.reporting.render.document import Claim
from tfcmp.reporting.sections.overview import MOST_DIFFERENCES, overview_section

DECISION = Claim("gru is the best.", "supported")
MISSION = Claim("Recurrent networks are slower.", "not measured")


def test_the_decision_comes_first_then_the_mission_then_what_is_resolved():
    differences = [Claim("a", "not resolved"), Claim("b", "supported"), Claim("c", "contradicted")]
    section = overview_section([DECISION], [MISSION], differences)
    assert [claim.sentence for claim in section.claims][2:] == ["b", "c"]
    assert section.claims[:2] == (DECISION, MISSION)
    assert section.notes == ("1 of 3 findings on accuracy are not resolved by these runs.",)


def test_a_long_list_is_cut_and_says_so():
    differences = [Claim(str(n), "supported") for n in range(MOST_DIFFERENCES + 3)]
    section = overview_section([], [], differences)
    assert len(section.claims) == MOST_DIFFERENCES
    assert "section Accuracy has all" in section.notes[0]
