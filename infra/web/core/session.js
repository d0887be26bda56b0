/** Who is signed in. The tokens are kept for this tab only; there is no cookie. */
const KEY = "easel.token";
const REFRESH = "easel.refreshToken";
const ENDS = "easel.tokenEnds";
const WORKSPACE = "easel.workspace";
const ENDED = "easel.ended";
const listeners = new Set();
const tell = () => listeners.forEach((listener) => listener());

export const session = {
  token: () => sessionStorage.getItem(KEY),
  refreshToken: () => sessionStorage.getItem(REFRESH),
  endsAt: () => Number(sessionStorage.getItem(ENDS)),
  /** The workspace chosen by somebody who has several; null for the one that the API takes by itself. */
  workspace: () => sessionStorage.getItem(WORKSPACE),
  chooseWorkspace: (id) => sessionStorage.setItem(WORKSPACE, id),
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** A token, and where there is one, what replaces it after `seconds`. */
  begin(token, { refreshToken, seconds } = {}) {
    sessionStorage.setItem(KEY, token);
    if (refreshToken) {
      sessionStorage.setItem(REFRESH, refreshToken);
      sessionStorage.setItem(ENDS, String(Date.now() + seconds * 1000));
    }
    sessionStorage.removeItem(ENDED);
    tell();
  },
  /** `expired` when the API refused the token, so that the sign-in page can say why it is shown. */
  end({ expired = false } = {}) {
    [KEY, REFRESH, ENDS, WORKSPACE].forEach((name) => sessionStorage.removeItem(name));
    if (expired) sessionStorage.setItem(ENDED, "1");
    tell();
  },
  wasEnded: () => sessionStorage.getItem(ENDED) === "1",
};

/** A demo account of a local stack: `user` or `operator`. The header makes the request impossible for pages of other origins. */
export async function signInWithDemo(account) {
  const response = await fetch(`/_edge/demo-session?as=${account}`, {
    method: "POST",
    headers: { "X-Easel-Studio": "1" },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error("The local stack has no demo account. Run make up again.");
  session.begin((await response.json()).token);
}
