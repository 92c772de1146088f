"""Words and sentences of the behaviour tests: fillers of slots, and templates around the statements.

A test asks what a model makes of a construction, not whether it knows a rare word. So the deciding
words are few and frequent. `LABELS` are the package's names for the two sides, whatever a run calls
its classes.
"""

from collections.abc import Mapping

from tfcmp.data.diagnostic.grammar import Template, parse

LABELS = ("neg", "pos")

# Clear by themselves, under "The {part} is ..." and "... {film}".
ADJECTIVES = {
    "pos": (
        "amazing", "beautiful", "brilliant", "excellent", "fantastic", "great", "outstanding",
        "superb", "terrific", "wonderful",
    ),
    "neg": (
        "awful", "bad", "boring", "disappointing", "dreadful", "dull", "horrible", "poor",
        "terrible", "weak",
    ),
}  # fmt: skip
# They go with "very", and their negation says the contrary under every {part}: "not perfect" is no
# complaint, "not silly" no praise, and music need not be funny.
GRADABLE = {
    "pos": ("convincing", "enjoyable", "entertaining", "exciting", "good", "impressive",
            "interesting"),
    "neg": ("bad", "boring", "disappointing", "dull", "weak"),
}  # fmt: skip
EXTREME_BAD = ("awful", "bad", "boring", "dull", "horrible", "terrible")
VERBS = {
    "pos": ("enjoyed", "liked", "loved", "really enjoyed", "really liked"),
    "neg": ("couldn't stand", "disliked", "hated", "really disliked", "really hated"),
}
# "There is nobody who did not dislike it" is more than a reader can follow.
BASE_VERBS = {"pos": ("enjoy", "like", "love"), "neg": ("hate",)}

FIRST_NAMES = (
    "Ahmed", "Aisha", "Anna", "Carlos", "Chen", "David", "Elena", "Emma", "Fatima", "Hannah",
    "Ivan", "Jamal", "Karen", "Kenji", "Kwame", "Lakshmi", "Lars", "Maria", "Mei", "Michael",
    "Mohammed", "Olga", "Peter", "Priya", "Rachel", "Sarah", "Thomas", "Yuki",
)  # fmt: skip
LAST_NAMES = (
    "Anderson", "Cohen", "Davis", "Eriksen", "Fischer", "Garcia", "Haddad", "Hernandez", "Ivanov",
    "Johnson", "Khan", "Kim", "Kowalski", "Larsen", "Miller", "Murphy", "Nguyen", "Okafor",
    "Patel", "Rossi", "Silva", "Suzuki", "Tanaka", "Washington",
)  # fmt: skip

FILLERS = {
    "name": tuple(f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES),
    "film": ("film", "movie"),
    "part": (
        "acting", "camera work", "cast", "dialogue", "direction", "ending", "lead performance",
        "music", "plot", "script", "second half", "story",
    ),
    "parts": ("characters", "main actors", "performances", "scenes"),
    "scene": ("ending", "first half", "opening", "plot", "script", "soundtrack", "story"),
    "rival": (
        "the book", "the first film", "the novel", "the original", "the play", "the remake",
        "the second part", "the sequel", "the TV series",
    ),
    "when": ("all summer", "all year", "in a long time", "in months", "in years", "since the spring"),
    "person": ("anyone", "my family", "my friends", "my parents", "my worst enemy"),
    "friendly": ("anyone", "everyone", "my family", "my friends", "my parents"),
    "others": ("my brother", "my friends", "my wife", "other viewers", "some people", "the critics"),
    "strongly": ("extremely", "incredibly", "really", "so", "truly", "very"),
    "few": ("five", "ten", "fifteen", "twenty", "thirty"),
    "hours": ("two", "three", "almost two", "almost three"),
    "topic": (
        "a haunted house", "a lost dog", "a rock band", "a school for magic", "a time machine",
        "aliens", "high school students", "mermaids", "pirates", "robots", "talking animals",
        "two cops", "vampires", "zombies",
    ),
    "genre": ("a comedy", "a drama", "a horror film", "a love story", "a musical", "a thriller"),
    "chore": (
        "clean the garage", "do my taxes", "go to the dentist", "sit in traffic all day",
        "stand in line for hours", "stare at a blank wall", "wash the dishes",
    ),
    "tedium": (
        "a clock tick", "grass grow", "other people sleep", "paint dry", "snow melt",
        "water boil",
    ),
    "merit": (
        "clever stories", "fine music", "good acting", "good jokes", "great characters",
        "strong performances", "surprises",
    ),
    "relief": (
        "leaving the cinema", "the end credits", "the exit sign", "the moment it ended",
        "the popcorn", "turning it off",
    ),
    "praise": ("a gem", "a masterpiece", "a must-see", "a triumph", "brilliant", "genius"),
    "age": ("a five-year-old", "a parrot", "a ten-year-old", "any child", "my little brother"),
    "ages": ("a month", "a week", "a whole year", "ten hours", "twelve hours"),
    "moments": ("five minutes", "half an hour", "ten minutes", "twenty minutes"),
    "place": (
        "a big city", "a fishing village", "a small town", "Boston", "Chicago", "London",
        "Madrid", "New York", "Paris", "Rome", "Texas", "Tokyo",
    ),
    "job": (
        "baker", "cook", "doctor", "farmer", "journalist", "lawyer", "nurse", "painter", "pilot",
        "reporter", "sailor", "teacher",
    ),
    "relative": ("aunt", "brother", "cousin", "daughter", "father", "mother", "sister", "uncle"),
    "weekday": ("Friday", "Monday", "Saturday", "Sunday", "Thursday", "Tuesday", "Wednesday"),
    "year": ("1956", "1963", "1978", "1984", "1992", "1999", "2001", "2004"),
    "minutes": ("88", "90", "95", "102", "110", "115", "121"),
    "vehicle": ("boat", "bus", "car", "plane", "taxi", "train"),
    "object": ("box", "camera", "key", "letter", "map", "photograph", "suitcase", "watch"),
    "building": ("bank", "church", "hotel", "library", "market", "office", "school", "station"),
    "season": ("autumn", "spring", "summer", "winter"),
}  # fmt: skip


