"""Recipes: what an asset tells of itself, and what lies beside its object."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, delete

from core.provenance.recipe import recipe, sidecar
from core.providers.base import Tool
from core.wishes import Action
from storage import gallery, looks, recipes
from storage.recipes import sidecar_key
from storage.tables import Asset, Look
from tests.fakes.house import House
from tests.fakes.media import png

PICTURE = png((40, 30))


async def recipe_of(house: House, asset_id: str) -> dict[str, Any]:
    asset = await house.read(lambda session: gallery.asset(session, house.ada, asset_id))
    assert asset
    return recipe((await house.read(lambda session: recipes.ingredients(session, [asset])))[0])


def objects_of(house: House) -> dict[str, Path]:
    folder = house.app.settings.data_dir / "objects"
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


async def test_a_recipe_tells_how_an_asset_was_made(house: House) -> None:
    (asset,) = (await house.made("a lighthouse")).assets
    told = await recipe_of(house, asset.id)
    assert told | {"id": asset.id, "version": "v1", "kind": "image", "tool": "generate_image"} == told
    assert (told["asked"], told["sent"], told["arguments"]["prompt"]) == ("a lighthouse",) * 3
    assert (told["provider"], told["model"], told["seed"]) == (asset.provider, asset.model, asset.seed)
    assert (told["parent"], told["inputs"], told["credit"]) == (None, [], None)
    json.dumps(told)


async def test_a_recipe_names_what_its_asset_was_made_from(house: House) -> None:
    (first,) = (await house.made()).assets
    (varied,) = (await house.act(Action.VARY, first.id)).assets
    told = await recipe_of(house, varied.id)
    assert (told["parent"], told["tool"]) == (first.id, Tool.VARY)
    assert told["inputs"] == [{"id": first.id, "version": "v1"}]
    await house.app.studio.delete(house.ada, first.id)
    assert (await recipe_of(house, varied.id))["inputs"] == [{"id": first.id, "version": None}]


async def test_a_recipe_names_every_input_in_order(house: House, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PICTURE)
    brought = await house.app.studio.upload(house.ada, tmp_path / "a.png", "a.png")
    (made,) = (await house.made()).assets
    ids = [brought.id, made.id]
    await house.app.database.write(lambda session: gallery.change(session, house.ada, made.id, inputs=ids))
    assert (await recipe_of(house, made.id))["inputs"] == [
        {"id": brought.id, "version": ""},
        {"id": made.id, "version": "v1"},
    ]


async def test_beside_each_object_lies_its_recipe(house: House) -> None:
    (asset,) = (await house.made("a lighthouse")).assets
    await house.app.sidecars.drained()
    files = objects_of(house)
    (key,) = [key for key in files if key.endswith(".json")]
    _, object_key = await house.app.studio.content(house.ada, asset.id)
    assert key == sidecar_key(object_key)
    beside = json.loads(files[key].read_text("utf-8"))
    assert beside == {name: value for name, value in (await recipe_of(house, asset.id)).items() if name != "credit"}
    assert beside["sha256"] == sha256(files[object_key].read_bytes()).hexdigest()


async def test_an_upload_has_its_recipe_and_its_look_too(house: House, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PICTURE)
    await house.app.studio.upload(house.ada, tmp_path / "a.png", "a.png")
    await house.app.sidecars.drained()
    await house.app.thumbnails.drained()
    (key,) = [key for key in objects_of(house) if key.endswith(".json")]
    beside = json.loads(objects_of(house)[key].read_text("utf-8"))
    assert (beside["kind"], beside["asked"]) == ("upload", "a.png")
    assert beside["sha256"] == sha256(PICTURE).hexdigest()


async def test_the_sidecar_goes_with_its_asset_and_with_its_person(house: House) -> None:
    first, second = [(await house.made()).assets[0] for _ in range(2)]
    await house.app.sidecars.drained()
    await house.app.thumbnails.drained()
    await house.app.studio.delete(house.ada, first.id)
    assert len([key for key in objects_of(house) if key.endswith(".json")]) == 1
    await house.app.studio.forget(house.ada)
    assert [key for key in objects_of(house) if key.startswith(house.ada)] == []
    assert second


async def test_what_was_not_written_is_written_by_the_next_sweep(house: House) -> None:
    (asset,) = (await house.made()).assets
    await house.app.sidecars.drained()
    _, object_key = await house.app.studio.content(house.ada, asset.id)
    objects_of(house)[sidecar_key(object_key)].unlink()
    await house.app.database.write(lambda session: gallery.change(session, house.ada, asset.id, sidecar=False))
    await house.app.sidecars.sweep()
    assert sidecar_key(object_key) in objects_of(house)
    assert await house.read(recipes.bare) == []


async def test_a_picture_of_an_earlier_version_gets_its_look_in_the_sweep(house: House, tmp_path: Path) -> None:
    drawn = {"target": tmp_path / "a.png", "prompt": "a lighthouse", "seed": 1}
    await house.app.pool.run("core.providers.offline.images:draw", drawn)
    brought = await house.app.studio.upload(house.ada, tmp_path / "a.png", "a.png")
    await house.app.thumbnails.drained()

    def forget(session: Session) -> int | None:
        row = gallery.asset(session, house.ada, brought.id)
        assert row
        look = looks.bits_of(session, row)
        session.exec(delete(Look))
        return look

    before = await house.app.database.write(forget)
    await house.app.thumbnails.sweep()

    def look(session: Session) -> int | None:
        row = gallery.asset(session, house.ada, brought.id)
        assert row
        return looks.bits_of(session, row)

    after = await house.read(look)
    assert before is not None
    assert after is not None
    assert looks.distance(before, after) <= 2


@pytest.mark.parametrize("name", ["o.png", "u/c/s-0.tar.webp", "o"])
def test_a_sidecar_lies_beside_its_object_under_the_same_name(name: str) -> None:
    assert sidecar_key(name) == {"o.png": "o.json", "u/c/s-0.tar.webp": "u/c/s-0.tar.json", "o": "o.json"}[name]


def test_a_sidecar_names_nobody_who_could_not_be_taken_out_of_it() -> None:
    asset = Asset(user_id="ada", kind="image", media_type="image/png", object_key="o.png", credit_id="bob")
    rows = recipes.Ingredients(asset, None, {}, "Bob")
    assert recipe(rows)["credit"] == "Bob"
    assert "credit" not in sidecar(rows)
    assert "Bob" not in json.dumps(sidecar(rows))
