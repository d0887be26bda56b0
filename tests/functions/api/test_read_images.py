"""GET /api/v1/images/{imageId} and GET /i/{token}."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from tests.functions.api.harness import BASE_URL, CALLER, WORKSPACE, Answer, Api, Store
from tests.support.generations import GENERATION_ID, a_generation, a_stored_image

from easel.domain.generation import Generation
from easel.domain.image import Failure, Image, ServedBy, Status
from easel.domain.permalinks import encode_permalink
from easel.http import identity
from easel.ids import image_id

IMAGE_ID = image_id(GENERATION_ID, 0)
SECRET = a_generation().permalink_secret
PERMALINK = f"/i/{encode_permalink(WORKSPACE, IMAGE_ID, SECRET)}"
VARIANTS = {"original": "original.png", "preview": "preview.webp", "thumbnail": "thumb.webp"}


def image(api: Api, path: str = f"/api/v1/images/{IMAGE_ID}", **options: object) -> Answer:
    return api.call("read_images", "GET", path, **options)


def permalink(api: Api, path: str = PERMALINK, **options: object) -> Answer:
    return api.call("read_images", "GET", path, authorizer=None, **options)


@pytest.fixture
def delivered(store: Store) -> Image:
    picture = Image(
        IMAGE_ID, 0, Status.COMPLETED, None, stored=a_stored_image(), served_by=ServedBy("wavespeed", "seedream-v4")
    )
    store.put(a_generation(workspace_id=WORKSPACE, prompt="a private prompt", images=(picture,)))
    return picture


@pytest.fixture
def pending(store: Store) -> Generation:
    return store.put(a_generation(workspace_id=WORKSPACE, prompt="a private prompt"))


@pytest.fixture
def failed(store: Store) -> Image:
    fresh = a_generation(workspace_id=WORKSPACE, status=Status.FAILED)
    lost = replace(fresh.images[0], status=Status.FAILED, stage=None, failure=Failure("timeout", "It took too long."))
    store.put(replace(fresh, images=(lost,)))
    return lost


@pytest.mark.usefixtures("delivered")
@pytest.mark.parametrize(("variant", "name"), VARIANTS.items())
@pytest.mark.parametrize("public", [False, True])
def test_a_delivered_picture_is_a_redirect_to_its_bytes(api: Api, variant: str, name: str, *, public: bool) -> None:
    answer = (permalink if public else image)(api, query=f"variant={variant}", headers={"Accept": "*/*"})

    assert answer.status == 302
    assert urlsplit(answer.header("Location") or "").path == f"/generated/w/g/i/{name}"
    assert answer.body == ""


@pytest.mark.usefixtures("delivered")
@pytest.mark.requirement("X-32")
def test_an_owner_sees_where_a_picture_comes_from(api: Api) -> None:
    assert image(api, headers={"Accept": "application/json"}).json["provenance"] == {
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "generator": {"provider": "wavespeed", "model": "seedream-v4"},
        "c2pa": "removed",
        "watermark": "© Easel",
    }


@pytest.mark.usefixtures("delivered")
@pytest.mark.parametrize("variant", [*VARIANTS, "unmarked"])
@pytest.mark.parametrize("accept", ["*/*", "application/json"])
@pytest.mark.parametrize("ask", [image, permalink])
@pytest.mark.requirement("X-32")
def test_nothing_leads_to_the_picture_without_its_watermark(
    api: Api, variant: str, accept: str, ask: Callable[..., Answer]
) -> None:
    answer = ask(api, query=f"variant={variant}", headers={"Accept": accept})

    assert "unmarked/" not in f"{answer.body}{answer.header('Location')}"


@pytest.mark.usefixtures("delivered")
def test_the_original_is_what_one_gets_unasked(api: Api) -> None:
    assert "original.png" in (image(api).header("Location") or "")


@pytest.mark.usefixtures("delivered")
def test_a_permalink_may_be_kept_for_a_minute_and_the_private_address_not_at_all(api: Api) -> None:
    assert permalink(api).header("Cache-Control") == "public, max-age=60"
    assert image(api).header("Cache-Control") == "no-store"


@pytest.mark.usefixtures("delivered")
@pytest.mark.parametrize("accept", ["application/json", "text/html, application/json;q=0.9"])
def test_json_describes_the_picture(api: Api, accept: str) -> None:
    answer = image(api, headers={"Accept": accept})

    assert answer.status == 200
    body = answer.json
    assert (body["id"], body["generationId"], body["model"]) == (IMAGE_ID, GENERATION_ID, "seedream-v4")
    assert body["permalink"] == f"{BASE_URL}{PERMALINK}"
    assert body["url"].startswith("https://bucket.example/")


@pytest.mark.usefixtures("pending")
@pytest.mark.parametrize("accept", ["*/*", "application/json"])
def test_an_open_picture_is_202_with_its_description(api: Api, accept: str) -> None:
    answer = image(api, headers={"Accept": accept})

    assert (answer.status, answer.json["status"], answer.json["url"]) == (202, "PENDING", None)
    assert answer.header("Retry-After") == "1"
    assert answer.header("Content-Type") == "application/json"


@pytest.mark.usefixtures("pending")
def test_a_permalink_works_before_the_picture_is_there_and_tells_nothing_about_the_request(api: Api) -> None:
    answer = permalink(api)

    assert answer.status == 202
    assert answer.header("Retry-After")
    assert set(answer.json) == {"status", "stage", "message"}
    assert "private" not in answer.body


@pytest.mark.usefixtures("failed")
@pytest.mark.parametrize("ask", [image, permalink])
def test_a_picture_that_will_not_come_is_gone(api: Api, ask: Callable[[Api], Answer]) -> None:
    answer = ask(api)

    assert (answer.status, answer.json["error"]["code"]) == (410, "image_unavailable")
    assert answer.json["detail"] == "It took too long."
    assert answer.header("Cache-Control") == "no-store"


@pytest.mark.usefixtures("failed")
def test_json_describes_a_failed_picture_too(api: Api) -> None:
    answer = image(api, headers={"Accept": "application/json"})

    assert (answer.status, answer.json["error"]["code"]) == (200, "timeout")


def test_a_picture_that_came_late_is_found(api: Api, store: Store, failed: Image) -> None:
    late = replace(failed, stored=a_stored_image(), late=True)
    store.put(a_generation(workspace_id=WORKSPACE, status=Status.CANCELLED, images=(late,)))

    assert permalink(api).status == 302


@pytest.mark.usefixtures("delivered")
@pytest.mark.parametrize("position", [0, 20, 21, 22, 43, 50, 55])
def test_a_permalink_with_one_character_changed_finds_nothing(api: Api, position: int) -> None:
    token = PERMALINK.removeprefix("/i/")
    changed = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]

    assert permalink(api, f"/i/{changed}").status == 404


@pytest.mark.parametrize(
    "token", ["x", "a" * 56, "%00", "é", "a" * 5000, "..%2f..%2fadmin", "\x9a", "\U0001f600", "\u2028", "\n", "x\n"]
)
def test_nonsense_for_a_permalink_finds_nothing(api: Api, token: str) -> None:
    assert permalink(api, f"/i/{token}").status == 404


@pytest.mark.usefixtures("delivered")
def test_another_workspaces_picture_is_not_found(api: Api) -> None:
    stranger = replace(CALLER, workspace_id="019a9f1c-0000-7000-8000-0000000000ff")

    assert image(api, authorizer=identity.found(stranger)).status == 404


@pytest.mark.usefixtures("delivered")
@pytest.mark.parametrize("identifier", ["nonsense", GENERATION_ID, IMAGE_ID[:-1] + "f", IMAGE_ID[:-1] + "2"])
def test_an_id_that_is_no_image_is_not_found(api: Api, identifier: str) -> None:
    assert image(api, f"/api/v1/images/{identifier}").status == 404


@pytest.mark.usefixtures("delivered")
def test_the_private_address_wants_a_credential(api: Api) -> None:
    assert image(api, authorizer=None).status == 401


def test_a_stranger_learns_nothing_from_what_validation_says(api: Api) -> None:
    assert image(api, query="variant=huge", authorizer=None).status == 401
    assert permalink(api, query="variant=huge").status == 400


@pytest.mark.usefixtures("delivered")
def test_an_unknown_variant_is_refused_with_the_known_ones(api: Api) -> None:
    answer = image(api, query="variant=huge")

    assert answer.status == 400
    assert answer.json["error"]["details"] == [
        {
            "field": "variant",
            "message": "variant must be one of original, preview, thumbnail.",
            "allowed": list(VARIANTS),
        }
    ]


@pytest.mark.usefixtures("delivered")
@pytest.mark.parametrize("ask", [image, permalink])
@pytest.mark.requirement("S000-28", "X-14")
def test_head_leads_to_a_link_for_head(api: Api, ask: Callable[..., Answer]) -> None:
    path = PERMALINK if ask is permalink else f"/api/v1/images/{IMAGE_ID}"
    authorizer = {"authorizer": None} if ask is permalink else {}

    head = api.call("read_images", "HEAD", path, **authorizer)

    assert "method=HEAD" in (head.header("Location") or "")
    assert "method=GET" in (ask(api).header("Location") or "")
    assert (head.status, head.body) == (302, "")


@pytest.mark.usefixtures("delivered")
def test_thumb_is_the_thumbnail(api: Api) -> None:
    assert "thumb.webp" in (image(api, query="variant=thumb").header("Location") or "")


@pytest.mark.usefixtures("delivered")
def test_format_says_more_than_accept(api: Api) -> None:
    assert image(api, query="format=json").json["id"] == IMAGE_ID
    assert image(api, query="format=image", headers={"Accept": "application/json"}).status == 302


@pytest.mark.usefixtures("delivered")
def test_a_download_is_named_after_its_request_and_its_number(api: Api) -> None:
    location = image(api, query="download=1&variant=preview").header("Location") or ""

    assert location.endswith("&filename=a-private-prompt-1.webp")


@pytest.mark.usefixtures("delivered")
def test_a_download_by_permalink_says_nothing_about_the_request(api: Api) -> None:
    assert (permalink(api, query="download=true").header("Location") or "").endswith("&filename=image-1.png")


@pytest.mark.usefixtures("delivered")
@pytest.mark.parametrize("query", ["format=xml", "download=yes", "variant=huge"])
def test_a_wrong_choice_is_refused_with_those_there_are(api: Api, query: str) -> None:
    answer = image(api, query=query)

    (detail,) = answer.json["error"]["details"]
    assert (answer.status, detail["field"]) == (400, query.partition("=")[0])
    assert detail["allowed"]


@pytest.mark.usefixtures("delivered")
def test_a_description_that_was_seen_is_not_sent_again(api: Api) -> None:
    first = image(api, query="format=json")

    again = image(api, query="format=json", headers={"If-None-Match": first.header("ETag") or ""})

    assert (first.status, again.status, again.body) == (200, 304, "")


@pytest.mark.usefixtures("delivered")
def test_a_redirect_cannot_be_revalidated_because_its_link_ends(api: Api) -> None:
    assert image(api).header("ETag") is None
    assert image(api, headers={"If-None-Match": "*"}).status == 302


@pytest.mark.usefixtures("delivered")
@pytest.mark.requirement("X-14")
def test_links_end_when_the_credentials_do_that_signed_them(api: Api, store: Store) -> None:
    store.credentials_left = timedelta(minutes=7)

    body = image(api, query="format=json").json

    assert "expires=420" in body["url"]
    assert body["urlExpiresAt"] == "2026-11-20T10:07:00.000Z"


@pytest.mark.usefixtures("delivered")
@pytest.mark.requirement("X-32")
def test_an_owner_learns_which_marks_a_picture_has_and_whether_a_file_is_it(api: Api) -> None:
    path = f"/api/v1/images/{IMAGE_ID}/provenance"

    plain, same, other = (
        image(api, path, query=query).json for query in ("", f"sha256={'0' * 64}", f"sha256={'f' * 64}")
    )

    assert plain["provenance"]["digitalSourceType"].endswith("/trainedAlgorithmicMedia")
    assert (plain["madeHere"], plain["matches"], same["matches"], other["matches"]) == (True, None, True, False)


@pytest.mark.usefixtures("delivered")
def test_a_hash_that_is_none_is_refused(api: Api) -> None:
    assert image(api, f"/api/v1/images/{IMAGE_ID}/provenance", query="sha256=abc").status == 400
