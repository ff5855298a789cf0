"""What flies or swims: bird, penguin, fish, whale, dragon, butterfly."""

from core.providers.offline import shapes
from core.providers.offline.canvas import Fade
from core.providers.offline.colour import WHITE, colour
from core.providers.offline.pen import Pen

_BEAK = colour("#e8a23c")
_INK = colour("#25242c")


def bird(pen: Pen) -> None:
    """A songbird on a twig."""
    coat = pen.own(colour("#4a86b8"))
    bark = colour("#5d4636")
    pen.box(Fade(bark, bark.shift(-0.05)), -0.66, -0.75, -0.52, 0.14, 0.03)
    pen.line(bark, [(-0.6, -0.05), (-0.1, 0.02), (0.35, 0.0), (0.85, 0.09)], 0.05, curved=True)
    for x, y, turn in ((-0.35, 0.02, 60), (0.6, 0.06, 50), (0.72, 0.06, -30)):
        pen.at(x, y, 0.24, turn).curve(colour("#5f9a5a"), (0, 0), (0.35, 0.2), (0.8, 0), (0.35, -0.2))
    pen.area(coat.shift(-0.12), [(-0.22, 0.3), (-0.62, 0.16), (-0.6, 0.27), (-0.2, 0.44)])
    pen.curve(
        Fade(coat, coat.shift(-0.03)),
        (-0.3, 0.3),
        (-0.16, 0.52),
        (0.02, 0.66),
        (0.06, 0.84),
        (0.22, 0.92),
        (0.37, 0.82),
        (0.37, 0.55),
        (0.24, 0.2),
        (0.0, 0.08),
        (-0.2, 0.15),
    )
    pen.curve(colour("#f3c58f"), (0.36, 0.68), (0.37, 0.5), (0.24, 0.22), (0.04, 0.12), (0.08, 0.3), (0.2, 0.58))
    pen.curve(coat.shift(-0.1), (-0.42, 0.22), (-0.14, 0.5), (0.08, 0.52), (0.12, 0.36), (-0.08, 0.22))
    pen.area(_BEAK, [(0.36, 0.8), (0.52, 0.745), (0.365, 0.71)])
    pen.oval(_INK, 0.25, 0.785, 0.034)
    pen.oval(WHITE, 0.262, 0.8, 0.011)
    for x in (0.0, 0.1):
        pen.line(_BEAK.shift(-0.15), [(x + 0.03, 0.13), (x, 0.02)], 0.018)


def penguin(pen: Pen) -> None:
    """A penguin on a floe."""
    coat = pen.own(colour("#2f3a4c"))
    pen.curve(
        Fade(colour("#f2f8fb"), colour("#b9d3e0")),
        (-0.7, -0.02),
        (-0.4, 0.05),
        (0.4, 0.06),
        (0.75, -0.01),
        (0.5, -0.1),
        (-0.5, -0.1),
    )
    for side in (-1, 1):
        pen.curve(_BEAK, (side * 0.02, 0.02), (side * 0.13, 0.07), (side * 0.22, 0.02), (side * 0.12, -0.01))
        pen.curve(coat.shift(-0.04), (side * 0.2, 0.6), (side * 0.36, 0.34), (side * 0.34, 0.24), (side * 0.22, 0.36))
    pen.curve(
        coat,
        (-0.24, 0.1),
        (-0.27, 0.4),
        (-0.19, 0.72),
        (-0.16, 0.9),
        (0, 0.99),
        (0.16, 0.9),
        (0.19, 0.72),
        (0.27, 0.4),
        (0.24, 0.1),
        (0, 0.03),
    )
    pen.curve(
        colour("#f8f6ef"),
        (-0.17, 0.12),
        (-0.19, 0.36),
        (-0.1, 0.64),
        (0, 0.66),
        (0.1, 0.64),
        (0.19, 0.36),
        (0.17, 0.12),
        (0, 0.06),
    )
    for side in (-1, 1):
        pen.oval(colour("#f8f6ef"), side * 0.07, 0.81, 0.07, 0.085)
        pen.oval(_INK, side * 0.06, 0.83, 0.022)
        pen.oval(WHITE, side * 0.06 + 0.008, 0.838, 0.007)
    pen.area(_BEAK, [(-0.045, 0.78), (0.045, 0.78), (0, 0.71)])


