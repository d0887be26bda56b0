/** A ZIP file of originals, stored without compression (PKWARE APPNOTE 6.3.10), put together in the browser. */
import { ApiError } from "../core/api.js";
import { saveBlob } from "../core/save.js";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const UTF8_NAMES = 0x0800;
const SECONDS = 60;
const EXTENSIONS = { "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp" };

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(content) {
  let crc = ~0;
  for (const byte of content) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Little-endian numbers: `[bytes, value]` each. */
function numbers(list) {
  const view = new DataView(new ArrayBuffer(list.reduce((sum, [size]) => sum + size, 0)));
  list.reduce((at, [size, value]) => {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    return at + size;
  }, 0);
  return new Uint8Array(view.buffer);
}

/** Date and time as MS-DOS has them, in steps of two seconds. */
function dosTime(iso) {
  const at = new Date(iso);
  return [
    [2, (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1)],
    [2, ((at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate()],
  ];
}

export function zipOf(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  files.forEach(({ name, content, at }) => {
    const encoded = new TextEncoder().encode(name);
    const shared = [[2, VERSION], [2, UTF8_NAMES], [2, 0], ...dosTime(at), [4, crc32(content)], [4, content.length], [4, content.length], [2, encoded.length], [2, 0]];
    const head = numbers([[4, LOCAL], ...shared]);
    directory.push(numbers([[4, CENTRAL], [2, VERSION], ...shared, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), encoded);
    parts.push(head, encoded, content);
    offset += head.length + encoded.length + content.length;
  });
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = numbers([[4, END], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, size], [4, offset], [2, 0]]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

const nameOf = (image, number, type) => {
  const words = image.prompt.normalize("NFKD").replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 40).replace(/^-|-$/g, "");
  return `${String(number).padStart(3, "0")}-${words || "image"}.${EXTENSIONS[type] ?? "bin"}`;
};

/** Fetches the originals one after the other and saves them as one file. `onProgress` is told how many are there. */
export async function saveZip(images, onProgress) {
  const files = [];
  for (const image of images) {
    const answer = await fetch(image.permalink, { signal: AbortSignal.timeout(SECONDS * 1000) }).catch(() => null);
    if (!answer?.ok) throw new ApiError({ status: answer?.status ?? 0, code: "network", message: "An image could not be fetched." });
    const content = new Uint8Array(await answer.arrayBuffer());
    files.push({ name: nameOf(image, files.length + 1, answer.headers.get("content-type")), content, at: image.createdAt });
    onProgress(files.length);
  }
  saveBlob(zipOf(files), "images.zip");
}
