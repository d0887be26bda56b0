/** The money rule of stopping: what is finished is paid, what is stopped is not. */
import { NOTHING_CHARGED } from "../core/words.js";

const OPEN = new Set(["PENDING", "PROCESSING"]);

export const openOf = (run) => run.images.filter((image) => OPEN.has(image.status));
const ready = (run) => run.images.filter((image) => image.status === "COMPLETED");

export const savingOf = (run) => openOf(run).reduce((sum, image) => sum + image.priceMilliCredits, 0);

/** What stopping costs; of a run that has ended, what there is. */
export function moneyRule(run) {
  if (openOf(run).length === 0) return ready(run).length === 0 ? NOTHING_CHARGED : run.n === 1 ? "The image is here." : `${ready(run).length} of ${run.n} images are here.`;
  if (ready(run).length === 0) return "A stopped run costs nothing.";
  return run.price?.unit === "generation" ? "A run with finished images keeps its price."
    : "Finished images stay and are paid. A stopped one costs nothing.";
}
