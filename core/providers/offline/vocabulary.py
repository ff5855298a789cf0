"""The words that the sketcher knows, and what each stands for."""

_TIMES = {
    "dawn": "dawn sunrise daybreak",
    "morning": "morning breakfast",
    "day": "noon midday day daytime daylight afternoon sunny",
    "sunset": "sunset golden-hour evening",
    "dusk": "dusk twilight blue-hour nightfall gloaming",
    "night": "night midnight nighttime moonlit moonlight starry stars moon aurora",
}
_WEATHER = {
    "rain": "rain rainy raining drizzle showers rainfall",
    "snow": "snow snowy snowing winter blizzard snowfall frozen icy christmas arctic",
    "fog": "fog foggy mist misty haze hazy",
    "storm": "storm stormy thunder lightning thunderstorm tempest",
    "overcast": "overcast cloudy",
}
_MOODS = {
    "calm": "calm peaceful serene quiet tranquil gentle cozy cosy zen",
    "dramatic": "dramatic epic moody cinematic intense",
    "joyful": "joyful happy cheerful summer party festival fun playful celebration birthday tropical",
    "dark": "dark gloomy spooky scary haunted gothic horror mysterious",
}
_SETTINGS = {
    "sea": "sea ocean coast beach harbour harbor shore island seaside lake river water waves wave bay cliff coastal",
    "mountains": "mountain mountains alps alpine peak peaks summit valley himalaya cliffs",
    "forest": "forest woods woodland jungle trees pine pines wood",
    "desert": "desert dune dunes sahara sand canyon",
    "city": "city skyline town street downtown skyscraper skyscrapers cityscape metropolis urban neon tokyo york paris "
    "cyberpunk buildings",
    "space": "space galaxy universe cosmos cosmic nebula orbit stars-and-planets mars interstellar",
    "underwater": "underwater reef coral aquarium",
    "table": "table kitchen desk still-life cafe café studio indoors window room",
    "hills": "hill hills meadow field fields countryside garden park farm grass spring landscape vineyard",
}
_SUBJECTS = {
    "lighthouse": "lighthouse beacon",
    "house": "house cottage cabin home hut barn village houses",
    "castle": "castle fortress palace",
    "windmill": "windmill mill",
    "tent": "tent camping camp campfire",
    "tree": "tree oak maple",
    "palm": "palm",
    "cat": "cat kitten kitty",
    "dog": "dog puppy hound",
    "fox": "fox wolf coyote",
    "rabbit": "rabbit bunny hare",
    "owl": "owl",
    "bear": "bear panda",
    "bird": "bird robin sparrow songbird parrot crow raven",
    "penguin": "penguin",
    "fish": "fish goldfish salmon",
    "whale": "whale dolphin",
    "dragon": "dragon",
    "butterfly": "butterfly moth",
    "boat": "boat sailboat ship yacht sailing sail",
    "car": "car automobile taxi truck van",
    "bicycle": "bicycle bike cyclist",
    "train": "train locomotive railway",
    "balloon": "hot-air-balloon balloon balloons",
    "rocket": "rocket spaceship spacecraft shuttle",
    "planet": "planet saturn jupiter earth",
    "astronaut": "astronaut spaceman cosmonaut",
    "robot": "robot android droid",
    "person": "person woman man girl boy child wanderer hiker traveller traveler walker couple people wizard",
    "portrait": "portrait face selfie",
    "cup": "cup coffee mug tea espresso latte cappuccino cocoa",
    "cake": "cake cupcake dessert birthday",
    "bowl": "bowl food soup ramen noodles salad meal dish pasta",
    "book": "book books novel reading library",
    "umbrella": "umbrella parasol",
    "heart": "heart love valentine",
    "flower": "flower flowers rose tulip sunflower daisy bouquet blossom poppy",
    "guitar": "guitar jazz music band concert cello violin",
    "mushroom": "mushroom mushrooms toadstool",
    "logo": "logo icon emblem badge monogram",
}
_COLOURS = {
    "#d8443c": "red crimson scarlet ruby",
    "#ef8a3c": "orange tangerine",
    "#f0b93a": "golden gold yellow amber sunny-yellow mustard",
    "#5fa657": "green emerald lime olive",
    "#2a9d98": "teal turquoise cyan aqua",
    "#3b78c4": "blue azure cobalt navy indigo sapphire",
    "#7d5ab5": "purple violet lilac lavender",
    "#e58ba8": "pink magenta rose-coloured fuchsia salmon-pink",
    "#8a5f40": "brown chocolate bronze",
    "#f4f1ea": "white ivory cream",
    "#2b2d38": "black ebony charcoal",
    "#9aa3ab": "grey gray silver",
}

HOMES = {
    "lighthouse": "sea", "boat": "sea", "whale": "sea", "palm": "sea", "penguin": "sea",
    "fish": "underwater",
    "castle": "mountains", "dragon": "mountains", "balloon": "mountains", "tent": "mountains",
    "owl": "forest", "bear": "forest", "mushroom": "forest",
    "rocket": "space", "planet": "space", "astronaut": "space",
    "car": "city", "taxi": "city",
    "cup": "table", "cake": "table", "bowl": "table", "book": "table", "guitar": "stage",
    "robot": "stage", "portrait": "stage", "heart": "stage", "logo": "stage",
}  # fmt: skip
"""Where a subject is at home when the words name no place; elsewhere it stands on hills."""


def _inverted(table: dict[str, str]) -> dict[str, str]:
    return {word: name for name, words in table.items() for word in words.split()}


TIMES, WEATHER, MOODS = _inverted(_TIMES), _inverted(_WEATHER), _inverted(_MOODS)
SETTINGS, SUBJECTS, COLOURS = _inverted(_SETTINGS), _inverted(_SUBJECTS), _inverted(_COLOURS)
BARE = frozenset({"minimal", "minimalist"})
"""Words that ask for fewer things."""
NUMBERS = {"two": 2, "pair": 2, "couple": 2, "three": 3, "four": 4, "five": 5, "several": 3, "many": 5, "2": 2, "3": 3}
"""How many of a subject."""
