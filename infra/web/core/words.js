/** What the pages say about failures: what happened, what it cost. The API's codes are in /docs. */
const SENTENCES = {
  provider_unavailable: "The provider was too busy",
  provider_failed: "The provider could not make this one",
  timeout: "No image in time",
  provider_outcome_unknown: "The provider did not say whether it made the image",
  content_policy: "The provider's rules refused this prompt",
  provider_rejected_input: "The reference could not be used",
  image_rejected: "The reference could not be used",
  reference_unavailable: "The reference could not be used",
  insufficient_credits: "There are too few credits",
  budget_exceeded: "The budget of this month is used up",
  limit_reached: "As many runs as are allowed are open",
  rate_limited: "Too fast",
  quote_expired: "The price has changed",
  internal_error: "Something broke on our side",
  network: "The connection was lost",
};

export const sentence = (code) => SENTENCES[code] ?? "Something broke on our side";
export const NOTHING_CHARGED = "Nothing was charged.";

/** The line for a failed request, with the API's own words where the code has no sentence. */
export const failure = (error) => `${SENTENCES[error.code] ?? error.message}.`.replace("..", ".");

/** The line for a run that could not be sent. Without an answer it may have begun: its Idempotency-Key keeps it one run. */
export function runFailure(error) {
  if (error.status === 0 || error.status >= 500) return `${failure(error)} Press again: it stays one run.`;
  return error.code === "rate_limited" && error.retryAfter ? `${failure(error)} Press again in ${error.retryAfter} s.` : failure(error);
}
