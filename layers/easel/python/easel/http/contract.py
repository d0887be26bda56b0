"""What the OpenAPI document says about each route: words, statuses, tags. Handlers spread these into their decorators.

Failures are described once, by reference: the component they point to is added when the document is merged, and costs
a starting function nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

_PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_PRIVATE: Final = (401, 403, 503)


def _responses(success: Mapping[int, str | dict[str, Any]], failures: tuple[int, ...]) -> dict[int, Any]:
    """A text describes an answer with the route's own body; a dictionary is an OpenAPI response object."""
    told = {status: {"description": said} if isinstance(said, str) else said for status, said in success.items()}
    return told | {
        status: {"description": HTTPStatus(status).phrase, "content": _PROBLEM} for status in sorted({*failures, 500})
    }


def _route(
    operation_id: str,
    tag: str,
    summary: str,
    description: str,
    success: Mapping[int, str | dict[str, Any]],
    *failures: int,
    public: bool = False,
) -> dict[str, Any]:
    return {
        "operation_id": operation_id,
        "tags": [tag],
        "summary": summary,
        "description": description,
        "responses": _responses(success, failures if public else (*failures, *_PRIVATE)),
        "openapi_extensions": {"security": []} if public else None,
    }


def _empty(description: str) -> dict[str, Any]:
    return {"description": description, "content": {}}


def _document(description: str, media_type: str) -> dict[str, Any]:
    return {"description": description, "content": {media_type: {"schema": {"type": "string"}}}}


SUBMIT_GENERATION: Final = _route(
    "submitGeneration",
    "Generations",
    "Ask for images",
    "Takes the request, answers 202 with its address and with permalinks of all its images, and works on. "
    "`Prefer: wait=20` holds the answer until the images are there, or for that long. Send an `Idempotency-Key` to be "
    "able to repeat the call safely: a repetition answers with the same generation and `Idempotent-Replayed: true`.",
    {
        202: "Accepted. Ask at `Location` again after `Retry-After` seconds.",
        200: "It had ended before the answer was due. `status` says how: a failed generation is answered with 200 too.",
    },
    400,
    402,
    409,
    413,
    415,
    422,
    429,
)

LIST_GENERATIONS: Final = _route(
    "listGenerations",
    "Generations",
    "List generations",
    "The workspace's generations, newest first. Follow `nextCursor`; page numbers work for the first thousand.",
    {200: "One page."},
    400,
)

READ_GENERATION: Final = _route(
    "readGeneration",
    "Generations",
    "How far a generation has come",
    "`Retry-After` says when to ask again while it is open. Send `If-None-Match` with the last `ETag` to be answered "
    "304 while nothing has changed.",
    {200: "The generation as it stands.", 304: _empty("Nothing has changed since the `ETag` sent.")},
    404,
)

CANCEL_GENERATION: Final = _route(
    "cancelGeneration",
    "Generations",
    "Cancel a generation",
    "Images that are still open will not come; delivered ones are kept. Cancelling twice is the same as once.",
    {200: "Cancelled."},
    404,
    409,
)

READ_IMAGE: Final = _route(
    "readImage",
    "Images",
    "A picture",
    "Redirects to a link that works for an hour without credentials. With `Accept: application/json` it describes the "
    "picture instead.",
    {
        200: "The description.",
        202: "It is being made. Ask again after `Retry-After` seconds.",
        302: _empty("`Location` is the picture."),
    },
    400,
    404,
    410,
)

READ_PERMALINK: Final = _route(
    "readPermalink",
    "Images",
    "A picture by its permalink",
    "Known from the moment the request is accepted, and never changes. Whoever has it sees the picture.",
    {
        202: "It is being made. Ask again after `Retry-After` seconds.",
        302: _empty("`Location` is the picture."),
    },
    400,
    404,
    410,
    public=True,
)

LIST_MODELS: Final = _route(
    "listModels", "Catalogue", "List models", "Every model, with retired names.", {200: "The models."}, public=True
)