_OF_LABELS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "adjective": ADJECTIVES,
    "gradable": GRADABLE,
    "verb": VERBS,
    "base": BASE_VERBS,
}


def opposite(label: str) -> str:
    """The other one of the two labels."""
    return "pos" if label == "neg" else "neg"


def fillers(label: str) -> dict[str, tuple[str, ...]]:
    """All values by slot; `same.*` are words of the label, `other.*` of the opposite one."""
    sides = {"same": label, "other": opposite(label)}
    of_sides = {
        f"{side}.{kind}": words[of]
        for side, of in sides.items()
        for kind, words in _OF_LABELS.items()
    }
    return {**FILLERS, "awful": EXTREME_BAD, **of_sides}


def templates(*sources: str) -> tuple[Template, ...]:
    """The parsed sentences."""
    return tuple(map(parse, sources))


# Sentences with people in them: what the names are must not matter.
CASTS = templates(
    "{name} plays {a} {job} from {place}, and {name} plays {a} {job}.",
    "I saw this {film} by {name} last {weekday}; {name} has the main part.",
    "The {film} was directed by {name}, with {name} as the {job}.",
    "{name} and {name} star in this {film} about {topic}.",
)
# Each serves both labels.
OPINIONS = templates(
    "The {part} is {same.adjective} and the {part} is {same.adjective} too.",
    "I {same.verb} the {part}, and the {parts} were {same.adjective}.",
    "The {parts} were {same.adjective} from the beginning to the end.",
    "It is {a} {same.adjective} {film} with {a} {same.adjective} {scene}.",
)
VERDICTS = {
    "pos": templates(
        "I would recommend it to {friendly}.",
        "It is one of the best films I have seen {when}.",
        "I loved every minute of it.",
        "I will watch it again soon.",
        "Go and see it, it is well worth your time.",
    ),
    "neg": templates(
        "It is a complete waste of time.",
        "It is one of the worst films I have seen {when}.",
        "I hated every minute of it.",
        "I want my money back.",
        "Avoid it, it is simply awful.",
    ),
}
# No word here speaks for or against a film. Facts are told once, as a film has one length.
FACTS = templates(
    "The story takes place in {place} in {year}.",
    "I watched it on {weekday} with my {relative}.",
    "The {film} is {minutes} minutes long.",
    "It was filmed in {place} in the {season} of {year}.",
    "It was on television last {weekday}.",
)
PLOT = templates(
    "In one scene, {a} {job} takes the {vehicle} to {place}.",
    "Then the {job} finds {a} {object} in the {building}.",
    "The {relative} of the {job} lives near the {building}.",
    "On {weekday} they meet in front of the {building}.",
    "They travel from {place} to {place} by {vehicle}.",
    "Later, {a} {job} brings the {object} back to the {building}.",
    "The {job} calls the {relative} and asks about the {object}.",
    "After that, the two of them walk to the {building}.",
    "{a} {job} opens the door and picks up the {object}.",
    "The next day, the {vehicle} arrives at the {building}.",
    "In {year}, the {job} moves to {place} with the {relative}.",
    "The {object} belongs to the {relative} of the {job}.",
    "The {job} works at the {building} in the {season}.",
    "Two of them take the {object} home to {place}.",
)
