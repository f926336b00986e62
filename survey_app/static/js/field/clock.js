// The hour, whatever the device's clock says: what the server said last, and how long ago that was. Within one life of
// the page the passing of time is the browser's own, which nobody sets back; between lives a clock that went back is
// noticed, because it is then earlier than something that has already happened.
const NAME = "clock";

export class Clock {
  // `kept`: what an earlier life of the page left, { offset, latest }.
  constructor(kept, { wall = () => Date.now(), passing = () => performance.now() } = {}) {
    this.passing = passing;
    const { offset = 0, latest = 0 } = kept ?? {};
    this.offset = offset;
    const present = wall() + offset;
    this.wentBack = present < latest - 60_000;
    this.begun = Math.max(present, latest);
    this.start = passing();
    this.wall = wall;
  }

  static async open(store) {
    return new Clock(await store.recall(NAME));
  }

  // Milliseconds since 1970, as the server would say as far as is known; never earlier than before.
  now() {
    return this.begun + (this.passing() - this.start);
  }

  // The server has just said what time it is.
  async hear(serverTime, store) {
    const told = Date.parse(serverTime);
    if (!Number.isFinite(told)) return;
    this.offset = told - this.wall();
    this.begun = told;
    this.start = this.passing();
    this.wentBack = false;
    await this.keep(store);
  }

  async keep(store) {
    await store.keep(NAME, { offset: this.offset, latest: this.now() });
  }

  // The day in the province (UTC+7, no summer time), 2026-11-21.
  today() {
    return this.iso().slice(0, 10);
  }

  // The moment with the province's offset, 2026-11-21T10:30:00.000+07:00.
  iso(moment = this.now()) {
    return `${new Date(moment + 7 * 3_600_000).toISOString().slice(0, -1)}+07:00`;
  }
}