READ_MODEL: Final = _route(
    "readModel",
    "Catalogue",
    "One model",
    "Its options, price and the JSON Schema of its requests.",
    {200: "The model."},
    404,
    public=True,
)

LIST_SIZES: Final = _route(
    "listSizes",
    "Catalogue",
    "List ready-made sizes",
    "Sizes to offer to people. Models may take others; see their options.",
    {200: "The sizes."},
    400,
    public=True,
)

ROOT: Final = _route("readRoot", "Service", "What this is", "Name, version and links.", {200: "Links."}, public=True)

HEALTH: Final = _route("readHealth", "Service", "A sign of life", "Never cached.", {200: "Alive."}, public=True)

STATUS: Final = _route(
    "readStatus",
    "Service",
    "How the providers are doing",
    "A provider that fails often is not asked for a while (its circuit is open); then one request goes out as a probe. "
    "Meanwhile other providers of the same model serve, where there are any.",
    {200: "The circuits as they stand."},
    public=True,
)

INFO: Final = _route(
    "readInfo", "Service", "Limits and addresses", "What to know before the first call.", {200: "Facts."}, public=True
)

OPENAPI: Final = _route(
    "readOpenapi",
    "Service",
    "This document",
    "OpenAPI 3.1.",
    {200: {"description": "The document.", "content": {"application/json": {"schema": {"type": "object"}}}}},
    public=True,
)

DOCS: Final = _route(
    "readDocs",
    "Service",
    "The documentation page",
    "This document for people, with a form to try it.",
    {200: _document("The page.", "text/html")},
    public=True,
)

ME: Final = _route(
    "readCaller",
    "Workspaces",
    "Who you are",
    "The person or key behind the credential, what it may do, and the workspaces that it may act in.",
    {200: "You."},
)

CREATE_WORKSPACE: Final = _route(
    "createWorkspace",
    "Workspaces",
    "Make a workspace",
    "You own it. Act in it by sending its id as `X-Workspace-Id`. Only people who signed in make workspaces.",
    {201: "Made."},
    400,
    413,
    415,
)

LIST_WORKSPACES: Final = _route(
    "listWorkspaces", "Workspaces", "List your workspaces", "Follow `nextCursor`.", {200: "One page."}, 400
)

READ_WORKSPACE: Final = _route(
    "readWorkspace", "Workspaces", "One workspace", "One that you belong to.", {200: "The workspace."}, 404
)

RENAME_WORKSPACE: Final = _route(
    "renameWorkspace",
    "Workspaces",
    "Rename a workspace",
    "For its owners and admins.",
    {200: "Renamed."},
    400,
    404,
    413,
    415,
)

READ_ROUTING: Final = _route(
    "readRouting",
    "Workspaces",
    "Which provider a workspace prefers",
    "What counts for requests that do not say otherwise.",
    {200: "What is set."},
    404,
)

SET_ROUTING: Final = _route(
    "setRouting",
    "Workspaces",
    "Prefer a provider",
    "For its owners and admins. It counts from the next generation on.",
    {200: "Set."},
    400,
    404,
    413,
    415,
)

ADD_MEMBER: Final = _route(
    "addMember",
    "Workspaces",
    "Take somebody in",
    "For owners and admins; only owners make owners.",
    {201: "They belong to it now."},
    400,
    404,
    409,
    413,
    415,
)

LIST_MEMBERS: Final = _route(
    "listMembers", "Workspaces", "List members", "Follow `nextCursor`.", {200: "One page."}, 400, 404
)

CHANGE_MEMBER: Final = _route(
    "changeMember",
    "Workspaces",
    "Give a member another role",
    "Personal keys of theirs that may do more than the new role are revoked. A workspace always keeps an owner.",
    {200: "Changed."},
    400,
    404,
    409,
    413,
    415,
)

REMOVE_MEMBER: Final = _route(
    "removeMember",
    "Workspaces",
    "Let a member go",
    "Their personal keys are revoked. Anybody may leave by removing themselves; the last owner may not.",
    {204: _empty("They no longer belong to it.")},
    404,
    409,
)

