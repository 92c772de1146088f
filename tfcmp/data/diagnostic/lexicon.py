"""All words of the diagnostic corpus: those that decide a label, and what fills the other slots.

The deciding words are few on purpose: every word has to be met often enough in 4,000 reviews, under
every phenomenon, for a small network to learn it. All adjectives go with "more", "less" and degree
adverbs, and none is contained in another one.
"""

from collections.abc import Mapping, Sequence

LABELS = ("neg", "pos")

ADJECTIVES = {
    "neg": (
        "annoying", "awkward", "boring", "careless", "confusing", "disappointing", "exhausting",
        "forgettable", "irritating", "laboured", "lifeless", "monotonous", "pointless",
        "predictable", "pretentious", "repetitive", "ridiculous", "shallow", "tedious", "tiresome",
    ),
    "pos": (
        "absorbing", "beautiful", "captivating", "charming", "convincing", "delightful", "elegant",
        "engaging", "enjoyable", "entertaining", "exciting", "graceful", "gripping", "impressive",
        "inventive", "likeable", "memorable", "moving", "rewarding", "satisfying",
    ),
}  # fmt: skip

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


NAMES = (
    "Ada", "Bruno", "Clara", "Daniel", "Edith", "Felix", "Greta", "Hugo", "Irene", "Jonas",
    "Klara", "Lewis", "Marta", "Nils", "Olga", "Peter", "Ruth", "Samuel", "Tilda", "Vera",
    "Walter", "Yasmin",
)  # fmt: skip
TOWNS = (
    "Ashford", "Bremen", "Calder", "Dunmore", "Ely", "Fairhaven", "Galway", "Hull", "Ipswich",
    "Juneau", "Kiruna", "Lisbon", "Malmo", "Narvik", "Oban", "Porto", "Quebec", "Riga", "Salford",
    "Trieste", "Utrecht", "Vilnius", "Whitby", "York",
)  # fmt: skip
# People, places and things that say nothing about a film.
FILLERS = {
    "town": TOWNS,
    "relative": ("aunt", "brother", "cousin", "godfather", "nephew", "niece", "sister", "uncle"),
    "job": (
        "baker", "bus driver", "carpenter", "clerk", "dentist", "gardener", "locksmith",
        "mapmaker", "nurse", "piano tuner", "postman", "schoolteacher", "surveyor", "tailor",
        "translator", "watchmaker",
    ),
    "thing": (
        "blue suitcase", "box of photographs", "brass key", "camera", "clock", "folded map",
        "green umbrella", "letter", "notebook", "parcel", "pocket watch", "postcard", "radio",
        "ring of keys", "sewing machine", "stamp album", "telescope", "train ticket", "typewriter",
        "violin case",
    ),
    "room": (
        "attic", "basement", "boathouse", "corridor", "garage", "garden shed", "hallway",
        "kitchen", "library", "waiting room", "workshop", "back office",
    ),
    "building": (
        "bakery", "bank", "church", "customs house", "factory", "hospital", "hotel", "museum",
        "police station", "post office", "railway station", "school", "theatre", "town hall",
    ),
    "vehicle": (
        "bicycle", "bus", "delivery van", "ferry", "fishing boat", "lorry", "motorbike",
        "night train", "rowing boat", "taxi", "tram", "tractor",
    ),
    "season": ("spring", "summer", "autumn", "winter"),
    "month": ("January", "March", "April", "May", "June", "August", "September", "November"),
    "weekday": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "time": (
        "before breakfast", "after lunch", "at noon", "at dawn", "at midnight", "in the afternoon",
        "late at night", "the next morning", "a week later", "two days later", "the same evening",
        "a month later", "the next day", "before sunrise",
    ),
    "count": (
        "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "fourteen", "sixteen", "twenty",
    ),
    "minutes": tuple(str(minutes) for minutes in range(84, 144, 3)),
    "year": tuple(str(year) for year in range(1911, 1988, 4)),
    "food": (
        "apple pie", "bread and cheese", "cabbage soup", "fried eggs", "noodles", "onion soup",
        "pancakes", "plum cake", "porridge", "potato salad", "rice", "roast chicken",
    ),
    "weather": ("drizzle", "fog", "hail", "mist", "rain", "sleet", "snow"),
    "occasion": (
        "on a rented disc", "at a matinee", "at a small festival", "on the night bus", "at home",
        "with two colleagues", "on an aeroplane", "in a village hall", "at the local film club",
        "on television", "in an open-air cinema", "during a long train ride",
        "at an evening screening", "with my cousin",
    ),
}  # fmt: skip
# What stands in the deciding sentences next to the deciding words.
CIRCUMSTANCES = {
    "part": (
        "acting", "camerawork", "chase", "dialogue", "direction", "editing", "ending",
        "final scene", "first half", "framing story", "last act", "lead performance", "love story",
        "music", "opening", "plot", "screenplay", "script", "second half", "set design",
        "sound design", "staging", "voice-over", "wedding scene",
    ),
    # Parts that can be counted: "a script", whereas "an acting" is no English.
    "scene": (
        "chase", "ending", "final scene", "first half", "framing story", "last act",
        "lead performance", "love story", "opening", "plot", "screenplay", "script",
        "second half", "soundtrack", "voice-over", "wedding scene",
    ),
    "parts": (
        "action scenes", "conversations", "costumes", "crowd scenes", "dance numbers",
        "dream scenes", "flashbacks", "interiors", "landscapes", "night scenes", "performances",
        "side characters", "songs", "street scenes",
    ),
    "whole": ("feature", "film", "movie", "picture", "production"),
    "moment": (
        "after half an hour", "all the way through", "by the end", "during the second hour",
        "even on a small screen", "from the first shot", "from the front row",
        "from start to finish", "halfway through", "minute after minute", "on a second viewing",
        "on the first evening", "over two evenings", "scene after scene",
    ),
    "viewer": (
        "a colleague", "a student beside me", "half of my row", "most reviewers", "my brother",
        "my neighbour", "my old teacher", "my parents", "my sister", "some friends", "the critics",
        "the local paper", "the man at the ticket desk", "the newspapers", "the radio host",
        "the whole jury",
    ),
    "rival": (
        "the audiobook", "the book", "the cartoon", "the comic", "the earlier film",
        "the first part", "the first version", "the novel", "the original", "the play",
        "the radio version", "the remake", "the sequel", "the silent version", "the stage version",
        "the television series",
    ),
    "promise": (
        "the blurb", "the interview", "the leaflet", "the newspaper", "the poster", "the preview",
        "the programme", "the summary", "the title", "the trailer",
    ),
    "strongly": (
        "deeply", "enormously", "exceptionally", "extremely", "incredibly", "intensely",
        "overwhelmingly", "thoroughly", "tremendously", "utterly",
    ),
    "weakly": (
        "a bit", "a little", "a touch", "faintly", "marginally", "mildly", "slightly", "somewhat",
    ),
    # Negations of something else: they change nothing about the sentence they stand in.
    "idle": (
        "I did not know the director", "I did not see the first part", "I do not live in the city",
        "I had never been to that cinema", "I had not read the book", "I had not slept much",
        "I never read the programme", "my brother could not come", "nobody sat in front of me",
        "nothing else was on", "the cinema was not full", "the heating was not on",
        "there was no interval", "there was no queue", "we did not buy popcorn",
        "we had not booked seats",
    ),
}  # fmt: skip


def _vocabulary(label: str) -> Mapping[str, Sequence[str]]:
    values: dict[str, Sequence[str]] = {**FILLERS, **CIRCUMSTANCES}
    for side, polarity in (("same", label), ("other", opposite(label))):
        values[f"{side}.adjective"] = ADJECTIVES[polarity]
        values[f"{side}.noun"] = NOUNS[polarity]
        values[f"{side}.base"] = tuple(base for base, _ in VERBS[polarity])
        values[f"{side}.verb"] = tuple(past for _, past in VERBS[polarity])
    return values


VOCABULARY = {label: _vocabulary(label) for label in LABELS}
