/** Numbers and times as the pages write them. Amounts arrive in milli-credits. */
const NARROW = "\u00a0";
const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const clockWithSeconds = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

export const credits = (milliCredits) => number.format(milliCredits / 1000);
export const creditWord = (milliCredits) => `${credits(milliCredits)}${NARROW}${milliCredits === 1000 ? "credit" : "credits"}`;
export const seconds = (ms) => `${number.format(ms / 1000)}${NARROW}s`;
export const size = (text) => text.replace("x", `${NARROW}×${NARROW}`);
export const dollars = (amount) =>
  new Intl.NumberFormat(undefined, { style: "currency", currency: "USD", maximumFractionDigits: 3 }).format(amount);
export const startedAt = (iso) => clockWithSeconds.format(new Date(iso));

export function moment(iso) {
  const at = new Date(iso);
  return at.toDateString() === new Date().toDateString() ? `today ${clock.format(at)}` : day.format(at);
}
