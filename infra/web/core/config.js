/** Settings of the deployment, from a file beside the pages. */
export const config = { signIn: { kind: "demo" }, promptLimit: 500 };

export async function loadConfig() {
  const response = await fetch("/studio/config.json", { signal: AbortSignal.timeout(10_000) });
  if (response.ok) Object.assign(config, await response.json());
}
