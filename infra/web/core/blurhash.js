/** Decodes a blurhash (https://blurha.sh, version of 2020) into RGBA bytes. */
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";
const decode83 = (text) => [...text].reduce((value, digit) => value * 83 + DIGITS.indexOf(digit), 0);
const toLinear = (byte) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
const toByte = (value) => {
  const v = Math.min(1, Math.max(0, value));
  return Math.round(255 * (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055));
};
const signedSquare = (value) => Math.sign(value) * value * value;

export function decodeBlurhash(hash, width, height) {
  const flags = decode83(hash[0]);
  const columns = (flags % 9) + 1;
  const rows = Math.floor(flags / 9) + 1;
  const strongest = (decode83(hash[1]) + 1) / 166;
  const average = decode83(hash.slice(2, 6));
  const colours = [[toLinear(average >> 16), toLinear((average >> 8) & 255), toLinear(average & 255)]];
  for (let i = 1; i < columns * rows; i += 1) {
    const value = decode83(hash.slice(4 + i * 2, 6 + i * 2));
    const parts = [Math.floor(value / 361), Math.floor(value / 19) % 19, value % 19];
    colours.push(parts.map((part) => signedSquare((part - 9) / 9) * strongest));
  }
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const sum = [0, 0, 0];
      colours.forEach((colour, i) => {
        const basis = Math.cos((Math.PI * x * (i % columns)) / width)
          * Math.cos((Math.PI * y * Math.floor(i / columns)) / height);
        colour.forEach((part, channel) => { sum[channel] += part * basis; });
      });
      pixels.set([...sum.map(toByte), 255], (y * width + x) * 4);
    }
  }
  return pixels;
}
