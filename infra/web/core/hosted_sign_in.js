/** Sign-in on Cognito's hosted page: authorization code with PKCE (RFC 7636), for a client that has no secret. */
import { config } from "./config.js";
import { session } from "./session.js";

const STARTED = "easel.signIn";
const TOKEN_URL = "/oauth2/token";
const REVOKE_URL = "/oauth2/revoke";
const SCOPE = "openid email profile";
const SECONDS = 20;

const redirectUri = () => `${location.origin}/sign-in`;
const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

async function challengeOf(verifier) {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

const post = (url, fields) => fetch(url, {
  method: "POST",
  headers: { Accept: "application/json" },
  body: new URLSearchParams({ client_id: config.signIn.clientId, ...fields }),
  signal: AbortSignal.timeout(SECONDS * 1000),
});

const begin = (answer) => session.begin(answer.access_token, { refreshToken: answer.refresh_token, seconds: answer.expires_in });

/** Leaves for the hosted page. `to` is the address to show afterwards. */
export async function leaveToSignIn(to) {
  const [verifier, state] = [random(), random()];
  sessionStorage.setItem(STARTED, JSON.stringify({ verifier, state, to }));
  const query = new URLSearchParams({
    response_type: "code", client_id: config.signIn.clientId, redirect_uri: redirectUri(), scope: SCOPE, state,
    code_challenge: await challengeOf(verifier), code_challenge_method: "S256",
  });
  location.assign(`${config.signIn.authorizeUrl}?${query}`);
}

/** Whether the address is one that the hosted page leads back to. */
export const isBack = () => location.pathname === "/sign-in" && /[?&](?:code|error)=/.test(location.search);

/** Trades the code for tokens. The state shows that this tab has asked. The sign-in page then leads to the address of before. */
export async function finishSignIn() {
  const query = new URLSearchParams(location.search);
  const started = JSON.parse(sessionStorage.getItem(STARTED) ?? "null");
  sessionStorage.removeItem(STARTED);
  if (!started || query.get("state") !== started.state || !query.get("code")) throw new Error("The sign-in was not finished. Begin again.");
  const answer = await post(TOKEN_URL, {
    grant_type: "authorization_code", code: query.get("code"), redirect_uri: redirectUri(), code_verifier: started.verifier,
  }).catch(() => null);
  if (!answer?.ok) throw new Error("The sign-in could not be finished. Begin again.");
  const tokens = await answer.json();
  history.replaceState(null, "", `/sign-in?to=${encodeURIComponent(started.to)}`);
  begin(tokens);
}

/** A new token before the old one ends. Refused: signed out; no answer: the old one is used as long as it lasts. */
export async function refresh(refreshToken) {
  const answer = await post(TOKEN_URL, { grant_type: "refresh_token", refresh_token: refreshToken }).catch(() => null);
  if (answer?.ok) begin({ refresh_token: refreshToken, ...(await answer.json()) });
  else if (answer && answer.status < 500) session.end({ expired: true });
}

/** Ends the session here and on the hosted page, which would sign in without asking otherwise. */
export async function leaveToSignOut(refreshToken) {
  session.end();
  if (refreshToken) await post(REVOKE_URL, { token: refreshToken }).catch(() => null);
  location.assign(`${config.signIn.logoutUrl}?${new URLSearchParams({ client_id: config.signIn.clientId, logout_uri: redirectUri() })}`);
}
