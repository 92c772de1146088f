"""What tokenizers blank of a text's markup, for those who look for words without TensorFlow."""

import re

# Line breaks of HTML, as `<br\s*/?>` finds them in RE2, whose \s is less than Python's.
LINE_BREAK = re.compile(r"<br[\t\n\f\r ]*/?>")
# The same for a tokenizer that lowers a text before.
LINE_BREAK_OF_ANY_CASE = re.compile(LINE_BREAK.pattern, re.IGNORECASE)