def fish(pen: Pen) -> None:
    """A round fish with a veil of a tail."""
    scale = pen.own(colour("#f08a4b"))
    fin = scale.shift(-0.08)
    pen.curve(fin, (-0.36, 0.5), (-0.62, 0.84), (-0.86, 0.86), (-0.74, 0.55), (-0.88, 0.2), (-0.62, 0.2))
    pen.curve(fin, (-0.25, 0.72), (0.0, 1.0), (0.22, 0.92), (0.25, 0.7))
    pen.curve(fin, (-0.1, 0.3), (-0.12, 0.06), (0.1, 0.14), (0.14, 0.3))
    pen.curve(
        Fade(scale.shift(0.04), scale.shift(-0.03)),
        (-0.45, 0.5),
        (-0.2, 0.72),
        (0.15, 0.8),
        (0.45, 0.68),
        (0.6, 0.5),
        (0.45, 0.32),
        (0.15, 0.22),
        (-0.2, 0.3),
    )
    for x, high in ((0.13, 0.27), (-0.14, 0.2)):
        band = [
            (x, 0.5 + high),
            (x + 0.09, 0.5),
            (x, 0.5 - high),
            (x - 0.07, 0.5 - high),
            (x + 0.02, 0.5),
            (x - 0.07, 0.5 + high),
        ]
        pen.curve(colour("#fdf3e4"), *band, alpha=0.9)
    pen.curve(fin.shift(-0.03), (0.1, 0.47), (-0.08, 0.38), (-0.06, 0.28), (0.12, 0.38))
    pen.oval(WHITE, 0.4, 0.57, 0.055)
    pen.oval(_INK, 0.412, 0.57, 0.034)
    for x, y, size in ((0.78, 0.66, 0.03), (0.86, 0.8, 0.045), (0.8, 0.98, 0.06)):
        pen.oval(WHITE, x, y, size, alpha=0.35)


def whale(pen: Pen) -> None:
    """A whale half out of the water, with its fountain."""
    skin = pen.own(colour("#4f7f9f"))
    for lean in (-0.16, 0.16):
        pen.line(
            colour("#e9f6f8"),
            [(0.18, 0.62), (0.18 + lean * 0.4, 0.86), (0.18 + lean, 0.9), (0.18 + lean * 1.5, 0.78)],
            0.04,
            curved=True,
            alpha=0.85,
        )
    pen.curve(
        skin.shift(-0.04),
        (-0.8, 0.2),
        (-0.95, 0.46),
        (-1.18, 0.6),
        (-0.96, 0.62),
        (-0.86, 0.56),
        (-0.74, 0.66),
        (-0.58, 0.66),
        (-0.72, 0.44),
        (-0.66, 0.2),
    )
    pen.curve(
        Fade(skin, skin.shift(-0.06)),
        (-0.86, 0.05),
        (-0.72, 0.3),
        (-0.3, 0.48),
        (0.2, 0.6),
        (0.58, 0.5),
        (0.78, 0.24),
        (0.76, 0.0),
        (0.2, -0.08),
        (-0.5, -0.06),
    )
    pen.curve(colour("#dfe9ea"), (0.78, 0.16), (0.5, 0.14), (0.1, 0.05), (-0.3, -0.02), (0.2, -0.08), (0.74, -0.02))
    pen.curve(skin.shift(-0.1), (0.28, 0.12), (0.1, -0.02), (0.02, -0.14), (0.2, -0.08), (0.4, 0.06))
    pen.oval(_INK, 0.52, 0.25, 0.026)
    pen.oval(WHITE, 0.53, 0.26, 0.008)
    foam = colour("#e6f4f5")
    for x, wide in ((-0.75, 0.26), (0.0, 0.5), (0.74, 0.3)):
        pen.oval(foam, x, -0.08, wide, 0.035, alpha=0.55)


