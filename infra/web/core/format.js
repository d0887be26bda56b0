/** Numbers and times as the pages write them. Amounts arrive in milli-credits. */
const NARROW = "\u00a0";
const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
/** A credit has a thousand parts, all of which are shown: sums of what is shown are those of the ledger. */
const milliExact = new Intl.NumberFormat(undefined, { maximumFractionDigits: 3 });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const clockWithSeconds = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

export const credits = (milliCredits) => milliExact.format(milliCredits / 1000);
/** Rounded down, and short enough for the rail: a balance of 99,305.3 is 99,305. */
export const shortCredits = (milliCredits) => (milliCredits < 1_000_000 ? number.format(milliCredits / 1000) : number.format(Math.floor(milliCredits / 1000)));
export const creditNoun = (milliCredits) => (milliCredits === 1000 ? "credit" : "credits");
export const creditWord = (milliCredits) => `${credits(milliCredits)}${NARROW}${creditNoun(milliCredits)}`;
export const seconds = (ms) => `${number.format(ms / 1000)}${NARROW}s`;
export const size = (text) => text.replace("x", `${NARROW}×${NARROW}`);
export const dollars = (amount) =>
  new Intl.NumberFormat(undefined, { style: "currency", currency: "USD", maximumFractionDigits: 3 }).format(amount);
export const startedAt = (iso) => clockWithSeconds.format(new Date(iso));

export function moment(iso) {
  const at = new Date(iso);
  return at.toDateString() === new Date().toDateString() ? `today ${clock.format(at)}` : day.format(at);
}

const weekday = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" });
const otherYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const DAY_MS = 86_400_000;

/** "Today", "Yesterday", "21 November", and with the year in another year. */
export function dayName(iso) {
  const at = new Date(iso);
  const now = new Date();
  if (at.toDateString() === now.toDateString()) return "Today";
  if (at.toDateString() === new Date(now - DAY_MS).toDateString()) return "Yesterday";
  return (at.getFullYear() === now.getFullYear() ? weekday : otherYear).format(at);
}

const UNITS = ["B", "kB", "MB", "GB"];
export function bytes(count) {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  return `${number.format(count / 1000 ** step)}${NARROW}${UNITS[step]}`;
}

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });
/** For tooltips: the moment to the second, in UTC. */
export const exactTime = (iso) => `${exact.format(new Date(iso))} UTC`;

/** Days of the API are UTC: `2026-11-29`. */
const utc = (options) => new Intl.DateTimeFormat(undefined, { ...options, timeZone: "UTC" });
const [shortDay, longDay] = [utc({ day: "numeric", month: "short" }), utc({ weekday: "long", day: "numeric", month: "long" })];
export const dayShort = (iso) => shortDay.format(new Date(iso));
export const dayLong = (iso) => longDay.format(new Date(iso));

/** Months of the API are written as `2026-11`, and are UTC as well. */
const [shortMonth, longMonth] = [utc({ month: "short" }), utc({ month: "long", year: "numeric" })];
export const monthShort = (month) => shortMonth.format(new Date(`${month}-01`));
export const monthLong = (month) => longMonth.format(new Date(`${month}-01`));

/** This month and those before it, the newest first. */
export function lastMonths(count) {
  const now = new Date();
  return Array.from({ length: count }, (_, back) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7));
}

const toTheMilliCredit = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 3 });
/** For statements and analytics: nothing is rounded. */
export const exactCredits = (milliCredits) => toTheMilliCredit.format(milliCredits / 1000);
const percents = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
export const percent = (share) => percents.format(share);
export const whole = (count) => number.format(count);
export const imageWord = (count) => `${whole(count)} ${count === 1 ? "image" : "images"}`;
