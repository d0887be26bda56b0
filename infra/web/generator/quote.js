/** The price on the button: a quote of the API for the form as it is, asked again when the form has rested. */
import { useEffect, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { requestBody } from "./form.js";

const REST_MS = 250;
const RENEW_BEFORE_MS = 30_000;

/** `{quote, error}`; both null while nothing is known. A prompt is not needed to know a price. */
export function useQuote(form) {
  const [state, setState] = useState({ quote: null, error: null });
  const [round, setRound] = useState(0);
  const body = JSON.stringify({ ...requestBody(form), prompt: form.prompt.trim() || "price" });
  useEffect(() => {
    if (!form.model) return undefined;
    let current = true;
    let renewal = 0;
    setState((before) => ({ ...before, quote: null }));
    const timer = setTimeout(async () => {
      try {
        const quote = (await request("POST", "/api/v1/quotes", { body: JSON.parse(body) })).body;
        if (!current) return;
        setState({ quote, error: null });
        const rest = Math.max(1_000, new Date(quote.expiresAt) - Date.now() - RENEW_BEFORE_MS);
        renewal = setTimeout(() => setRound((number) => number + 1), rest);
      } catch (error) {
        if (current) setState({ quote: null, error });
      }
    }, REST_MS);
    return () => {
      current = false;
      clearTimeout(timer);
      clearTimeout(renewal);
    };
  }, [body, round]);
  return state;
}
