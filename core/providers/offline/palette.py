"""The scene's light: the colours of sky, haze and shade for each time of day, weather and mood."""

from dataclasses import dataclass, replace
from itertools import pairwise

from core.providers.offline.colour import Colour, colour
from core.providers.offline.reading import Reading, Time

Stops = tuple[tuple[float, Colour], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """What light does to everything in a scene."""

    sky: Stops
    sun: Colour
    haze: Colour
    """What far things fade into."""
    shade: Colour
    """What things in this light darken towards."""
    dim: float
    """How much they do, 0..1."""
    lamp: Colour
    """Lit windows and lanterns."""
    lamps_on: bool
    stars: float
    """How many stars, 0..1."""

    def lit(self, plain: Colour) -> Colour:
        """A thing's own colour in this light."""
        return plain.mix(self.shade, self.dim)

    def cast(self, plain: Colour) -> Colour:
        """A subject's own colour; subjects stand out a little from the land."""
        return plain.mix(self.shade, self.dim * 0.84)

    def layer(self, plain: Colour, depth: float) -> Colour:
        """The colour of land at a depth from 0 (far, all haze) to 1 (near)."""
        return self.haze.mix(self.lit(plain), depth)


def _stops(*codes: str) -> Stops:
    return tuple((index / (len(codes) - 1), colour(code)) for index, code in enumerate(codes))


def _light(
    sky: Stops, sun: str, haze: str, shade: str, dim: float, *, lamps_on: bool = False, stars: float = 0.0
) -> Palette:
    return Palette(
        sky=sky,
        sun=colour(sun),
        haze=colour(haze),
        shade=colour(shade),
        dim=dim,
        lamp=colour("#ffd98a"),
        lamps_on=lamps_on,
        stars=stars,
    )


_TIMES: dict[Time, Palette] = {
    Time.DAWN: _light(
        _stops("#5b7fa6", "#9fb0c4", "#f3c6b4", "#fce3c2"), "#fff4da", "#efcbc0", "#3a3a63", 0.34, stars=0.0
    ),
    Time.MORNING: _light(_stops("#7db7d4", "#b5dbe0", "#f6ecd2"), "#fffbe8", "#d4e3dd", "#2d5468", 0.16),
    Time.DAY: _light(_stops("#4c9fd0", "#93cbe4", "#e4f3ee"), "#fffdf0", "#c4dfe4", "#24506b", 0.10),
    Time.SUNSET: _light(
        _stops("#41406f", "#a9557a", "#f0835f", "#ffd491"), "#fff1c4", "#ef9a70", "#2c1f45", 0.46, lamps_on=True
    ),
    Time.DUSK: _light(
        _stops("#1d2350", "#4a4383", "#a8628f", "#f4a988"),
        *("#ffe3bf", "#b3759a", "#15153a", 0.58),
        lamps_on=True,
        stars=0.25,
    ),
    Time.NIGHT: _light(
        _stops("#070d24", "#0f2049", "#234574", "#47719b"),
        *("#f6f1de", "#3a5f8b", "#060b20", 0.68),
        lamps_on=True,
        stars=1.0,
    ),
}

_GREY_SKY = _stops("#5c6b78", "#8b9aa5", "#c3ccce")
_STORM_SKY = _stops("#12161f", "#333f4d", "#6f7c82", "#c9bd9c")
_FOG = colour("#d9dfdf")
_ROOM_SHADE = colour("#3d2a26")
_VOID_SHADE = colour("#15123a")
_JOY = colour("#ffb45e")


def palette_for(reading: Reading) -> Palette:
    """The light that the words describe."""
    light = _TIMES[reading.time]
    if "storm" in reading.weather or "dramatic" in reading.moods:
        light = _clouded(light, _STORM_SKY, 0.75, dim=0.22)
    elif reading.weather & {"rain", "overcast"}:
        light = _clouded(light, _GREY_SKY, 0.6, dim=0.14)
    elif "snow" in reading.weather:
        light = replace(
            light, sky=_towards(light.sky, light.haze.mix(light.sky[0][1], 0.35), 0.4), dim=light.dim + 0.04
        )
    if "fog" in reading.weather:
        light = replace(light, haze=light.haze.mix(_FOG, 0.55), sky=_towards(light.sky, light.haze.mix(_FOG, 0.5), 0.5))
    if "dark" in reading.moods:
        light = replace(
            light, sky=_darkened(light.sky, 0.12), dim=min(0.85, light.dim + 0.2), haze=light.haze.shift(-0.1)
        )
    if "calm" in reading.moods:
        light = replace(light, sky=_towards(light.sky, light.haze, 0.18))
    if "joyful" in reading.moods:
        light = replace(light, sky=tuple((at, each.vivid(1.2)) for at, each in light.sky), sun=light.sun.mix(_JOY, 0.2))
    return _tinted(light, reading.tint) if reading.tint else light


def indoors(light: Palette) -> Palette:
    """The same hour inside a room: warmer, and lit by a lamp when it is late."""
    return replace(light, shade=light.shade.mix(_ROOM_SHADE, 0.7), dim=light.dim * 0.5)


def afloat(light: Palette) -> Palette:
    """The clear light of space and of the studio, whatever the hour."""
    return replace(light, shade=_VOID_SHADE, dim=0.1)


def _clouded(light: Palette, sky: Stops, share: float, dim: float) -> Palette:
    """Mix in a sky of cloud, in the brightness of this time of day."""
    level = sum(each.light for _, each in light.sky) / len(light.sky)
    grey_level = sum(each.light for _, each in sky) / len(sky)
    shift = min(0.0, level - grey_level)
    at = [(place, each.mix(_look(sky, place).shift(shift), share)) for place, each in light.sky]
    haze = light.haze.mix(_look(sky, 0.9).shift(shift), share)
    return replace(light, sky=tuple(at), haze=haze, dim=min(0.8, light.dim + dim), stars=0.0)


def _look(stops: Stops, place: float) -> Colour:
    for (start, first), (end, second) in pairwise(stops):
        if place <= end:
            return first.mix(second, (place - start) / (end - start))
    return stops[-1][1]


def _towards(stops: Stops, other: Colour, share: float) -> Stops:
    return tuple((place, each.mix(other, share)) for place, each in stops)


def _darkened(stops: Stops, amount: float) -> Stops:
    return tuple((place, each.shift(-amount)) for place, each in stops)


def _tinted(light: Palette, tint: Colour) -> Palette:
    """Pull the whole light towards a colour, keeping how light each part is."""
    return replace(
        light,
        sky=tuple((place, each.hued(tint, 0.62)) for place, each in light.sky),
        haze=light.haze.hued(tint, 0.6),
        shade=light.shade.hued(tint, 0.4),
        sun=light.sun.hued(tint, 0.2),
    )
