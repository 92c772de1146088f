"""Templates of the deciding sentences, by phenomenon.

`same.*` is a word of the label's own polarity, `other.*` one of the opposite polarity; brackets
enclose the deciding words and operators. A conceded or contradicted opinion is no rationale: it
speaks against the label. Every template serves both labels and has well over a hundred fillings
for each, because only a share of them belongs to a split.
"""

from tfcmp.data.diagnostic.grammar import parse

_PLAIN = (
    "The {part} is [{same.adjective}].",
    "The {part} was [{same.adjective}].",
    "The {parts} are [{same.adjective}].",
    "The {parts} were [{same.adjective}].",
    "I found the {part} [{same.adjective}].",
    "I thought the {parts} were [{same.adjective}].",
    "To me the {part} seemed [{same.adjective}].",
    "The {part} struck me as [{same.adjective}].",
    "{moment}, the {part} is [{same.adjective}].",
    "What {a} [{same.adjective}] {whole} {film} is.",
    "{film} is {a} [{same.adjective}] {whole}.",
    "It is {a} [{same.adjective}] {whole} with {a} [{same.adjective}] {scene}.",
    "I [{same.verb}] the {part}.",
    "{moment}, I [{same.verb}] the {parts}.",
    "I [{same.verb}] {film}.",
    "I [{same.base}] the {part}.",
    "I still [{same.base}] the {part}.",
    "The {part} is {a} [{same.noun}].",
    "{moment}, the {whole} is {a} [{same.noun}].",
    "{film} turned out to be {a} [{same.noun}].",
)
_INTENSITY = (
    "The {part} is {weakly} {other.adjective}, and the {part} is [{strongly}] [{same.adjective}].",
    "The {part} is [{strongly}] [{same.adjective}], and the {part} is {weakly} {other.adjective}.",
    "The {parts} are {weakly} {other.adjective}; the {part} is [{strongly}] [{same.adjective}].",
    "The {parts} are [{strongly}] [{same.adjective}]; the {part} is {weakly} {other.adjective}.",
    "I found the {part} [{strongly}] [{same.adjective}] and the {part} {weakly} {other.adjective}.",
    "I found the {part} {weakly} {other.adjective} and the {part} [{strongly}] [{same.adjective}].",
    "With {a} {scene} that is {weakly} {other.adjective}, the {whole} is [{strongly}] [{same.adjective}].",
    "{film} is [{strongly}] [{same.adjective}] and {weakly} {other.adjective}.",
    "{film} is {weakly} {other.adjective} and [{strongly}] [{same.adjective}].",
    "{moment}, the {part} was [{strongly}] [{same.adjective}] and {weakly} {other.adjective}.",
    "{moment}, the {part} was {weakly} {other.adjective} and [{strongly}] [{same.adjective}].",
)
_NEGATION = (
    "The {part} is [not] [{other.adjective}].",
    "The {part} was [not] [{other.adjective}].",
    "The {part} [isn't] [{other.adjective}].",
    "The {part} [wasn't] [{other.adjective}].",
    "The {parts} are [not] [{other.adjective}].",
    "The {parts} [weren't] [{other.adjective}].",
    "I did [not] find the {part} [{other.adjective}].",
    "I [never] found the {part} [{other.adjective}].",
    "{moment}, the {part} is [not] [{other.adjective}].",
    "[Nothing] about the {part} is [{other.adjective}].",
    "There is [nothing] [{other.adjective}] about the {parts}.",
    "{film} is [not] {a} [{other.adjective}] {whole}.",
    "I did [not] [{other.base}] the {part}.",
    "I [didn't] [{other.base}] the {part}.",
    "{moment}, I did [not] [{other.base}] the {whole}.",
    "The {part} is [not] {a} [{other.noun}].",
    "{moment}, the {whole} is [no] [{other.noun}].",
)
_IDLE_NEGATION = (
    "{idle}, and the {part} is [{same.adjective}].",
    "{idle}, and the {parts} were [{same.adjective}].",
    "{idle}, and I found the {part} [{same.adjective}].",
    "{idle}, and I [{same.verb}] the {part}.",
    "{idle}; the {whole} is {a} [{same.noun}].",
    "{idle}; the {part} struck me as [{same.adjective}].",
    "I thought the {part} was [{same.adjective}], and {idle}.",
    "I [{same.base}] the {parts}, and {idle}.",
    "{film} is {a} [{same.adjective}] {whole}, and {idle}.",
    "To begin with, {idle}; the {part} was [{same.adjective}].",
)
_DOUBLE_NEGATION = (
    "I [cannot] say that the {part} is [not] [{same.adjective}].",
    "I [can't] say that the {parts} are [not] [{same.adjective}].",
    "[Nobody] could claim that the {part} is [not] [{same.adjective}].",
    "[Nobody] could say that the {part} [isn't] [{same.adjective}].",
    "It is [not] true that the {part} is [not] [{same.adjective}].",
    "It is [not] as if the {parts} were [not] [{same.adjective}].",
    "I would [never] say that I did [not] [{same.base}] the {part}.",
    "I [can't] pretend that I did [not] [{same.base}] the {part}.",
    "{moment}, I [never] thought that the {part} was [not] [{same.adjective}].",
    "I do [not] believe that {film} is [not] {a} [{same.adjective}] {whole}.",
    "You [cannot] tell me that {film} is [not] {a} [{same.noun}].",
    "{moment}, [nobody] could say that the {part} was [not] {a} [{same.noun}].",
)
_LITOTES = (
    "The {part} is [far from] [{other.adjective}].",
    "The {part} is [anything but] [{other.adjective}].",
    "The {part} was [by no means] [{other.adjective}].",
    "The {part} is [hardly] [{other.adjective}].",
    "The {parts} are [far from] [{other.adjective}].",
    "The {parts} are [anything but] [{other.adjective}].",
    "The {parts} were [hardly] [{other.adjective}].",
    "{moment}, the {part} is [not at all] [{other.adjective}].",
    "I found the {part} [not in the least] [{other.adjective}].",
    "I would call the {part} [anything but] [{other.adjective}].",
    "{film} is [by no means] {a} [{other.adjective}] {whole}.",
    "I can [hardly] say that I [{other.verb}] the {part}.",
    "The {part} is [far from] {a} [{other.noun}].",
    "{moment}, the {whole} is [anything but] {a} [{other.noun}].",
)
_CONTRAST = (
    "The {part} is {other.adjective}, [but] the {part} is [{same.adjective}].",
    "The {part} was {other.adjective}, [but] the {whole} as a whole was [{same.adjective}].",
    "The {parts} are {other.adjective}, [but] the {part} is [{same.adjective}].",
    "{moment}, the {part} is {other.adjective}, [but] I [{same.verb}] the {whole}.",
    "I {other.verb} the {part}, [but] I [{same.verb}] the {whole}.",
    "I {other.base} the {part}, [but] I [{same.base}] the {whole}.",
    "I {other.base} the {parts}, [but] {film} is [{same.adjective}].",
    "The {part} is {a} {other.noun}, [but] the {whole} is {a} [{same.noun}].",
    "[Although] the {part} is {other.adjective}, the {whole} is [{same.adjective}].",
    "[Although] I {other.verb} the {part}, I [{same.verb}] the {whole}.",
    "The {whole} is [{same.adjective}], [although] the {part} is {other.adjective}.",
    "{film} is {a} [{same.noun}], [although] the {part} is {a} {other.noun}.",
    "I found the {whole} [{same.adjective}], [although] the {parts} are {other.adjective}.",
    "[Despite] {a} {other.adjective} {scene}, the {whole} is [{same.adjective}].",
    "I [{same.verb}] the {whole} [despite] {a} {other.adjective} {scene}.",
)
_COMPARISON = (
    "This {whole} is [more] [{same.adjective}] [than] {rival}.",
    "{rival} is [more] [{other.adjective}] [than] this {whole}.",
    "This {whole} is [less] [{other.adjective}] [than] {rival}.",
    "{rival} is [less] [{same.adjective}] [than] this {whole}.",
    "I found this {whole} [more] [{same.adjective}] [than] {rival}.",
    "I found {rival} [more] [{other.adjective}] [than] this {whole}.",
    "This {whole} has a [more] [{same.adjective}] {scene} [than] {rival}.",
    "{rival} has a [more] [{other.adjective}] {scene} [than] this {whole}.",
    "This {whole} is [more] of {a} [{same.noun}] [than] {rival}.",
    "{rival} is [more] of {a} [{other.noun}] [than] this {whole}.",
    "[Next to] {rival}, this {whole} is [{same.adjective}].",
    "[Next to] this {whole}, {rival} is [{other.adjective}].",
)
_EXPECTATION = (
    "I expected {a} {other.adjective} {whole} and [got] {a} [{same.adjective}] one.",
    "I [got] {a} [{same.adjective}] {whole} where I had expected {a} {other.adjective} one.",
    "I expected the {part} to be {other.adjective}, and it [turned out] [{same.adjective}].",
    "The {part} [turned out] [{same.adjective}], and I had expected it to be {other.adjective}.",
    "{promise} made me expect {a} {other.noun}, and I [got] {a} [{same.noun}].",
    "I [got] {a} [{same.noun}], and {promise} had made me expect {a} {other.noun}.",
    "Going by {promise}, I expected {a} {other.adjective} {scene} and [got] {a} [{same.adjective}] one.",
    "I [got] {a} [{same.adjective}] {scene}, and going by {promise} I had expected {a} {other.adjective} one.",
    "Instead of the {other.adjective} {whole} that I had expected, I [got] {a} [{same.adjective}] one.",
    "{film} [turned out] [{same.adjective}], and {promise} had made me expect {a} {other.noun}.",
)
_DISAGREEMENT = (
    "{viewer} {other.verb} the {part}, and [I] [{same.verb}] it.",
    "[I] [{same.verb}] the {part}, and {viewer} {other.verb} it.",
    "{viewer} {other.verb} the {part}, which [I] [{same.verb}].",
    "[I] [{same.verb}] the {part}, which {viewer} {other.verb}.",
    "{viewer} called the {part} {other.adjective}; [I] found it [{same.adjective}].",
    "[I] found the {part} [{same.adjective}]; {viewer} called it {other.adjective}.",
    "{viewer} thought the {parts} were {other.adjective}, and [I] thought they were [{same.adjective}].",
    "[I] thought the {parts} were [{same.adjective}], and {viewer} thought they were {other.adjective}.",
    "What {viewer} called {a} {other.noun}, [I] call {a} [{same.noun}].",
    "[I] call {a} [{same.noun}] what {viewer} called {a} {other.noun}.",
    "{viewer} {other.verb} {film}, and [I] found it [{same.adjective}].",
    "[I] [{same.verb}] {film}, and {viewer} found it {other.adjective}.",
)

CLAIMS = {
    phenomenon: tuple(parse(source) for source in sources)
    for phenomenon, sources in {
        "plain": _PLAIN,
        "intensity": _INTENSITY,
        "negation": _NEGATION,
        "idle_negation": _IDLE_NEGATION,
        "double_negation": _DOUBLE_NEGATION,
        "litotes": _LITOTES,
        "contrast": _CONTRAST,
        "comparison": _COMPARISON,
        "expectation": _EXPECTATION,
        "disagreement": _DISAGREEMENT,
        "far_cue": _PLAIN,
        "opening_cue": _PLAIN,
    }.items()
}
