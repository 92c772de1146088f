"""Sentences around the deciding ones: openings, opinions, verdicts, and neutral plot."""

from tfcmp.data.diagnostic.grammar import parse

# Sentences with people in them: what the names are must not matter.
CASTS = tuple(
    parse(source)
    for source in (
        "{name} plays {a} {job} from {place}, and {name} plays {a} {job}.",
        "I saw this {film} by {name} last {weekday}; {name} has the main part.",
        "The {film} was directed by {name}, with {name} as the {job}.",
        "{name} and {name} star in this {film} about {topic}.",
    )
)
# Each serves both labels.
OPINIONS = tuple(
    parse(source)
    for source in (
        "The {part} is {same.adjective} and the {part} is {same.adjective} too.",
        "I {same.verb} the {part}, and the {parts} were {same.adjective}.",
        "The {parts} were {same.adjective} from the beginning to the end.",
        "It is {a} {same.adjective} {film} with {a} {same.adjective} {scene}.",
    )
)
VERDICTS = {
    "pos": tuple(
        parse(source)
        for source in (
            "I would recommend it to {friendly}.",
            "It is one of the best films I have seen {when}.",
            "I loved every minute of it.",
            "I will watch it again soon.",
            "Go and see it, it is well worth your time.",
        )
    ),
    "neg": tuple(
        parse(source)
        for source in (
            "It is a complete waste of time.",
            "It is one of the worst films I have seen {when}.",
            "I hated every minute of it.",
            "I want my money back.",
            "Avoid it, it is simply awful.",
        )
    ),
}
# No word here speaks for or against a film. Facts are told once, as a film has one length.
FACTS = tuple(
    parse(source)
    for source in (
        "The story takes place in {place} in {year}.",
        "I watched it on {weekday} with my {relative}.",
        "The {film} is {minutes} minutes long.",
        "It was filmed in {place} in the {season} of {year}.",
        "It was on television last {weekday}.",
    )
)
PLOT = tuple(
    parse(source)
    for source in (
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
)
