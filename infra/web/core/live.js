/** What happens to a generation, as server-sent events. Read with fetch: an EventSource cannot send `Authorization`. */
import { ApiError, credentials } from "./api.js";

/** The API answers within 25 seconds, with or without events. */
const SECONDS = 40;

/** The next events after the one with the id `after`: `{types, last}`, where `last` is the id to go on with. */
export async function nextEvents(id, after) {
  const answer = await fetch(`/api/v1/generations/${id}/events`, {
    headers: { Accept: "text/event-stream", ...(await credentials()), ...(after && { "Last-Event-ID": after }) },
    signal: AbortSignal.timeout(SECONDS * 1000),
  });
  // 204: the last event was seen, so there is nothing to wait for.
  if (answer.status !== 200) throw new ApiError({ status: answer.status, code: "network", message: "The events could not be read." });
  const lines = (await answer.text()).split("\n");
  const values = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
  return { types: values("event"), last: values("id").at(-1) ?? after };
}
