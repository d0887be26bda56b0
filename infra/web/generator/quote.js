/** The price on the button: a quote of the API for the form as it is, asked again when the form has rested. */
import { useEffect, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { requestBody } from "./form.js";

const REST_MS = 250;
const RENEW_BEFORE_MS = 30_000;
/** After a failure that passes by itself: the last pause is kept. */
const PAUSES_MS = [2_000, 4_000, 8_000, 16_000, 30_000];

/** A lost connection, a failure on our side, or too many requests: the same form may get its price a little later. */
const passes = (error) => error.status === 0 || error.status >= 500 || error.code === "rate_limited";

/** `{quote, error}`; both null while nothing is known. `error.asksAgain`: nothing has to be done. A prompt is not needed to know a price. */
export function useQuote(form) {
  const [state, setState] = useState({ quote: null, error: null });
  const body = JSON.stringify({ ...requestBody(form), prompt: form.prompt.trim() || "price" });
  useEffect(() => {
    if (!form.model) return undefined;
    let current = true;
    let failures = 0;
    let waiting = false;
    let timer = 0;
    const ask = async () => {
      waiting = false;
      clearTimeout(timer);
      try {
        const quote = (await request("POST", "/api/v1/quotes", { body: JSON.parse(body) })).body;
        if (!current) return;
        failures = 0;
        setState({ quote, error: null });
        timer = setTimeout(ask, Math.max(1_000, new Date(quote.expiresAt) - Date.now() - RENEW_BEFORE_MS));
      } catch (error) {
        if (!current) return;
        waiting = passes(error);
        setState({ quote: null, error: Object.assign(error, { asksAgain: waiting }) });
        if (!waiting) return;
        const pause = PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)];
        timer = setTimeout(ask, Math.max(pause, (error.retryAfter ?? 0) * 1000));
        failures += 1;
      }
    };
    const back = () => { if (waiting) ask(); };
    setState((before) => ({ ...before, quote: null }));
    timer = setTimeout(ask, REST_MS);
    addEventListener("online", back);
    return () => {
      current = false;
      clearTimeout(timer);
      removeEventListener("online", back);
    };
  }, [body]);
  return state;
}
