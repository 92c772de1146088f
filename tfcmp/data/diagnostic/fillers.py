"""What fills the neutral slots: people, places and things that say nothing about a film."""

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
_RELATIVES = ("aunt", "brother", "cousin", "godfather", "nephew", "niece", "sister", "uncle")
_JOBS = (
    "baker", "bus driver", "carpenter", "clerk", "dentist", "gardener", "locksmith", "mapmaker",
    "nurse", "piano tuner", "postman", "schoolteacher", "surveyor", "tailor", "translator",
    "watchmaker",
)  # fmt: skip
_THINGS = (
    "blue suitcase", "box of photographs", "brass key", "camera", "clock", "folded map",
    "green umbrella", "letter", "notebook", "parcel", "pocket watch", "postcard", "radio",
    "ring of keys", "sewing machine", "stamp album", "telescope", "train ticket", "typewriter",
    "violin case",
)  # fmt: skip
_ROOMS = (
    "attic", "basement", "boathouse", "corridor", "garage", "garden shed", "hallway", "kitchen",
    "library", "waiting room", "workshop", "back office",
)  # fmt: skip
_BUILDINGS = (
    "bakery", "bank", "church", "customs house", "factory", "hospital", "hotel", "museum",
    "police station", "post office", "railway station", "school", "theatre", "town hall",
)  # fmt: skip
_VEHICLES = (
    "bicycle", "bus", "delivery van", "ferry", "fishing boat", "lorry", "motorbike", "night train",
    "rowing boat", "taxi", "tram", "tractor",
)  # fmt: skip
_SEASONS = ("spring", "summer", "autumn", "winter")
_MONTHS = ("January", "March", "April", "May", "June", "August", "September", "November")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIMES = (
    "before breakfast", "after lunch", "at noon", "at dawn", "at midnight", "in the afternoon",
    "late at night", "the next morning", "a week later", "two days later", "the same evening",
    "a month later", "the next day", "before sunrise",
)  # fmt: skip
_COUNTS = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "fourteen", "sixteen", "twenty",
)  # fmt: skip
_MINUTES = tuple(str(minutes) for minutes in range(84, 144, 3))
_YEARS = tuple(str(year) for year in range(1911, 1988, 4))
_FOODS = (
    "apple pie", "bread and cheese", "cabbage soup", "fried eggs", "noodles",
    "onion soup", "pancakes", "plum cake", "porridge", "potato salad", "rice", "roast chicken",
)  # fmt: skip
_WEATHER = ("drizzle", "fog", "hail", "mist", "rain", "sleet", "snow")
_OCCASIONS = (
    "on a rented disc", "at a matinee", "at a small festival", "on the night bus", "at home",
    "with two colleagues", "on an aeroplane", "in a village hall", "at the local film club",
    "on television", "in an open-air cinema", "during a long train ride", "at an evening screening",
    "with my cousin",
)  # fmt: skip

FILLERS = {
    "town": TOWNS,
    "relative": _RELATIVES,
    "job": _JOBS,
    "thing": _THINGS,
    "room": _ROOMS,
    "building": _BUILDINGS,
    "vehicle": _VEHICLES,
    "season": _SEASONS,
    "month": _MONTHS,
    "weekday": _WEEKDAYS,
    "time": _TIMES,
    "count": _COUNTS,
    "minutes": _MINUTES,
    "year": _YEARS,
    "food": _FOODS,
    "weather": _WEATHER,
    "occasion": _OCCASIONS,
}
