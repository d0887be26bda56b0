/** Rows of whole images, justified by their shapes, under the days on which they were made. Nothing has to be loaded to lay them out. */
const GAP = 10;
const HEADING_PX = 44;
const FIRST_HEADING_PX = 36;

export const dayOf = (image) => new Date(image.createdAt).toDateString();

/**
 * Lays images out one after the other. A row has `{top, height, cells: [{image, index, left, width}]}`, a heading
 * `{top, height, day: {at, images, milliCredits, complete}}`.
 */
export class Rows {
  constructor(width, rowHeight, gap = GAP) {
    Object.assign(this, { width, rowHeight, gap, rows: [], count: 0, height: 0, open: [], day: null });
  }

  /** `ended`: no more images will come, so the last row and day are whole. */
  append(images, ended) {
    images.forEach((image) => this.#add(image));
    if (ended) {
      this.#closeRow(false);
      if (this.day) this.day.complete = true;
    }
  }

  #add(image) {
    const name = dayOf(image);
    if (this.day?.name !== name) {
      this.#closeRow(false);
      if (this.day) this.day.complete = true;
      this.day = { name, at: image.createdAt, images: 0, milliCredits: 0, complete: false };
      const height = this.rows.length ? HEADING_PX : FIRST_HEADING_PX;
      this.rows.push({ top: this.height, height, day: this.day });
      this.height += height;
    }
    this.day.images += 1;
    this.day.milliCredits += image.milliCredits;
    this.open.push({ image, index: this.count });
    this.count += 1;
    if (this.#ratios() * this.rowHeight + this.gap * (this.open.length - 1) >= this.width) this.#closeRow(true);
  }

  #ratios() {
    return this.open.reduce((sum, { image }) => sum + image.ratio, 0);
  }

  #closeRow(justified) {
    if (!this.open.length) return;
    const room = this.width - this.gap * (this.open.length - 1);
    const height = justified ? room / this.#ratios() : Math.min(this.rowHeight, room / this.#ratios());
    let left = 0;
    const cells = this.open.map(({ image, index }) => {
      const cell = { image, index, left, width: height * image.ratio };
      left += cell.width + this.gap;
      return cell;
    });
    this.rows.push({ top: this.height, height, cells });
    this.height += height + this.gap;
    this.open = [];
  }

  /** The first row whose foot is below a place. */
  firstBelow(place) {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rows[middle].top + this.rows[middle].height < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  between(top, foot) {
    const shown = [];
    for (let at = this.firstBelow(top); at < this.rows.length && this.rows[at].top <= foot; at += 1) shown.push(this.rows[at]);
    return shown;
  }

  rowOf(index) {
    let low = 0;
    let high = this.rows.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const row = this.rows[middle];
      const last = row.cells ? row.cells.at(-1).index : this.rows[middle + 1].cells[0].index - 1;
      if (last < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The image above or below another one, by where they hang. */
  neighbour(index, step) {
    const from = this.rowOf(index);
    const cell = this.rows[from]?.cells?.find((each) => each.index === index);
    let at = from + step;
    while (this.rows[at] && !this.rows[at].cells) at += step;
    if (!cell || !this.rows[at]) return index;
    const middle = cell.left + cell.width / 2;
    const distance = (each) => Math.abs(each.left + each.width / 2 - middle);
    return this.rows[at].cells.reduce((best, each) => (distance(each) < distance(best) ? each : best)).index;
  }
}
