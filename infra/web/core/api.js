/** Requests to the API. Every request has a timeout; a failure is an ApiError with the API's own code. */
import { freshToken } from "./access.js";
import { session } from "./session.js";

const SECONDS = 30;

export class ApiError extends Error {
  constructor({ status, code, message, details, requestId, retryAfter }) {
    super(message);
    Object.assign(this, { status, code, details, requestId, retryAfter });
  }
}

/** Who is calling, and for which workspace. */
export async function credentials() {
  await freshToken();
  return {
    Authorization: `Bearer ${session.token()}`,
    ...(session.workspace() ? { "X-Workspace-Id": session.workspace() } : {}),
  };
}

/** `{status, body, headers}`. A lost answer is an ApiError with the code `network`; `keepalive` for a page that is being left. */
export async function request(method, path, { body, headers = {}, seconds = SECONDS, keepalive = false } = {}) {
  const form = body instanceof FormData;
  const identity = await credentials();
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        Accept: "application/json",
        ...identity,
        ...(body && !form ? { "Content-Type": "application/json" } : {}),
        ...headers,
      },
      body: body && !form ? JSON.stringify(body) : body,
      keepalive,
      signal: AbortSignal.timeout(seconds * 1000),
    });
  } catch {
    throw new ApiError({ status: 0, code: "network", message: "The connection was lost." });
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return { status: response.status, body: answer, headers: response.headers };
  if (response.status === 401) session.end({ expired: true });
  const error = answer.error ?? {};
  throw new ApiError({
    status: response.status,
    code: error.code ?? "internal_error",
    message: error.message ?? answer.detail ?? "Something broke on our side.",
    details: error.details ?? answer,
    requestId: answer.requestId ?? response.headers.get("x-request-id"),
    retryAfter: Number(response.headers.get("retry-after")) || null,
  });
}

export const get = async (path) => (await request("GET", path)).body;
