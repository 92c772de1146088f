"""Sentences that decide a label alone, by capability and label.

A human reader has to agree with the label of every filling: "not brilliant" may still be good, so
that only words whose negation is a verdict are negated, and the verdict of a contrast is always
one on the whole film.
"""

from collections.abc import Mapping, Sequence

from tfcmp.data.diagnostic.grammar import Template, parse

_PLAIN = {
    "pos": (
        "This is {a} {same.adjective} {film}.",
        "The {part} is {same.adjective}.",
        "The {parts} are {same.adjective}.",
        "I {same.verb} this {film}.",
        "I {same.verb} the {part}.",
        "I would recommend this {film} to {friendly}.",
        "The {part} and the {part} are {same.adjective}.",
        "It is one of the best films I have seen {when}.",
    ),
    "neg": (
        "This is {a} {same.adjective} {film}.",
        "The {part} is {same.adjective}.",
        "The {parts} are {same.adjective}.",
        "I {same.verb} this {film}.",
        "I {same.verb} the {part}.",
        "I would warn {friendly} about this {film}.",
        "The {part} and the {part} are {same.adjective}.",
        "It is one of the worst films I have seen {when}.",
    ),
}
_NEGATION = {
    "neg": (
        "This {film} is not {other.gradable}.",
        "The {part} isn't {other.gradable} at all.",
        "I did not {other.base} this {film} at all.",
        "I didn't {other.base} the {part} at all.",
        "I would not recommend this {film} to {person}.",
        "There is nothing {other.gradable} about this {film}.",
        "Nothing about the {part} is {other.gradable}.",
        "I could not find anything {other.gradable} in this {film}.",
        "None of the {parts} are {other.gradable}.",
        "The {part} does not work, and I did not {other.base} the {part} either.",
        "Do not waste your time on this {film}; the {part} is not even {other.gradable}.",
        "This is not a {film} worth watching, and the {part} is never {other.gradable}.",
    ),
    "pos": (
        "I was not disappointed by the {part}.",
        "I was not bored for one second of this {film}, and neither was my {relative}.",
        "You will not be disappointed by the {part}.",
        "You won't regret watching this {film}, and you won't forget the {part}.",
        "I did not want this {film} to end, and I could not stop thinking about the {part}.",
        "There is nothing wrong with the {part}, and there is nothing wrong with the {part}.",
        "There is not a single {other.gradable} moment in this {film}.",
        "There is never a {other.gradable} moment in this {film}.",
        "I have no complaints about the {part}, and none about the {part}.",
        "The {part} never gets boring, and neither does the {part}.",
        "I can't think of a better {film}, and I have never seen a better {scene}.",
        "Do not miss this {film}; you will not find a better one {when}.",
    ),
}
_DOUBLE_NEGATION = {
    "pos": (
        "I can't say that I didn't {same.base} this {film}.",
        "I can't imagine anyone saying that the {part} is not {same.gradable}.",
        "Nobody can say that this {film} is not {same.gradable}.",
        "It is not true that the {part} is not {same.gradable}.",
        "I don't know anyone who did not {same.base} this {film}.",
        "There is nobody in my family who did not {same.base} the {part}.",
        "There is nothing about the {part} that I did not {same.base}.",
        "You can't tell me that the {part} is not {same.gradable}.",
        "There was not one scene in this {film} that I did not {same.base}.",
        "Nobody can watch this {film} and not {same.base} the {part}.",
    ),
    "neg": (
        "I can't say that I didn't hate this {film}.",
        "I can't imagine anyone saying that the {part} is not {awful}.",
        "Nobody can say that this {film} is not {awful}.",
        "It is not true that the {part} is not {awful}.",
        "I don't know anyone who did not hate this {film}.",
        "There is nobody in my family who did not hate the {part}.",
        "There is nothing about the {part} that I did not hate.",
        "You can't tell me that the {part} is not {awful}.",
        "There was not one scene in this {film} that was not {awful}.",
        "Nobody can watch this {film} and not be bored by the {part}.",
    ),
}
_NOT_BAD = {
    "pos": (
        "This {film} is not {other.gradable} at all.",
        "Not {a} {other.gradable} {film} at all.",
        "The {part} is not bad, not bad at all.",
        "The {part} is not half bad, and the {part} is not bad either.",
        "This {film} is far from {other.gradable}.",
        "The {part} is far from {other.gradable}.",
        "The {part} is anything but {other.gradable}.",
        "I found this {film} anything but {other.gradable}.",
        "The {part} is by no means {other.gradable}.",
        "This is by no means {a} {other.gradable} {film}.",
    ),
    "neg": (
        "This {film} is not {other.gradable} at all.",
        "Not {a} {other.gradable} {film} at all.",
        "The {part} is not good, not good at all.",
        "The {part} is not half as good as it should be, and the {part} is no better.",
        "This {film} is far from {other.gradable}.",
        "The {part} is far from {other.gradable}.",
        "The {part} is anything but {other.gradable}.",
        "I found this {film} anything but {other.gradable}.",
        "The {part} is hardly {other.gradable}.",
        "This is by no means {a} {other.gradable} {film}.",
    ),
}
_CONTRAST = (
    "The {part} is {other.adjective}, but overall this is {a} {same.adjective} {film}.",
    "The first half is {other.adjective}, but the {film} as a whole is {same.adjective}.",
    "The {part} may be {other.adjective}, but I {same.verb} this {film}.",
    "The {parts} are {other.adjective}, but the {film} itself is {same.adjective}.",
    "The trailer looked {other.adjective}, but the {film} itself is {same.adjective}.",
    "I expected {a} {other.adjective} {film}, but I got {a} {same.adjective} one.",
    "{others} {other.verb} this {film}, but I {same.verb} it.",
    "Although the {part} is {other.adjective}, I {same.verb} this {film}.",
    "I {same.verb} this {film}, although the {part} is {other.adjective}.",
    "Despite {a} {other.adjective} {scene}, this is {a} {same.adjective} {film}.",
)
_COMPARISON = {
    "pos": (
        "This {film} is much better than {rival}.",
        "{rival} is not half as good as this {film}.",
        "{rival} was {same.gradable}, and this {film} is even better.",
        "I liked {rival}, and this {film} is a big step up.",
        "Compared to {rival}, this {film} is {same.adjective}.",
        "No other {film} about {topic} is as {same.gradable} as this one.",
        "This {film} is better than anything I have seen {when}.",
        "{rival} was {other.adjective}, and this {film} is so much better.",
        "Of the {few} films by this director, this one is by far the best.",
        "Few films are as {same.gradable} as this one.",
    ),
    "neg": (
        "This {film} is much worse than {rival}.",
        "This {film} is not half as good as {rival}.",
        "{rival} was {same.gradable}, and this {film} is even worse.",
        "I liked {rival}, but this {film} is a big step down.",
        "Compared to {rival}, this {film} is {same.adjective}.",
        "No other {film} about {topic} is as {same.gradable} as this one.",
        "This {film} is worse than anything I have seen {when}.",
        "{rival} was {other.adjective}, and this {film} is so much worse.",
        "Of the {few} films by this director, this one is by far the worst.",
        "I would rather {chore} than watch this {film} again.",
    ),
}
# Half of them mean what they say, in much the same words: marks of irony alone decide nothing.
_SARCASM = {
    "neg": (
        "Oh great, another {film} about {topic}, just what the world needed.",
        "Yeah, right, and this {film} about {topic} is supposed to be {genre}.",
        "If you love to watch {tedium}, then this is the {film} for you.",
        "Thanks for {hours} hours of my life that I will never get back.",
        'They call it "{praise}". I fell asleep after {few} minutes.',
        "The best part of this {film} was {relief}.",
        'What a "clever" {scene}. {age} could have written it.',
        "Congratulations to the director for making one hour feel like {ages}.",
        'So this is "{praise}". Half of the audience left after {few} minutes.',
        "I have seen {film} posters that were more exciting than the {part}.",
    ),
    "pos": (
        "Oh, what a great {film} about {topic}, just what I needed.",
        "Yes, this is how you make {genre} about {topic}, and I loved it.",
        "If you love {merit}, then this is the {film} for you.",
        "Thanks for {hours} wonderful hours that I will never forget.",
        'They call it "{praise}". I agree, I would watch it {few} more times.',
        "The best part of this great {film} was the {part}.",
        "What a clever {scene}. Only a genius could have written it.",
        "Congratulations to the director for making three hours feel like {moments}.",
        'So this is "{praise}". I have watched it {few} times and I still love it.',
        "I have rarely seen a {film} that was more exciting, and I loved the {part}.",
    ),
}


def _parsed(sources: Mapping[str, Sequence[str]]) -> dict[str, tuple[Template, ...]]:
    return {label: tuple(map(parse, templates)) for label, templates in sources.items()}


STATEMENTS = {
    "vocabulary": _parsed(_PLAIN),
    "negation": _parsed(_NEGATION),
    "double negation": _parsed(_DOUBLE_NEGATION),
    "not bad": _parsed(_NOT_BAD),
    "but contrast": _parsed({"pos": _CONTRAST, "neg": _CONTRAST}),
    "comparison": _parsed(_COMPARISON),
    "sarcasm markers": _parsed(_SARCASM),
}
