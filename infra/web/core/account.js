/** Who is calling, in which plan, and what is left to spend: read when a page opens and whenever money has moved. */
import { get } from "./api.js";
import { session } from "./session.js";
import { store } from "./store.js";

const state = store({
  name: null, plan: "standard", role: null, scopes: [], workspaceId: null, workspaces: [], available: null, activeLeft: null, dayLeft: null, resetsAt: null,
});

/** Another account may sign in next. */
session.subscribe(() => state.change({ name: null, available: null, scopes: [] }));

/** Whether somebody runs the platform. What they may do is decided by the API; this only hides what it would refuse. */
export const isOperator = (caller) => caller.scopes.includes("debug:read");

export const account = {
  ...state,
  async refresh() {
    try {
      if (state.known().name === null) {
        const me = await get("/api/v1/me");
        const { plan, role, scopes, workspaceId, workspaces } = me;
        state.change({ name: me.user.name ?? me.user.id, plan, role, scopes, workspaceId, workspaces });
      }
      const usage = await get("/api/v1/usage/me");
      state.change({
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
