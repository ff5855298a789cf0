"""Components as apps send them: what may stand where, how many, and how long.

https://docs.discord.com/developers/components/reference. Much of it is in the OpenAPI description, too; it is here so
that nothing passes where that is switched off, and what is only here is written in prose by Discord: 40 in all, 4000
characters in all, each `custom_id` and `id` once, `attachment://` names a file of the same request.
"""

from collections.abc import Iterator
from typing import Any

from tests.fakes.discord.refusals import Path, Refusal, invalid, too_long

ROW, BUTTON, SELECT, INPUT, SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR = 1, 2, 3, 4, 9, 10, 11, 12, 13, 14
CONTAINER, LABEL, UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 17, 18, 19, 21, 22, 23
SELECTS = frozenset({SELECT, 5, 6, 7, 8})
LEGACY_TOP = frozenset({ROW})
V2_TOP = frozenset({ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER})
CHILDREN = {
    ROW: frozenset({BUTTON}) | SELECTS,
    SECTION: frozenset({TEXT}),
    CONTAINER: V2_TOP - {CONTAINER},
}
MODAL_TOP = frozenset({ROW, TEXT, LABEL})
LABELLED = frozenset({INPUT, UPLOAD, RADIO, CHECKBOXES, CHECKBOX}) | SELECTS
LINK, PREMIUM = 5, 6
Component = dict[str, Any]


def walk(
    components: list[Component], path: tuple[str | int, ...] = ("components",)
) -> Iterator[tuple[Path, Component]]:
    """Every component, with the way to it."""
    for i, one in enumerate(components or ()):
        here = (*path, i)
        yield here, one
        yield from walk(one.get("components") or [], (*here, "components"))
        for key in ("accessory", "component"):
            if isinstance(one.get(key), dict):
                yield (*here, key), one[key]


def media_of(one: Component) -> Iterator[tuple[Path, Component]]:
    """The unfurled media items of one component."""
    for key in ("media", "file"):
        if isinstance(one.get(key), dict):
            yield (key,), one[key]
    for i, item in enumerate(one.get("items") or ()):
        yield ("items", i, "media"), item.get("media") or {}


def referenced(components: list[Component]) -> set[str]:
    """The names of files that are shown by some component."""
    urls = (media.get("url", "") for _, one in walk(components) for _, media in media_of(one))
    return {url.removeprefix("attachment://") for url in urls if url.startswith("attachment://")}


