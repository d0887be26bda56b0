/** What an image gives to the form: its prompt, every setting of its run, or itself as a reference. */
import { asReference, draft, settingsOf, useInForm } from "../generator/form.js";

export const actionsOf = (image, run) => ({
  usePrompt: () => useInForm({ prompt: image.prompt }, "The prompt is in the form"),
  useAll: () => useInForm({ ...settingsOf(run), prompt: image.prompt }, "Every setting is in the form"),
  useAsReference: () => useInForm({ references: [...draft.known().references, asReference(image)] }, "The image is a reference now"),
});
