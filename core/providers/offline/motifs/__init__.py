"""All subjects by name: how each is drawn, how large it is, and where it belongs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from core.providers.offline.motifs import animals, buildings, nature, people, things, vehicles, wings
from core.providers.offline.pen import Pen

Place = Literal["ground", "water", "air"]


@dataclass(frozen=True, slots=True)
class Motif:
    """One subject."""

    draw: Callable[[Pen], None]
    size: float
    """Its height as a share of the picture's."""
    place: Place = "ground"
    half: float = 0.5
    """Half its width, in its own units."""


MOTIFS: dict[str, Motif] = {
    "lighthouse": Motif(buildings.lighthouse, 0.6, "water", 0.6),
    "house": Motif(buildings.house, 0.26, half=0.7),
    "castle": Motif(buildings.castle, 0.46),
    "windmill": Motif(buildings.windmill, 0.42),
    "tent": Motif(buildings.tent, 0.2, half=1.2),
    "tree": Motif(nature.tree, 0.5),
    "palm": Motif(nature.palm, 0.5, "water", 0.8),
    "flower": Motif(nature.flower, 0.48, half=0.5),
    "mushroom": Motif(nature.mushroom, 0.36, half=0.6),
    "cat": Motif(animals.cat, 0.46),
    "dog": Motif(animals.dog, 0.46),
    "fox": Motif(animals.fox, 0.46, half=0.6),
    "rabbit": Motif(animals.rabbit, 0.42, half=0.4),
    "owl": Motif(animals.owl, 0.44, half=0.8),
    "bear": Motif(animals.bear, 0.48),
    "bird": Motif(wings.bird, 0.34, half=0.8),
    "penguin": Motif(wings.penguin, 0.4, "water", 0.7),
    "fish": Motif(wings.fish, 0.3, "air", 0.8),
    "whale": Motif(wings.whale, 0.3, "water", 1.2),
    "dragon": Motif(wings.dragon, 0.36, "air", 1.1),
    "butterfly": Motif(wings.butterfly, 0.28, "air", 0.6),
    "boat": Motif(vehicles.boat, 0.36, "water", 0.5),
    "car": Motif(vehicles.car, 0.2, half=1.0),
    "bicycle": Motif(vehicles.bicycle, 0.3, half=0.9),
    "train": Motif(vehicles.train, 0.2, half=2.0),
    "balloon": Motif(vehicles.balloon, 0.46, "air", 0.4),
    "rocket": Motif(vehicles.rocket, 0.5, "air", 0.3),
    "planet": Motif(things.planet, 0.5, "air", 0.7),
    "astronaut": Motif(people.astronaut, 0.5, "air", 0.4),
    "robot": Motif(people.robot, 0.56, half=0.4),
    "person": Motif(people.person, 0.36, half=0.2),
    "portrait": Motif(people.portrait, 0.66, half=0.62),
    "umbrella": Motif(people.umbrella, 0.5, half=0.5),
    "cup": Motif(things.cup, 0.42, half=0.6),
    "cake": Motif(things.cake, 0.52, half=0.6),
    "bowl": Motif(things.bowl, 0.46, half=0.7),
    "book": Motif(things.book, 0.44, half=0.75),
    "heart": Motif(things.heart, 0.46, "air"),
    "guitar": Motif(things.guitar, 0.66, half=0.72),
    "logo": Motif(things.logo, 0.5, "air"),
}