def check_message(components: list[Component], *, v2: bool, files: set[str]) -> None:
    """Raise 50035 for what a message may not hold. `files` are the names that `attachment://` may use."""
    top = V2_TOP if v2 else LEGACY_TOP
    if not v2 and len(components) > 5:
        raise invalid(["components"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    _check_places(components, top, ("components",))
    _check_totals(components)
    for path, one in walk(components):
        _check_one(path, one)
        for more, media in media_of(one):
            _check_media((*path, *more), one, media, files)


def _check_places(components: list[Component], allowed: frozenset[int], path: tuple[str | int, ...]) -> None:
    for i, one in enumerate(components):
        if one.get("type") not in allowed:
            choices = ", ".join(map(str, sorted(allowed)))
            raise invalid((*path, i, "type"), "UNION_TYPE_CHOICES", f"Value of field type must be one of ({choices}).")
        inner = one.get("components")
        if one["type"] in CHILDREN:
            if not inner:
                raise invalid((*path, i, "components"), "BASE_TYPE_REQUIRED", "This field is required")
            _check_places(inner, CHILDREN[one["type"]], (*path, i, "components"))


def _check_totals(components: list[Component], most: int = 40) -> None:
    found = [one for _, one in walk(components)]
    if len(found) > most:
        message = f"The total number of components cannot exceed {most}"
        raise invalid(["components"], "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    if sum(len(one.get("content") or "") for one in found if one.get("type") == TEXT) > 4000:
        message = "The total length of displayable text exceeds the maximum of 4000"
        raise invalid(["components"], "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)
    _check_unique(components)


def _check_unique(components: list[Component]) -> None:
    for key, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
        seen: set[object] = set()
        for path, one in walk(components):
            value = one.get(key)
            if value and value in seen:
                raise invalid((*path, key), code, f"Component {key.replace('_', ' ')} cannot be duplicated")
            seen.add(value)


def _check_one(path: Path, one: Component) -> None:
    if len(one.get("custom_id") or "") > 100:
        raise too_long((*path, "custom_id"), 100)
    match one["type"]:
        case 1:
            _check_row(path, one["components"])
        case 2:
            _check_button(path, one)
        case 3:
            _check_options(path, one)
        case 9:
            _check_section(path, one)
        case 10 if not one.get("content"):
            raise invalid((*path, "content"), "BASE_TYPE_REQUIRED", "This field is required")
        case 12 if not 1 <= len(one.get("items") or ()) <= 10:
            raise invalid((*path, "items"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10 in length.")


def _check_row(path: Path, children: list[Component]) -> None:
    selects = [one for one in children if one["type"] in SELECTS]
    if len(children) > (1 if selects else 5):
        raise invalid(
            (*path, "components"),
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
            "The specified component exceeds the maximum width",
        )


def _check_button(path: Path, one: Component) -> None:
    ends = {LINK: "url", PREMIUM: "sku_id"}.get(one.get("style", 0), "custom_id")
    given = {key for key in ("url", "sku_id", "custom_id") if one.get(key)}
    if given != {ends}:
        code = "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE" if len(given) > 1 else "BASE_TYPE_REQUIRED"
        raise invalid((*path, ends), code, f"A button of this style needs {ends}, and that alone")
    if len(one.get("label") or "") > 80:
        raise too_long((*path, "label"), 80)
    if not (one.get("label") or one.get("emoji") or one.get("sku_id")):
        raise invalid(path, "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji")


def _check_options(path: Path, one: Component) -> None:
    options = one.get("options") or []
    if not 1 <= len(options) <= 25:
        raise invalid((*path, "options"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.")
    if len({option["value"] for option in options}) < len(options):
        raise invalid(
            (*path, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used"
        )
    defaults = sum(bool(option.get("default")) for option in options)
    if defaults > (one.get("max_values") or 1):
        raise invalid((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "More defaults than max_values")


def _check_section(path: Path, one: Component) -> None:
    if len(one["components"]) > 3:
        raise invalid((*path, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 3 in length.")
    if (one.get("accessory") or {}).get("type") not in {BUTTON, THUMBNAIL}:
        raise invalid((*path, "accessory"), "BASE_TYPE_REQUIRED", "This field is required")


def _check_media(path: Path, one: Component, media: Component, files: set[str]) -> None:
    url = str(media.get("url", ""))
    if url.startswith("attachment://"):
        if url.removeprefix("attachment://") not in files:
            raise invalid(
                (*path, "url"),
                "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                "The referenced attachment was not found",
            )
    elif one["type"] == FILE or not url.startswith(("http://", "https://")):
        raise invalid(
            (*path, "url"),
            "URL_TYPE_INVALID_SCHEME",
            f"Scheme of {url.split(':', maxsplit=1)[0]!r} is not supported here",
        )


# --- modals -------------------------------------------------------------------------------------------------------


def check_modal(data: Component) -> None:
    """https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal."""
    top = data.get("components") or []
    if not 1 <= len(top) <= 5:
        raise invalid(["data", "components"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    for key, most in (("title", 45), ("custom_id", 100)):
        if not 1 <= len(data.get(key) or "") <= most:
            raise too_long(["data", key], most)
    _check_unique(top)
    for i, one in enumerate(top):
        _check_modal_place(("data", "components", i), one)


def _check_modal_place(path: Path, one: Component) -> None:
    if one.get("type") not in MODAL_TOP:
        raise invalid((*path, "type"), "UNION_TYPE_CHOICES", "Value of field type must be one of (1, 10, 18).")
    if one["type"] == ROW and [child.get("type") for child in one.get("components") or ()] != [INPUT]:
        raise _modal_child((*path, "components"))
    if one["type"] != LABEL:
        return
    if not 1 <= len(one.get("label") or "") <= 45:
        raise too_long((*path, "label"), 45)
    if len(one.get("description") or "") > 100:
        raise too_long((*path, "description"), 100)
    child = one.get("component") or {}
    if child.get("type") not in LABELLED:
        raise _modal_child((*path, "component"))
    _check_modal_child((*path, "component"), child)


def _check_modal_child(path: Path, child: Component) -> None:
    if not 1 <= len(child.get("custom_id") or "") <= 100:
        raise too_long((*path, "custom_id"), 100)
    if len(child.get("value") or "") > 4000:
        raise too_long((*path, "value"), 4000)
    if child["type"] == RADIO and not 2 <= len(child.get("options") or ()) <= 10:
        raise invalid((*path, "options"), "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 10 in length.")
    if child["type"] == UPLOAD and not 0 <= (child.get("min_values") or 0) <= (child.get("max_values") or 1) <= 10:
        raise invalid((*path, "max_values"), "NUMBER_TYPE_MAX", "int value should be less than or equal to 10.")
    if child["type"] == SELECT:
        _check_options(path, child)
    if child.get("disabled"):
        raise invalid((*path, "disabled"), "MODAL_DISABLED", "A component of a modal cannot be disabled")


def _modal_child(path: Path) -> Refusal:
    return invalid((*path, "type"), "UNION_TYPE_CHOICES", "This component cannot stand here in a modal.")
