/** Who is calling, in which plan, and what is left to spend: read when a page opens and whenever money has moved. */
import { get } from "./api.js";

let state = { name: null, plan: "standard", available: null, activeLeft: null, dayLeft: null, resetsAt: null };
const listeners = new Set();

function change(fields) {
  state = { ...state, ...fields };
  listeners.forEach((listener) => listener(state));
}

export const account = {
  known: () => state,
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  async refresh() {
    try {
      if (state.name === null) {
        const me = await get("/api/v1/me");
        change({ name: me.user.name ?? me.user.id, plan: me.plan });
      }
      const usage = await get("/api/v1/usage/me");
      change({
        available: usage.wallet.available.milliCredits,
        activeLeft: usage.activeGenerations.remaining,
        dayLeft: usage.generationsToday.remaining,
        resetsAt: usage.generationsToday.resetsAt,
      });
    } catch {
      // The balance stays as it was; the next change of money asks again.
    }
  },
};
