"""What a picture model is told, in words."""

from core.providers.base import Order, Tool

_STYLES = {"photoreal": "photorealistic", "3d": "3D render"}


def prompt_for(order: Order, *, with_sources: bool) -> str:
    """The whole prompt: what changes comes first, since the source already shows the rest."""
    return "\n\n".join(part for part in (_task(order, with_sources), _style(order.style)) if part)


def _task(order: Order, with_sources: bool) -> str:
    if not with_sources:
        return order.prompt
    if order.tool is Tool.VARY:
        return f"Make another picture of the same idea, with a composition of its own.\n\n{order.prompt}".strip()
    if not order.instruction:
        return order.prompt
    return f"{order.instruction}\n\nKeep everything else as it is. The whole picture afterwards: {order.prompt}"


def _style(style: str | None) -> str:
    return f"Style: {_STYLES.get(style, style)}." if style else ""