CREATE_API_KEY: Final = _route(
    "createApiKey",
    "API keys",
    "Make an API key",
    "For the workspace that you act in. The key is shown in this answer and never again.",
    {201: "The key."},
    400,
    413,
    415,
)

LIST_API_KEYS: Final = _route(
    "listApiKeys", "API keys", "List API keys", "Without their secrets. Follow `nextCursor`.", {200: "One page."}, 400
)

REVOKE_API_KEY: Final = _route(
    "revokeApiKey",
    "API keys",
    "Revoke an API key",
    "It stops working within 30 seconds, everywhere. Revoking twice is the same as once.",
    {200: "Revoked."},
    404,
    409,
)

ROTATE_API_KEY: Final = _route(
    "rotateApiKey",
    "API keys",
    "Replace an API key",
    "Answers with a new key that may do the same. The old one goes on working for the overlap, a day unless told "
    "otherwise.",
    {201: "The new key."},
    400,
    404,
    409,
    413,
    415,
)

SYNC_USER: Final = _route(
    "syncTelegramUser",
    "Telegram",
    "Make a Telegram user known",
    "For bots. Creates the person with a wallet and a trial, or takes over what has changed. Safe to repeat.",
    {200: "The person as we know them now."},
    400,
    413,
    415,
)

READ_USER_BALANCE: Final = _route(
    "readTelegramBalance",
    "Telegram",
    "A Telegram user's balance",
    "For bots, about people whom they made known.",
    {200: "The balance."},
    404,
)

READ_USER_TRIAL: Final = _route(
    "readTelegramTrial",
    "Telegram",
    "A Telegram user's trial",
    "For bots, about people whom they made known.",
    {200: "The trial."},
    404,
)

SIGN_IN_WITH_TELEGRAM: Final = _route(
    "signInWithTelegram",
    "Telegram",
    "Sign in from a Mini App",
    "Exchanges the `initData` of a Telegram Mini App for a token that works for an hour. Sent again while it is valid, "
    "the same `initData` gets the same token.",
    {200: "The token."},
    400,
    401,
    404,
    413,
    415,
    503,
    public=True,
)

RECEIVE_CALLBACK: Final = _route(
    "receiveCallback",
    "Operations",
    "A provider says that a job is done",
    "For providers, at the address that they were given with the job. It is taken as a hint to look at the job now. "
    "Whatever was not asked for is answered as an unknown address.",
    {204: _empty("Taken.")},
    404,
    413,
    503,
    public=True,
)

LIST_DEBUG_USERS: Final = _route(
    "listUsers",
    "Operations",
    "List all users",
    "For those who run the platform. What is personal is masked. Switched off in production unless enabled.",
    {200: "One page."},
    400,
    404,
)

READ_WALLET: Final = _route(
    "readWallet",
    "Money",
    "The wallet",
    "What the workspace has, holds and has spent, and its open grants in the order in which they pay. Whoever looks "
    "before their first request is given their trial then.",
    {200: "The balance."},
)

LIST_ENTRIES: Final = _route(
    "listEntries",
    "Money",
    "The statement",
    "Every credit that came or went, newest first. Follow `nextCursor`; as CSV, follow `Link`.",
    {
        200: {
            "description": "One page.",
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/EntryPageBody"}},
                "text/csv": {"schema": {"type": "string"}},
            },
        }
    },
    400,
)

GIVE_CREDITS: Final = _route(
    "giveCredits",
    "Money",
    "Give credits, or take some back",
    "For keys with the scope `wallet:grant`, which operators hand out and no role of a workspace has. Names any "
    "workspace that has a wallet. The same `id` again answers with the same grant and `Idempotent-Replayed: true`.",
    {201: "Given.", 200: "It had been given before."},
    400,
    402,
    404,
    409,
    413,
    415,
    422,
)

