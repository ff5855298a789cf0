"""Words that look like markup stay words: wherever a person can put them, and on every page there is."""

import re
from collections.abc import Mapping
from itertools import pairwise
from urllib.parse import quote, urlencode

from sqlmodel import Session, select

from bot.web.server import make_web
from storage import gallery
from storage.tables import Asset, Creation, Step, Thread
from tests.bot.browser import Visitor, visiting
from tests.bot.house import House, form, png
from tests.bot.pages.test_everywhere import HOSTILE

ALIVE = """() => [...document.querySelectorAll(
    "main script, header script, iframe, object, embed, base, form[action*='evil'], meta[http-equiv=refresh i], "
    + "link[href*='evil'], [href^='javascript' i], [src^='javascript' i], math, details[ontoggle], source[onerror], "
    + "main style, header style, main link")]
  .concat([...document.querySelectorAll("*")].filter((node) => [...node.attributes].some(({name}) => /^on/.test(name))))
  .map((node) => node.outerHTML.slice(0, 200)).concat(window.hit ? ["window.hit"] : [])"""
"""What no page of Easel's holds by itself, so that it came from words."""

WORDLESS = frozenset({"/help", "/inspect", "/you", "/static", "/healthz", "/readyz", "/metrics", "/openapi.json"})
"""Nothing that a person wrote stands on these."""
NO_PAGES = ("/api/", "/slack/", "/signin", "/s/{id}/content", "/s/{id}/thumbnail", "/s/{id}/{asset}/")


async def filled(house: House) -> dict[str, list[str]]:
    """Everything that can be named, named by something hostile; addresses by the routes that they belong to."""
    me, count = house.context.local_user_id, len(HOSTILE)
    assets = [await _asset(house, me, number) for number in range(count)]
    walls = [await _made(house, "/api/v1/collections", {"name": words[:80]}) for words in HOSTILE]
    for wall in walls:
        await house.ask("POST", f"/api/v1/collections/{wall}/assets", json={"assets": [each.id for each in assets]})
    for number, asset in enumerate(assets):
        tags = {"tags": [re.sub(r"[\W_]+", "-", HOSTILE[number])[:30] or "x", "<b>bold</b>"]}
        await house.ask("PUT", f"/api/v1/assets/{asset.id}/tags", json=tags)
        await house.ask("POST", "/api/v1/uploads", data=form(png((20 + number, 20)), name=f"{HOSTILE[number]}.png"))
    threads = await house.app.database.read(lambda session: list(session.exec(select(Thread.ref))))
    links = [await _link(house, asset=asset.id) for asset in assets[:4]]
    shared = [await _link(house, collection=wall) for wall in walls[:4]]
    pairs = pairwise(assets)
    return {
        "/": ["/"],
        "/t/{thread}": [f"/t/{quote(ref)}" for ref in threads],
        "/t/{thread}/tree": [f"/t/{quote(ref)}/tree" for ref in threads[:5]],
        "/gallery": ["/gallery", "/gallery?kind=upload", *(f"/gallery?{urlencode({'q': words})}" for words in HOSTILE)],
        "/a/{id}": [f"/a/{asset.id}" for asset in assets],
        "/a/{id}/tree": [f"/a/{asset.id}/tree" for asset in assets[-2:]],
        "/collections": ["/collections"],
        "/collections/{id}": [f"/collections/{wall}" for wall in walls[::3]],
        "/compare": [f"/compare?a={one.id}&b={other.id}" for one, other in pairs][::2],
        "/s/{id}": [*links, *shared],
        "/s/{id}/{asset}": [address.replace("?", f"/{assets[0].id}?") for address in shared[:2]],
    }


async def _asset(house: House, owner: str, number: int) -> Asset:
    """An asset whose every word is hostile, made from the one before."""
    asset = await house.asset(owner, png((64 + number, 48)))
    words = [HOSTILE[(number + shift) % len(HOSTILE)] for shift in range(6)]

    def work(session: Session) -> None:
        told = {"asked": words[0], "prompt": words[1], "alt_text": words[2], "reply": words[3], "model": words[4]}
        parent = session.exec(select(Asset.id).where(Asset.seq == (asset.seq or 0) - 1)).first()
        gallery.change(session, owner, asset.id, parent_id=parent, inputs=[parent] if parent else [], **told)
        creation = session.get_one(Creation, asset.creation_id)
        creation.prompt, creation.reply, creation.error_code, creation.error_message = *words[:2], "failed", words[2]
        session.get_one(Thread, asset.thread_id).title = words[5]
        step = session.get_one(Step, asset.step_id)
        step.title, step.detail, step.error_message = words[3], words[4], words[5]
        session.add(creation)

    await house.app.database.write(work)
    return asset


async def _made(house: House, path: str, body: Mapping[str, str]) -> str:
    answer = await house.ask("POST", path, json=body)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


async def _link(house: House, **thing: str) -> str:
    url = (await house.ask("POST", "/api/v1/shares", json=thing)).json["url"]
    return str(url).removeprefix(house.open_url)


def pages(house: House) -> set[str]:
    """Every address that a browser is shown as a page."""
    found = make_web(house.context).router.routes()
    paths = {route.resource.canonical for route in found if route.resource and route.method == "GET"}
    return {path for path in paths - WORDLESS if not path.startswith(NO_PAGES)}


async def test_hostile_words_are_inert_on_every_page(quiet: House) -> None:
    """Prompts, sent words, descriptions, replies, tags, files, titles, collections, searches: in a real browser."""
    addresses = await filled(quiet)
    assert set(addresses) == pages(quiet), "a new page stands here too"
    found = list[tuple[str, object]]()
    async with visiting(quiet.open_url) as visitor:
        for address in (each for some in addresses.values() for each in some):
            found += [(address, each) for each in await _alive(visitor, address)]
        assert found == []
        assert visitor.complaints == []


async def _alive(visitor: Visitor, address: str) -> list[str]:
    response = await visitor.page.goto(visitor.url + address, wait_until="load")
    assert response
    if response.status >= 400:
        return [f"{response.status}"]
    return list(await visitor.page.evaluate(ALIVE))


async def test_hostile_words_are_seen_as_they_were_written(quiet: House) -> None:
    """They are kept and shown, not cut away: what is inert above did stand there."""
    addresses = await filled(quiet)
    async with visiting(quiet.open_url) as visitor:
        shown = list[str]()
        for address in addresses["/a/{id}"][:6]:
            await visitor.open(address)
            shown.append(await visitor.page.locator("main").inner_text())
        await visitor.open("/collections")
        shelf = await visitor.page.locator("main").inner_text()
    for number, text in enumerate(shown):
        assert HOSTILE[number] in text
    assert [words for words in HOSTILE if words[:80] not in shelf] == []
    assert visitor.complaints == []


async def test_hostile_addresses_are_inert(quiet: House) -> None:
    async with visiting(quiet.open_url) as visitor:
        found = list[tuple[str, str]]()
        for words in HOSTILE:
            for path in ("/t/{}", "/a/{}", "/collections/{}", "/{}", "/signin?code={}", "/s/0?key={}", "/gallery?x={}"):
                address = path.format(quote(words, safe=""))
                await visitor.page.goto(visitor.url + address, wait_until="domcontentloaded")
                found += [(address, each) for each in await visitor.page.evaluate(ALIVE)]
        assert found == []
        assert [each for each in visitor.complaints if "Failed to load resource" not in each] == []
