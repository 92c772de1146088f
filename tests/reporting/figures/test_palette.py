from tfcmp.reporting.figures.palette import style_of, styles_of, variants_of


def test_members_of_a_family_differ_and_families_have_hues_of_their_own():
    families = {"gru": "recurrent", "lstm": "recurrent", "minilm": "pretrained", "bag": "linear"}
    styles = styles_of(families)
    assert len({style.colour for style in styles.values()}) == 4
    assert styles["gru"].marker != styles["lstm"].marker
    assert styles == styles_of(families)


def test_a_label_without_style_gets_one_by_its_number():
    styles = styles_of({"gru": "recurrent"})
    assert style_of(styles, "gru", 5) == styles["gru"]
    assert style_of(styles, "other", 0) == style_of(None, "other", 0)


def test_variants_of_a_label_are_counted():
    assert variants_of(["gru: keras", "gru: onnx", "lstm: keras"]) == {
        "gru: keras": 0,
        "gru: onnx": 1,
        "lstm: keras": 0,
    }
