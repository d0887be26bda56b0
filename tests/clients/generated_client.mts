// The TypeScript types that openapi-typescript makes of our OpenAPI document, with openapi-fetch: EASEL_ROOT and EASEL_KEY.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const headers = { Authorization: `Bearer ${process.env.EASEL_KEY}` };
const easel = createClient<paths>({ baseUrl: process.env.EASEL_ROOT!, headers });

const quote = await easel.POST("/api/v1/quotes", { body: { prompt: "a fox", model: "sandbox" } });
assert.ok(quote.data, JSON.stringify(quote.error));
const submitted = await easel.POST("/api/v1/generations", {
  body: { prompt: "a fox", model: "sandbox", quoteId: quote.data.quoteId },
  params: { header: { Prefer: "wait=20" } },
});
assert.ok(submitted.data, JSON.stringify(submitted.error));
const read = await easel.GET("/api/v1/generations/{generationId}", { params: { path: { generationId: submitted.data.id } } });
assert.equal(read.data?.status, "COMPLETED");
const listed = await easel.GET("/api/v1/generations", { params: { query: { limit: 1 } } });
assert.ok(listed.data);
const refused = await easel.POST("/api/v1/generations", { body: { prompt: "a fox", model: "nope" } });
assert.equal(refused.error?.error.code, "unknown_model");
console.log("ok openapi-fetch: quote, submit, read, list, a refusal");
