/** Saves an answer of the API as a file. */
import { ApiError, credentials } from "./api.js";

const SECONDS = 60;

export async function saveAs(path, name) {
  const answer = await fetch(path, { headers: await credentials(), signal: AbortSignal.timeout(SECONDS * 1000) })
    .catch(() => null);
  if (!answer?.ok) throw new ApiError({ status: answer?.status ?? 0, code: "network", message: "The file could not be fetched." });
  saveBlob(await answer.blob(), name);
}

export function saveBlob(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), SECONDS * 1000);
}
