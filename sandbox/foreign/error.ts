/** A failure that has a place among Docker's exit codes: 125 box's own, 126 not executable, 127 not found. */
export class BoxError extends Error {
  readonly status: 125 | 126 | 127;

  constructor(status: BoxError['status'], message: string) {
    super(message);
    this.status = status;
  }
}
