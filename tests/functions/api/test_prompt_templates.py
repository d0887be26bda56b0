"""Prompt templates: the functions that ship, over real tables."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Picture
from tests.functions.api.harness import Answer, http_event
from tests.support.engine import finished_at_once
from tests.support.folders import api_folder
from tests.support.operations import Functions, functions_over

from easel.domain.provider import ReferenceImage
from easel.ids import new_id
from easel.outbound.references import SafeReferenceFetcher
from easel.services.prompt_templates import manage_prompt_templates

if TYPE_CHECKING:
    from tests.support.emulator import Emulator

PATH = "/api/v1/prompt-templates"
SHOES: dict[str, Any] = {
    "name": "Shoe shots",
    "description": "A shoe from two sides.",
    "variables": [
        {"name": "shoe", "required": True, "maxLength": 40, "example": "felt clog"},
        {"name": "color", "allowed": ["red", "green"]},
    ],
    "references": [{"role": "side", "sentence": "Picture {number} shows the shoe from its side."}],
    "shots": [
        {"id": "side", "name": "Side", "text": "A {shoe}[[ in {color}]], from the side.", "references": ["side"]},
        {"id": "top", "name": "Top", "text": "A {shoe}[[ in {color}]], from above.", "aspectRatio": "1:1"},
    ],
}
CLOG = {"shoe": "felt clog", "color": "red"}


@pytest.fixture(scope="module")
def functions(emulator: Emulator) -> Iterator[Functions]:
    with functions_over(emulator) as (functions, _):
        yield functions


@pytest.fixture(autouse=True)
def fresh_workspace(functions: Functions) -> None:
    """Each test has a workspace of its own, with 100 credits."""
    functions.provision()
    functions.authorize()


def ask(functions: Functions, method: str, path: str = "", body: Any = None, query: str = "") -> Answer:
    """The answer of the route."""
    changing = method in {"PUT", "DELETE"} or (method == "POST" and not path.endswith("/render"))
    function = "manage_prompt_templates" if changing else "read_prompt_templates"
    event = http_event(method, f"{PATH}{path}", authorizer=functions._caller, body=body, query=query)
    said = functions.invoke(api_folder(function), event)
    return Answer.of(said)


def made(functions: Functions, **changes: Any) -> dict[str, Any]:
    answer = ask(functions, "POST", body=SHOES | changes)
    assert answer.status == 201, answer.body
    body: dict[str, Any] = answer.json
    return body


def submitted(functions: Functions, template: dict[str, Any], **more: Any) -> Answer:
    body = {"model": "seedream-v4", "template": template, **more.pop("fields", {})}
    event = http_event("POST", "/api/v1/generations", authorizer=functions._caller, body=body, **more)
    said = functions.invoke("api/generations/submit_generation", event)
    return Answer.of(said)


def problem(answer: Answer) -> tuple[int, str, list[str]]:
    """(status, code, fields at fault)."""
    error = answer.json["error"]
    return answer.status, error["code"], [detail["field"] for detail in error["details"]]


def another_workspace(functions: Functions) -> None:
    functions.provision()
    functions.authorize()


# --- what there is ----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S000-38", "S004-47", "S004-52")
def test_what_ships_is_listed_with_all_that_a_form_needs(functions: Functions) -> None:
    product, article, with_text = ask(functions, "GET").json["templates"]

    assert (product["id"], product["builtIn"], product["version"]) == ("product-shots", True, 2)
    assert [variable["name"] for variable in product["variables"]] == ["name", "color", "material"]
    assert product["variables"][0]["maxLength"] == 200
    assert product["variables"][0]["required"] is True
    assert set(product["example"]) == {"name", "color", "material"}
    assert len(product["shots"]) == 6
    assert [reference["role"] for reference in product["references"]] == ["front", "back"]
    assert article["id"] == "content-item"
    assert article["variables"][2]["allowed"] == ["hero", "inline"]
    assert with_text["id"] == "content-item-with-text"
    assert ask(functions, "GET", "/content-item").json == article


@pytest.mark.requirement("S003-95")
def test_own_templates_follow_what_ships_page_by_page(functions: Functions) -> None:
    own = [made(functions, name=f"Shoes {number}")["id"] for number in range(3)]
    found: list[str] = []
    cursor = ""
    for _ in range(10):
        page = ask(functions, "GET", query=f"limit=1{cursor}").json
        found += [template["id"] for template in page["templates"]]
        if page["nextCursor"] is None:
            break
        cursor = f"&cursor={page['nextCursor']}"

    assert found == ["product-shots", "content-item", "content-item-with-text", *reversed(own)]
    assert [one["id"] for one in ask(functions, "GET", query="limit=4").json["templates"]] == found[:4]


@pytest.mark.requirement("S003-95")
def test_a_template_belongs_to_its_workspace_and_every_member_may_use_it(functions: Functions) -> None:
    own = made(functions)
    principal = json.loads(functions._caller["principal"])
    functions._caller = {"principal": json.dumps(principal | {"user_id": new_id(), "roles": ["member"]})}

    read = ask(functions, "GET", f"/{own['id']}").json

    assert read == own
    assert (read["builtIn"], read["version"], read["changedBy"]) == (False, 1, principal["user_id"])
    assert {name: read[name] for name in ("name", "description")} == {
        "name": "Shoe shots",
        "description": "A shoe from two sides.",
    }


@pytest.mark.requirement("S003-95")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "", None), ("PUT", "", SHOES), ("DELETE", "", None), ("POST", "/render", {"variables": CLOG})],
)
def test_a_template_is_not_there_for_another_workspace(
    functions: Functions, method: str, path: str, body: dict[str, Any] | None
) -> None:
    own = made(functions)
    another_workspace(functions)

    assert problem(ask(functions, method, f"/{own['id']}{path}", body))[:2] == (404, "not_found")


@pytest.mark.requirement("S003-95")
def test_a_template_cannot_be_used_by_another_workspace(functions: Functions) -> None:
    own = made(functions)
    another_workspace(functions)

    assert problem(submitted(functions, {"id": own["id"], "variables": CLOG})) == (
        400,
        "unknown_template",
        ["template.id"],
    )


@pytest.mark.parametrize("id", ["nothing", "PROMPT#1", "019a9f1c-5c00-7abc-8def-0123456789a0", "%23", "é", "x" * 300])
def test_what_is_not_there_is_not_found(functions: Functions, id: str) -> None:
    assert ask(functions, "GET", f"/{id}").status == 404
    assert ask(functions, "POST", f"/{id}/render", {}).status == 404
    assert ask(functions, "PUT", f"/{id}", SHOES).status == 404
    assert ask(functions, "DELETE", f"/{id}").status == 404
    assert submitted(functions, {"id": id, "variables": {}}).status == 400


def test_reading_takes_the_scope_to_read_and_changing_the_one_to_write(functions: Functions) -> None:
    own = made(functions)
    principal = json.loads(functions._caller["principal"])
    functions._caller = {"principal": json.dumps(principal | {"scopes": ["generations:read"]})}

    assert ask(functions, "GET").status == 200
    assert ask(functions, "POST", f"/{own['id']}/render", {"variables": CLOG}).status == 200
    assert ask(functions, "POST", body=SHOES).status == 403
    assert ask(functions, "PUT", f"/{own['id']}", SHOES).status == 403
    assert ask(functions, "DELETE", f"/{own['id']}").status == 403


# --- versions ---------------------------------------------------------------------------------------------------------


def test_a_change_makes_the_next_version_and_the_old_one_stays(functions: Functions) -> None:
    first = made(functions)

    second = ask(functions, "PUT", f"/{first['id']}", SHOES | {"name": "Boots", "version": 1}).json

    assert (second["id"], second["version"], second["name"]) == (first["id"], 2, "Boots")
    assert second["createdAt"] == first["createdAt"] <= second["changedAt"]
    assert ask(functions, "GET", f"/{first['id']}").json == second
    assert ask(functions, "GET", f"/{first['id']}", query="version=1").json == first


@pytest.mark.parametrize(
    ("version", "status"), [("2", 404), ("0", 404), ("-1", 404), ("99999999999999999999", 404), ("one", 400)]
)
def test_a_version_that_was_never_made_is_not_there(functions: Functions, version: str, status: int) -> None:
    own = made(functions)

    assert ask(functions, "GET", f"/{own['id']}", query=f"version={version}").status == status


def test_a_later_version_of_a_built_in_template_is_not_there(functions: Functions) -> None:
    assert ask(functions, "GET", "/product-shots", query="version=7").status == 404
    assert ask(functions, "GET", "/product-shots", query="version=-1").status == 404
    assert ask(functions, "GET", "/product-shots", query="version=1.0").status == 400


def test_the_same_words_again_make_no_version(functions: Functions) -> None:
    own = made(functions)

    assert ask(functions, "PUT", f"/{own['id']}", SHOES).json == own


def test_whoever_read_an_older_version_is_told_so(functions: Functions) -> None:
    own = made(functions)
    ask(functions, "PUT", f"/{own['id']}", SHOES | {"name": "Boots"})

    late = ask(functions, "PUT", f"/{own['id']}", SHOES | {"name": "Clogs", "version": 1})

    assert problem(late)[:2] == (409, "stale_write")
    assert ask(functions, "GET", f"/{own['id']}").json["name"] == "Boots"


def test_a_removed_template_is_gone_with_its_versions(functions: Functions) -> None:
    own = made(functions)
    ask(functions, "PUT", f"/{own['id']}", SHOES | {"name": "Boots"})

    assert ask(functions, "DELETE", f"/{own['id']}").status == 204

    assert ask(functions, "GET", f"/{own['id']}").status == 404
    assert ask(functions, "GET", f"/{own['id']}", query="version=1").status == 404
    assert ask(functions, "DELETE", f"/{own['id']}").status == 404
    assert len(ask(functions, "GET").json["templates"]) == 3


def test_what_ships_cannot_be_changed(functions: Functions) -> None:
    assert problem(ask(functions, "PUT", "/product-shots", SHOES))[:2] == (409, "conflict")
    assert problem(ask(functions, "DELETE", "/content-item"))[:2] == (409, "conflict")


def test_a_template_has_no_more_versions_than_it_may(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manage_prompt_templates, "MAX_VERSIONS", 2)
    own = made(functions)

    assert ask(functions, "PUT", f"/{own['id']}", SHOES | {"name": "Two"}).status == 200
    assert problem(ask(functions, "PUT", f"/{own['id']}", SHOES | {"name": "Three"}))[:2] == (
        409,
        "too_many_templates",
    )
    assert ask(functions, "DELETE", f"/{own['id']}").status == 204


BAD_TEMPLATES: dict[str, tuple[dict[str, Any], str]] = {
    "no shots": ({"shots": []}, "shots"),
    "shots left out": ({"shots": ...}, "shots"),
    "eleven shots": ({"shots": [SHOES["shots"][0]] * 11}, "shots"),
    "no name": ({"name": ""}, "name"),
    "a name that is a number": ({"name": 7}, "name"),
    "a broken text": ({"shots": [SHOES["shots"][0] | {"text": "A {shoe"}]}, "shots[0].text"),
    "python's format": ({"shots": [SHOES["shots"][0] | {"text": "{shoe.__class__}"}]}, "shots[0].text"),
    "an unknown variable": ({"shots": [SHOES["shots"][0] | {"text": "A {boot}"}]}, "shots[0].text"),
    "an unknown field": ({"shots": [SHOES["shots"][0] | {"prompt": "A {shoe}"}]}, "shots[0].prompt"),
    "a length in words": ({"variables": [{"name": "shoe", "maxLength": "long"}]}, "variables[0].maxLength"),
    "too many choices": ({"variables": [{"name": "shoe", "allowed": ["x"] * 51}]}, "variables[0].allowed"),
    "a version of text": ({"version": "1"}, "version"),
}


@pytest.mark.parametrize(("changes", "field"), BAD_TEMPLATES.values(), ids=BAD_TEMPLATES.keys())
def test_a_bad_template_is_refused_by_field(functions: Functions, changes: dict[str, Any], field: str) -> None:
    body = {name: value for name, value in (SHOES | changes).items() if value is not ...}

    status, _, fields = problem(ask(functions, "POST", body=body))

    assert (status, field in fields) == (400, True), fields
    assert len(ask(functions, "GET").json["templates"]) == 3


# --- trying one out ---------------------------------------------------------------------------------------------------


def test_a_template_can_be_tried_and_nothing_comes_of_it(functions: Functions) -> None:
    own = made(functions)

    tried = ask(functions, "POST", f"/{own['id']}/render", {"variables": CLOG, "references": [{"role": "side"}]}).json

    assert (tried["title"], tried["n"]) == ("Shoe shots: felt clog", 2)
    assert [shot["prompt"] for shot in tried["shots"]] == [
        "A felt clog in red, from the side. Picture 1 shows the shoe from its side.",
        "A felt clog in red, from above. Picture 1 shows the shoe from its side.",
    ]
    assert [shot["characters"] for shot in tried["shots"]] == [74, 71]
    assert tried["template"] == {"id": own["id"], "version": 1, "shots": ["side", "top"], "warnings": []}
    assert functions.list("limit=5")["generations"] == []


def test_what_is_wrong_is_told_by_variable(functions: Functions) -> None:
    path = f"/{made(functions)['id']}/render"

    refusal = ask(functions, "POST", path, {"variables": {"color": "blue", "size": "9"}, "shots": ["side", "heel"]})

    assert problem(refusal) == (
        400,
        "invalid_request",
        ["variables.size", "variables.shoe", "variables.color", "shots[1]"],
    )
    assert problem(ask(functions, "POST", path, {"variables": CLOG, "model": "midjourney"}))[1] == "unknown_model"
    assert problem(ask(functions, "POST", path, {"variables": CLOG, "references": [{"role": "sole"}]}))[2] == [
        "references[0].role"
    ]
    assert ask(functions, "POST", path, {"variables": CLOG, "version": 2}).status == 404


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(["{color}", "[[ ]]", "\x00"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.fixed_dictionaries(
        {},
        optional={
            "variables": st.dictionaries(st.sampled_from(["title", "description", "variant"]) | words, words),
            "shots": st.lists(st.sampled_from(["hero", "inline"]) | words, max_size=4),
            "truncate": st.booleans(),
            "references": st.lists(st.fixed_dictionaries({"role": words}), max_size=2),
            "model": words,
        },
    )
)
def test_any_values_get_a_described_answer(functions: Functions, body: dict[str, Any]) -> None:
    assert ask(functions, "POST", "/content-item/render", body).status in {200, 400}


# --- in a request for images ------------------------------------------------------------------------------------------


@pytest.mark.requirement("S003-95", "S000-38")
def test_an_own_template_makes_the_prompts_and_its_version_is_remembered(functions: Functions) -> None:
    own = made(functions)
    ask(functions, "PUT", f"/{own['id']}", SHOES | {"shots": SHOES["shots"][1:], "name": "From above"})

    newest = submitted(functions, {"id": own["id"], "variables": CLOG}).json
    first = submitted(functions, {"id": own["id"], "variables": CLOG, "version": 1}).json

    assert newest["template"] == {"id": own["id"], "version": 2, "shots": ["top"], "warnings": []}
    assert (first["template"]["version"], first["template"]["shots"]) == (1, ["side", "top"])
    ask(functions, "DELETE", f"/{own['id']}")
    kept = functions.status(first)
    assert kept["template"] == first["template"]
    assert [(image["shot"], image["prompt"]) for image in kept["images"]] == [
        ("side", "A felt clog in red, from the side."),
        ("top", "A felt clog in red, from above."),
    ]


def test_a_repetition_is_answered_though_the_template_has_changed_or_gone(functions: Functions) -> None:
    own = made(functions)
    template, once = {"id": own["id"], "variables": CLOG}, {"headers": {"Idempotency-Key": "once"}}
    first = submitted(functions, template, **once)
    stricter = [*SHOES["variables"], {"name": "size", "required": True}]
    ask(functions, "PUT", f"/{own['id']}", SHOES | {"variables": stricter})

    changed = submitted(functions, template, **once)
    ask(functions, "DELETE", f"/{own['id']}")
    gone = submitted(functions, template, **once)

    for again in (changed, gone):
        assert (again.status, again.json["id"]) == (202, first.json["id"])
        assert again.header("Idempotent-Replayed") == "true"
    assert submitted(functions, template, headers={"Idempotency-Key": "twice"}).status == 400
    assert submitted(functions, template).status == 400


@pytest.mark.requirement("S000-38", "X-16")
def test_a_quote_counts_the_shots_and_binds_the_request(functions: Functions) -> None:
    product = {"model": "seedream-v4", "template": {"id": "product-shots", "variables": {"name": "mug"}}}

    quote = functions.request("quote_generation", "POST", "/api/v1/quotes", body=product)
    dry = functions.request("submit_generation", "POST", "/api/v1/generations", body=product, query="dry_run=true")
    generation = functions.request(
        "submit_generation", "POST", "/api/v1/generations", 202, body=product | {"quoteId": quote["quoteId"]}
    )

    assert quote["images"] == dry["images"] == generation["n"] == 6
    assert quote["template"] == generation["template"]
    assert quote["price"] == dry["price"] == generation["price"]
    own = made(functions)
    priced = {"model": "seedream-v4", "template": {"id": own["id"], "variables": CLOG}}
    assert functions.request("quote_generation", "POST", "/api/v1/quotes", body=priced)["images"] == 2


@pytest.mark.requirement("S000-38", "X-16")
def test_the_provider_is_told_the_prompt_of_the_shot(functions: Functions) -> None:
    template = {"id": "product-shots", "variables": {"name": "mug"}, "shots": ["flat-lay"]}
    generation = submitted(functions, template).json
    functions.start(generation)

    functions.render(generation, finished_at_once)

    image = functions.show_image(generation)
    assert (image["shot"], image["status"]) == ("flat-lay", "COMPLETED")
    assert functions.provider.tasks[-1].prompt == image["prompt"]
    assert image["prompt"].startswith("Flat lay photograph")


@pytest.mark.requirement("S000-7", "S000-8", "S000-38")
def test_the_provider_is_shown_the_pictures_that_the_shot_works_from(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    widths = {"https://a.example/front.png": 320, "https://a.example/back.png": 240}

    def fetch(_: object, url: str) -> ReferenceImage:
        drawn = io.BytesIO()
        Picture.new("RGB", (widths[url], 200), "red").save(drawn, "PNG")
        return ReferenceImage(drawn.getvalue(), "image/png", "reference.png")

    monkeypatch.setattr(SafeReferenceFetcher, "fetch", fetch)
    template = {"id": "product-shots", "variables": {"name": "mug"}, "shots": ["solo-back"]}
    pictures = [{"url": f"https://a.example/{role}.png", "role": role} for role in ("front", "back")]
    generation = submitted(functions, template, fields={"references": pictures}).json
    functions.start(generation)

    functions.render(generation, finished_at_once)

    task = functions.provider.tasks[-1]
    assert [Picture.open(io.BytesIO(picture.data)).width for picture in task.references] == [240]
    assert "Reference picture 1 shows the back" in task.prompt
    assert "shows the front" not in task.prompt
