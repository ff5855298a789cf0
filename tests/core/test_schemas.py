"""The tools as language models see them, and what they answer as the tools take it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core.agent.loop import judge
from core.agent.messages import ToolCall
from core.agent.planners.schemas import from_strict, parameters
from core.agent.tools import TOOLS, ToolSpec
from core.providers.base import Tool
from tests.fakes.openai.schemas import check_strict

ALL = pytest.mark.parametrize("spec", TOOLS.values(), ids=str)
WORDS = frozenset({"type", "enum", "items", "description", "properties", "required", "additionalProperties"})
ASSET = "a" * 32


def keywords(schema: dict[str, Any]) -> set[str]:
    inner = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return set(schema).union(*map(keywords, inner))


@ALL
def test_a_strict_schema_is_taken_by_a_strict_server(spec: ToolSpec) -> None:
    check_strict(parameters(spec, True), f"function '{spec.name}'", "tools[0].parameters")


@ALL
@pytest.mark.parametrize("strict", [True, False])
def test_a_schema_is_valid_and_uses_only_words_that_every_server_knows(spec: ToolSpec, strict: bool) -> None:
    schema = parameters(spec, strict)
    Draft202012Validator.check_schema(schema)
    assert keywords(schema) <= WORDS


@ALL
def test_strict_demands_every_property_and_lets_the_optional_ones_be_null(spec: ToolSpec) -> None:
    schema = parameters(spec, True)
    assert schema["required"] == list(schema["properties"]) == list(spec.arguments.model_fields)
    nullable = {name for name, each in schema["properties"].items() if "null" in each["type"]}
    assert nullable == {name for name, info in spec.arguments.model_fields.items() if not info.is_required()}
    for each in schema["properties"].values():
        assert "enum" not in each or (None in each["enum"]) == ("null" in each["type"])


@ALL
def test_loose_demands_only_what_is_needed_and_knows_no_null(spec: ToolSpec) -> None:
    schema = parameters(spec, False)
    assert schema["required"] == [name for name, info in spec.arguments.model_fields.items() if info.is_required()]
    assert "null" not in json.dumps(schema)


def test_limits_that_a_schema_may_not_carry_are_said() -> None:
    speech = parameters(TOOLS[Tool.GENERATE_SPEECH], True)["properties"]
    assert speech["text"]["description"] == "Exactly the words to be spoken. At most 10,000 characters."
    assert "At most 1,000 characters." in speech["instructions"]["description"]
    edit = parameters(TOOLS[Tool.EDIT_IMAGE], True)["properties"]
    assert "At most 15 of them." in edit["more_images"]["description"]
    assert "call:N" in edit["more_images"]["description"]
    assert parameters(TOOLS[Tool.EXTEND], True)["properties"]["duration_s"]["description"] == (
        "Seconds to add. From 1 to 60."
    )


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """What a model held to a schema may write."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of(
        [
            {
                "null": st.none(),
                "string": st.sampled_from(["", ASSET, "call:0", "a wide harbour", "\x00", "\ud800", "ä" * 600]),
                "number": st.integers(-5, 90) | st.floats(1, 60),
                "boolean": st.booleans(),
                "array": st.lists(st.just(ASSET), max_size=3),
            }[kind]
            for kind in kinds
        ]
    )


@ALL
@given(data=st.data())
def test_what_a_strict_model_answers_is_accepted_or_told_why(spec: ToolSpec, data: st.DataObject) -> None:
    written = {name: data.draw(values(each)) for name, each in parameters(spec, True)["properties"].items()}
    arguments = from_strict(spec.name, json.dumps(written))
    arguments.encode()
    judged = judge([ToolCall("x", spec.name, arguments)], {}, {ASSET})
    assert len(judged.accepted) + len(judged.answers) == 1


@ALL
def test_nulls_everywhere_but_where_something_is_needed_are_accepted(spec: ToolSpec) -> None:
    needed = {"prompt": "a lighthouse", "text": "Hello.", "instruction": "darker"}
    properties = parameters(spec, True)["properties"]
    written = {name: None if "null" in each["type"] else needed.get(name, ASSET) for name, each in properties.items()}
    judged = judge([ToolCall("x", spec.name, from_strict(spec.name, json.dumps(written)))], {}, {ASSET})
    assert judged.answers == {}
    assert None not in judged.accepted[0].arguments.model_dump(exclude_none=True).values()


def test_an_empty_text_means_nothing_where_a_field_is_optional_and_stays_wrong_where_it_is_needed() -> None:
    written = json.dumps({"image": ASSET, "mask": "", "more_images": [], "prompt": "", "instruction": "darker"})
    assert json.loads(from_strict("edit_image", written)) == {"image": ASSET, "prompt": "", "instruction": "darker"}


@pytest.mark.parametrize("text", ["{", "", "nonsense", "[1]", '"x"', "null", "1e999", "[" * 100_000, '{"a":' * 100_000])
def test_what_is_no_object_is_left_to_the_loop_which_never_breaks_on_it(text: str) -> None:
    judged = judge([ToolCall("x", "generate_image", from_strict("generate_image", text))], {}, set())
    assert list(judged.answers) == ["x"]


def test_what_no_database_takes_is_taken_out_and_other_scripts_stay() -> None:
    written = '{"prompt": "灯台 \\ud83c\\udfa8 a\\u0000b \\ud800", "x": [{"\\u0000k": "\\udfff"}]}'
    assert json.loads(from_strict("generate_image", written)) == {"prompt": "灯台 🎨 ab ?", "x": [{"k": "?"}]}


def test_arguments_of_a_tool_that_does_not_exist_stay_but_for_nulls() -> None:
    assert from_strict("fetch_url", '{"url": "http://example.org", "method": null, "body": ""}') == (
        '{"url": "http://example.org", "body": ""}'
    )
