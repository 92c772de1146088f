from tfcmp.data.listing import nearest_name


def test_the_nearest_name_is_found_whatever_its_case():
    assert nearest_name("lable", ["Text", "Label"]) == "Label"


def test_a_name_that_is_like_no_other_has_no_nearest():
    assert nearest_name("text", ["stars", "1"]) is None
