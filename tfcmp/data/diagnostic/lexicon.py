"""The words that decide a label, by polarity.

Kept short on purpose: every word has to be met often enough in 4,000 reviews, under every
phenomenon, for a small network to learn it. All adjectives go with "more", "less" and degree
adverbs, and none is contained in another one.
"""

LABELS = ("neg", "pos")

ADJECTIVES = {
    "neg": (
        "annoying",
        "awkward",
        "boring",
        "careless",
        "confusing",
        "disappointing",
        "exhausting",
        "forgettable",
        "irritating",
        "laboured",
        "lifeless",
        "monotonous",
        "pointless",
        "predictable",
        "pretentious",
        "repetitive",
        "ridiculous",
        "shallow",
        "tedious",
        "tiresome",
    ),
    "pos": (
        "absorbing",
        "beautiful",
        "captivating",
        "charming",
        "convincing",
        "delightful",
        "elegant",
        "engaging",
        "enjoyable",
        "entertaining",
        "exciting",
        "graceful",
        "gripping",
        "impressive",
        "inventive",
        "likeable",
        "memorable",
        "moving",
        "rewarding",
        "satisfying",
    ),
}

# (base form, past form): "did not enjoy", "enjoyed".
VERBS = {
    "neg": (
        ("despise", "despised"),
        ("detest", "detested"),
        ("dislike", "disliked"),
        ("hate", "hated"),
        ("loathe", "loathed"),
    ),
    "pos": (
        ("admire", "admired"),
        ("adore", "adored"),
        ("enjoy", "enjoyed"),
        ("love", "loved"),
        ("relish", "relished"),
    ),
}

# Each takes the article "a", before and after an adjective of degree.
NOUNS = {
    "neg": ("bore", "chore", "disaster", "failure", "letdown", "mess"),
    "pos": ("delight", "joy", "marvel", "pleasure", "treat", "triumph"),
}


def opposite(label: str) -> str:
    """The other one of the two labels."""
    return "pos" if label == "neg" else "neg"


def cue_words() -> dict[str, frozenset[str]]:
    """All forms of the deciding words, by label."""
    return {
        label: frozenset(ADJECTIVES[label])
        | frozenset(NOUNS[label])
        | frozenset(form for forms in VERBS[label] for form in forms)
        for label in LABELS
    }
