// What a device itself does wrong, as opposed to a program: it is not there, or it went away while it was used.

/** The device cannot be used on this machine, or not for this. The message says why and what to do. */
export class DeviceUnavailableError extends Error {
  override name = 'DeviceUnavailableError';
}

/** The device stopped answering after it had worked. What it held is gone; a run goes on from its checkpoint. */
export class DeviceLostError extends Error {
  override name = 'DeviceLostError';
  readonly device: string;
  constructor(device: string, what: string, options?: ErrorOptions) {
    super(`the device ${device} was lost: ${what}`, options);
    this.device = device;
  }
}