def dragon(pen: Pen) -> None:
    """A flying dragon, seen from the side."""
    pen = pen.at(0, 0, 0.78)
    skin = pen.own(colour("#4f8a6b"))
    dark, belly = skin.shift(-0.14), skin.mix(colour("#f2dca8"), 0.6)
    far = [
        (-0.02, 0.62),
        (-0.34, 1.1),
        (-0.74, 1.2),
        (-0.62, 1.0),
        (-0.66, 0.86),
        (-0.46, 0.84),
        (-0.42, 0.7),
        (-0.24, 0.72),
    ]
    pen.area(dark.shift(-0.04), far)
    pen.line(skin, [(-0.3, 0.5), (-0.62, 0.36), (-0.86, 0.42), (-1.05, 0.62)], 0.09, curved=True)
    pen.line(skin, [(-0.8, 0.39), (-0.98, 0.52), (-1.1, 0.7)], 0.045, curved=True)
    pen.area(dark, [(-1.04, 0.62), (-1.06, 0.84), (-1.22, 0.7)])
    pen.curve(
        Fade(skin, skin.shift(-0.05)),
        (-0.42, 0.5),
        (-0.2, 0.66),
        (0.15, 0.66),
        (0.36, 0.6),
        (0.3, 0.44),
        (0.05, 0.34),
        (-0.25, 0.38),
    )
    pen.line(skin, [(0.26, 0.55), (0.5, 0.62), (0.56, 0.82), (0.68, 0.94)], 0.13, curved=True)
    pen.curve(belly, (-0.2, 0.4), (0.05, 0.44), (0.3, 0.52), (0.3, 0.44), (0.05, 0.35))
    pen.curve(skin, (0.56, 0.86), (0.64, 1.03), (0.8, 1.02), (1.02, 0.9), (1.0, 0.84), (0.78, 0.84), (0.62, 0.8))
    for x, y in ((0.62, 1.0), (0.7, 1.03)):
        pen.area(dark, [(x - 0.03, y - 0.02), (x - 0.15, y + 0.15), (x + 0.04, y)])
    for x, y in ((-0.12, 0.655), (0.3, 0.6), (0.46, 0.66), (0.5, 0.78), (-0.34, 0.57), (-0.55, 0.42), (-0.72, 0.41)):
        pen.area(dark, [(x - 0.05, y - 0.02), (x - 0.05, y + 0.085), (x + 0.05, y)])
    near = [
        (0.14, 0.6),
        (0.02, 1.08),
        (-0.3, 1.42),
        (-0.26, 1.2),
        (-0.42, 1.1),
        (-0.28, 0.98),
        (-0.36, 0.84),
        (-0.16, 0.82),
        (-0.14, 0.6),
    ]
    pen.area(Fade(belly.shift(-0.12), dark.shift(0.06)), near)
    for tip in ((-0.3, 1.42), (-0.42, 1.1), (-0.36, 0.84)):
        pen.line(dark, [(0.12, 0.62), (0.0, 1.06), tip] if tip[1] > 1 else [(0.12, 0.62), tip], 0.022)
    for x in (-0.16, 0.14):
        pen.line(skin.shift(-0.04), [(x, 0.42), (x - 0.1, 0.28), (x + 0.02, 0.2)], 0.06)
    pen.oval(colour("#ffd55e"), 0.76, 0.955, 0.028, bright=True)
    pen.oval(_INK, 0.768, 0.955, 0.012)


def butterfly(pen: Pen) -> None:
    """A butterfly with open wings."""
    wing = pen.own(colour("#e58a3c"))
    for side in (-1, 1):
        pen.curve(
            wing.shift(-0.06),
            (side * 0.03, 0.5),
            (side * 0.34, 0.42),
            (side * 0.44, 0.18),
            (side * 0.26, 0.06),
            (side * 0.1, 0.26),
        )
        pen.curve(
            Fade(wing.shift(0.05), wing),
            (side * 0.03, 0.52),
            (side * 0.3, 0.98),
            (side * 0.66, 0.96),
            (side * 0.62, 0.66),
            (side * 0.36, 0.46),
        )
        pen.curve(
            wing.shift(0.14),
            (side * 0.16, 0.6),
            (side * 0.32, 0.84),
            (side * 0.5, 0.84),
            (side * 0.44, 0.66),
            (side * 0.28, 0.56),
            alpha=0.8,
        )
        pen.oval(wing.shift(0.14), side * 0.27, 0.26, 0.07, alpha=0.8)
        pen.line(_INK, [(0, 0.74), (side * 0.07, 0.9), (side * 0.15, 0.98)], 0.012, curved=True)
    pen.area(_INK, shapes.box(-0.028, 0.22, 0.028, 0.76, 0.028))
