/** Which sign-in the deployment has: a hosted page, or on a local stack the demo account. */
import { config } from "./config.js";
import { leaveToSignOut, refresh } from "./hosted_sign_in.js";
import { session } from "./session.js";

const SOON_MS = 60_000;
let refreshing = null;

export const isHosted = () => config.signIn.kind === "hosted";

/** Before a request: a token that ends soon is replaced, once for all who ask. */
export function freshToken() {
  if (!session.refreshToken() || session.endsAt() - Date.now() > SOON_MS) return null;
  refreshing ??= refresh(session.refreshToken()).finally(() => { refreshing = null; });
  return refreshing;
}

export const signOut = () => (isHosted() ? leaveToSignOut(session.refreshToken()) : session.end());