QUOTE_GENERATION: Final = _route(
    "quoteGeneration",
    "Money",
    "Ask what a request would cost",
    "Takes the same body as a request for images, checks and prices it in the same way, and does nothing. Sent as "
    "`quoteId` within 15 minutes, by the same workspace and with the same model, n, size, aspect ratio and resolution, "
    "the quote is the most that is charged.",
    {200: "The upper bound."},
    400,
    413,
    415,
)

READ_USAGE: Final = _route(
    "readUsage",
    "Money",
    "What the workspace used",
    "Totals and a series by day, user, model or provider, for up to 92 days; the last 30 when left out.",
    {200: "Sums."},
    400,
)

READ_OWN_USAGE: Final = _route(
    "readOwnUsage",
    "Money",
    "What the caller may still do",
    "Generations left today, what may run at once, requests left, the wallet; and when each begins anew.",
    {200: "Limits and what is left of them."},
)

_BUDGET: Final = (
    "A hard stop for each calendar month (UTC): what would go beyond it is answered 402 `budget_exceeded`, however "
    "many requests come at once. At 80 % an event `budget.alert` tells."
)

READ_WORKSPACE_BUDGET: Final = _route(
    "readWorkspaceBudget", "Money", "The workspace's budget", _BUDGET, {200: "This month."}
)

SET_WORKSPACE_BUDGET: Final = _route(
    "setWorkspaceBudget",
    "Money",
    "Set the workspace's budget",
    f"What was used this month counts from its beginning. {_BUDGET}",
    {200: "Set."},
    400,
    413,
    415,
)

REMOVE_WORKSPACE_BUDGET: Final = _route(
    "removeWorkspaceBudget", "Money", "Take the workspace's budget away", "Spending is still counted.", {200: "Gone."}
)

READ_KEY_BUDGET: Final = _route("readKeyBudget", "Money", "A key's budget", _BUDGET, {200: "This month."}, 404)

SET_KEY_BUDGET: Final = _route(
    "setKeyBudget",
    "Money",
    "Set a key's budget",
    f"What was used this month counts from its beginning. {_BUDGET}",
    {200: "Set."},
    400,
    404,
    413,
    415,
)

REMOVE_KEY_BUDGET: Final = _route(
    "removeKeyBudget", "Money", "Take a key's budget away", "Spending is still counted.", {200: "Gone."}, 404
)

LIST_PROMPT_TEMPLATES: Final = _route(
    "listPromptTemplates",
    "Prompts",
    "List prompt templates",
    "What ships with Easel and what the workspace made, each with its variables and shots. Follow `nextCursor`.",
    {200: "One page."},
    400,
)

READ_PROMPT_TEMPLATE: Final = _route(
    "readPromptTemplate",
    "Prompts",
    "One prompt template",
    "Its newest version, or the one that `version` names: versions never change.",
    {200: "The template."},
    400,
    404,
)

RENDER_PROMPT_TEMPLATE: Final = _route(
    "renderPromptTemplate",
    "Prompts",
    "Try a prompt template",
    "Answers with the prompts that a request with these values would have, or with what is wrong with each value. "
    "Nothing is written and nothing charged.",
    {200: "The prompts."},
    400,
    404,
    413,
    415,
)

CREATE_PROMPT_TEMPLATE: Final = _route(
    "createPromptTemplate",
    "Prompts",
    "Make a prompt template",
    "Everybody in the workspace can use it, by its id as `template.id` of a request for images.",
    {201: "Made."},
    400,
    409,
    413,
    415,
)

CHANGE_PROMPT_TEMPLATE: Final = _route(
    "changePromptTemplate",
    "Prompts",
    "Make the next version of a prompt template",
    "Older versions can still be read and used. The same template again makes no new version.",
    {200: "The newest version."},
    400,
    404,
    409,
    413,
    415,
)

REMOVE_PROMPT_TEMPLATE: Final = _route(
    "removePromptTemplate",
    "Prompts",
    "Remove a prompt template",
    "With all its versions. Generations that it was used for keep their prompts.",
    {204: _empty("It is gone.")},
    404,
    409,
)
