/** Runs on the page: each is read again when its events say so, or as the API says by Retry-After, until it has ended. */
import { get, request } from "../core/api.js";
import { account } from "../core/account.js";
import { nextEvents } from "../core/live.js";

const ENDED = new Set(["COMPLETED", "FAILED", "CANCELLED"]);
const DEFAULT_SECONDS = 2;
const LONGEST_SECONDS = 15;
const MOST_RUNS = 10;
/** A stream holds a connection, of which a browser has six to an origin over HTTP/1.1. Further runs are polled. */
const MOST_STREAMS = 2;
const STREAM_FAILURES = 3;

/** Newest first. `replacements` says which run of one image took the place of a failed one. */
let state = { runs: [], replacements: {} };
const listeners = new Set();
const timers = new Map();
const streams = new Set();
let failures = 0;

function change(fields) {
  state = { ...state, ...fields };
  listeners.forEach((listener) => listener(state));
}

function put(run) {
  const there = state.runs.some((each) => each.id === run.id);
  const runs = there ? state.runs.map((each) => (each.id === run.id ? run : each)) : [run, ...state.runs];
  change({ runs: runs.sort((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, MOST_RUNS) });
}

function follow(run, seconds = DEFAULT_SECONDS) {
  clearTimeout(timers.get(run.id));
  if (hasEnded(run)) {
    account.refresh();
    return;
  }
  if (streams.has(run.id)) return;
  if (streams.size < MOST_STREAMS && failures < STREAM_FAILURES) listen(run);
  else timers.set(run.id, setTimeout(() => refetch(run), seconds * 1000));
}

/** Events say that something has changed; the run itself is read from the API. Without a stream it is polled. */
async function listen(run) {
  streams.add(run.id);
  let [latest, after] = [run, null];
  try {
    while (!hasEnded(latest)) {
      const { types, last } = await nextEvents(run.id, after);
      after = last;
      if (types.length === 0) continue;
      latest = await get(`/api/v1/generations/${run.id}`);
      failures = 0;
      put(latest);
    }
    streams.delete(run.id);
    account.refresh();
  } catch {
    failures += 1;
    streams.delete(run.id);
    timers.set(run.id, setTimeout(() => refetch(latest), DEFAULT_SECONDS * 1000));
  }
}

async function refetch(run) {
  try {
    const answer = await request("GET", `/api/v1/generations/${run.id}`);
    put(answer.body);
    follow(answer.body, Number(answer.headers.get("retry-after")) || DEFAULT_SECONDS);
  } catch (error) {
    follow(run, Math.min(LONGEST_SECONDS, error.retryAfter ?? DEFAULT_SECONDS * 2));
  }
}

addEventListener("online", () => state.runs.filter((run) => !hasEnded(run)).forEach((run) => refetch(run)));

export const hasEnded = (run) => ENDED.has(run.status);
const placeOf = (run, image) => `${run.id}:${image.index}`;

export const runs = {
  known: () => state,
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** Open runs survive a reload: the API knows them. */
  async resume() {
    const lists = await Promise.all(["PROCESSING", "PENDING"].map((status) => get(`/api/v1/generations?status=${status}&limit=10`)));
    lists.flatMap((list) => list.generations).forEach((run) => {
      put(run);
      follow(run, 0);
    });
  },
  /** A run that was begun elsewhere, by its id. */
  async follow(id) {
    if (state.runs.some((run) => run.id === id)) return;
    const run = await get(`/api/v1/generations/${id}`);
    put(run);
    follow(run);
  },
  async submit(body, key) {
    const answer = await request("POST", "/api/v1/generations", { body, headers: { "Idempotency-Key": key } });
    put(answer.body);
    follow(answer.body, Number(answer.headers.get("retry-after")) || DEFAULT_SECONDS);
    account.refresh();
  },
  async stop(run) {
    const answer = await request("POST", `/api/v1/generations/${run.id}/cancel`);
    put(answer.body);
    follow(answer.body);
    account.refresh();
  },
  retryQuote: async (run, image) =>
    (await request("POST", `/api/v1/generations/${run.id}/images/${image.index}/retry?dry_run=true`, { body: {} })).body,
  /** One image again, as a run of its own in the place of the one before; `note` says what should change. */
  async retry(run, image, quoteId, key, note = "") {
    const answer = await request("POST", `/api/v1/generations/${run.id}/images/${image.index}/retry`, {
      body: { ...(quoteId && { quoteId }), ...(note && { note }) },
      headers: { "Idempotency-Key": key },
    });
    change({ replacements: { ...state.replacements, [placeOf(run, image)]: answer.body.id } });
    put(answer.body);
    follow(answer.body);
    account.refresh();
  },
  /** The image that stands in a place now, with its run. */
  inPlace(run, image) {
    const replacement = state.runs.find((each) => each.id === state.replacements[placeOf(run, image)]);
    return replacement ? runs.inPlace(replacement, replacement.images[0]) : { run, image };
  },
  /** Runs with a place of their own: not those that replaced one image. */
  shown: () => {
    const replacing = new Set(Object.values(state.replacements));
    return state.runs.filter((run) => !replacing.has(run.id));
  },
};
