// Clients of OpenAI's API in Node, as they are, at a running stack: EASEL_URL, EASEL_KEY and EASEL_PICTURE (a PNG).
import assert from "node:assert/strict";
import fs from "node:fs";
import OpenAI, { toFile } from "openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateImage } from "ai";

const baseURL = process.env.EASEL_URL;
const apiKey = process.env.EASEL_KEY;
const png = fs.readFileSync(process.env.EASEL_PICTURE);
const starts = [Buffer.from("\x89PNG", "latin1"), Buffer.from("\xff\xd8\xff", "latin1")];
const isPicture = (bytes) => assert.ok(starts.some((start) => Buffer.from(bytes).subarray(0, start.length).equals(start)));
const fromBase64 = (text) => isPicture(Buffer.from(text, "base64"));

async function check(name, work) {
  await work();
  console.log(`ok ${name}`);
}

const client = new OpenAI({ baseURL, apiKey });

for (const model of ["gpt-image-1", "nano-banana-2.1", "seedream-v4"]) {
  await check(`openai-node: ${model}`, async () => {
    const { data } = await client.images.generate({ model, prompt: "a fox", size: "1024x1024" });
    fromBase64(data[0].b64_json);
  });
}

await check("openai-node: edit with a mask", async () => {
  const image = await toFile(png, "image.png", { type: "image/png" });
  const mask = await toFile(png, "mask.png", { type: "image/png" });
  const { data } = await client.images.edit({ model: "gpt-image-1", prompt: "a hat", image, mask });
  fromBase64(data[0].b64_json);
});

await check("openai-node: models", async () => {
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  assert.ok(names.includes("gpt-image-1"));
});

await check("openai-node: errors", async () => {
  await assert.rejects(client.images.generate({ model: "nothing", prompt: "a fox" }), { code: "model_not_found" });
  await assert.rejects(client.images.generate({ prompt: "a fox", size: "7x7" }), { param: "size", status: 400 });
  await assert.rejects(new OpenAI({ baseURL, apiKey: "wrong" }).models.list(), { code: "invalid_api_key" });
});

await check("openai-node: stream", async () => {
  const types = [];
  const events = await client.images.generate({ model: "gpt-image-1", prompt: "a fox", stream: true });
  for await (const event of events) types.push(event.type);
  assert.deepEqual(types, ["image_generation.completed"]);
});

await check("openai-node: a slow call is joined by its repetition", async () => {
  let calls = 0;
  const ids = new Set();
  const counting = async (url, init) => {
    calls += 1;
    const answer = await fetch(url, init);
    ids.add(answer.headers.get("x-easel-generation-id"));
    return answer;
  };
  const impatient = new OpenAI({ baseURL, apiKey, fetch: counting, defaultHeaders: { Prefer: "wait=2" } });
  const { data } = await impatient.images.generate({ model: "gpt-image-1", prompt: "a fox [fault:slow seconds=4]" });
  fromBase64(data[0].b64_json);
  assert.ok(calls > 1);
  assert.equal(ids.size, 1);
});

const easel = createOpenAICompatible({ name: "easel", baseURL, apiKey });

await check("ai: one image", async () => {
  const { image } = await generateImage({ model: easel.imageModel("seedream-v4"), prompt: "a fox", size: "1024x1024" });
  isPicture(image.uint8Array);
});

await check("ai: two images", async () => {
  const { images } = await generateImage({ model: easel.imageModel("gpt-image-1"), prompt: "a fox", n: 2 });
  assert.equal(images.length, 2);
});

await check("ai: a picture to work from", async () => {
  const prompt = { text: "a hat", images: [png] };
  const { image } = await generateImage({ model: easel.imageModel("gpt-image-1"), prompt });
  isPicture(image.uint8Array);
});
