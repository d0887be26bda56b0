/** Who is signed in. The token is kept for this tab only; there is no cookie. */
const KEY = "easel.token";
const ENDED = "easel.ended";
const listeners = new Set();
const tell = () => listeners.forEach((listener) => listener());

export const session = {
  token: () => sessionStorage.getItem(KEY),
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  begin(token) {
    sessionStorage.setItem(KEY, token);
    sessionStorage.removeItem(ENDED);
    tell();
  },
  /** `expired` when the API refused the token, so that the sign-in page can say why it is shown. */
  end({ expired = false } = {}) {
    sessionStorage.removeItem(KEY);
    if (expired) sessionStorage.setItem(ENDED, "1");
    tell();
  },
  wasEnded: () => sessionStorage.getItem(ENDED) === "1",
};

/** The demo account of a local stack. The header makes the request impossible for pages of other origins. */
export async function signInWithDemo() {
  const response = await fetch("/_edge/demo-session", {
    method: "POST",
    headers: { "X-Easel-Studio": "1" },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error("The local stack has no demo account. Run make up again.");
  session.begin((await response.json()).token);
}
