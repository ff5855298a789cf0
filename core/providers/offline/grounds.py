"""The places a scene can be in, by name."""

from collections.abc import Callable

from core.providers.offline import abstract, indoors, outdoors
from core.providers.offline.canvas import Canvas
from core.providers.offline.layout import Layout
from core.providers.offline.palette import Palette
from core.providers.offline.reading import Reading
from core.providers.offline.stage import Stage

Ground = Callable[[Canvas, Palette, Reading, Layout], Stage]

GROUNDS: dict[str, Ground] = {
    "sea": outdoors.sea,
    "hills": outdoors.hills,
    "mountains": outdoors.mountains,
    "forest": outdoors.forest,
    "desert": outdoors.desert,
    "city": outdoors.city,
    "space": abstract.space,
    "underwater": abstract.underwater,
    "table": indoors.table,
    "stage": indoors.stage,
    "abstract": abstract.composition,
}
