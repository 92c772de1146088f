from tfcmp.reporting.analysis.hypotheses import hypotheses
from tfcmp.reporting.render.document import Claim, Section
from tfcmp.reporting.sections.claims import MOST_DIFFERENCES, claims_section, overview_section

DECISION = Claim("gru is the best.", "supported")
HYPOTHESIS = Claim("Recurrent networks are slower.", "not measured")


def test_the_decision_comes_first_then_the_hypotheses_then_what_is_resolved():
    differences = [Claim("a", "not resolved"), Claim("b", "supported"), Claim("c", "contradicted")]
    section = overview_section([DECISION], [HYPOTHESIS], differences)
    assert [claim.sentence for claim in section.claims][2:] == ["b", "c"]
    assert section.claims[:2] == (DECISION, HYPOTHESIS)
    assert section.notes == ("1 of 3 findings on accuracy are not resolved by these runs.",)


def test_a_long_list_is_cut_and_says_so():
    differences = [Claim(str(n), "supported") for n in range(MOST_DIFFERENCES + 3)]
    section = overview_section([], [], differences)
    assert len(section.claims) == MOST_DIFFERENCES
    assert "section Accuracy has all" in section.notes[0]


def test_every_claim_of_every_section_is_listed_once(write_run, compare):
    found = hypotheses(compare([write_run()]))
    own = Claim("Water is wet.", "supported", "pairs", 1.0)
    section = Section("x", "X", claims=(found[0], own))
    (table,) = claims_section(found, [section], 0.005).tables
    assert [row[0] for row in table.rows] == [1, 2, 3, 4]
    assert table.rows[-1][1:4] == ("Water is wet.", "supported", 1.0)
