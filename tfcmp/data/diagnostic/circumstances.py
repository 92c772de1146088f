"""What fills the slots of the deciding sentences beside the deciding words."""

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
