/** Keeps bodies and frames of exchanges where that is asked for, within one budget; off unless turned on. */
import {
  CAPTURE_BODY_BYTES,
  CAPTURE_TOTAL_BYTES,
  type CapturedFrame,
  type CaptureSettings,
  type CaptureState,
} from '../../../shared/capture.ts';
import type { Captures, ExchangeTap, KeptBody, KeptCapture } from '../exchange-tap.ts';
import { FRAME_PAYLOAD_BYTES, FrameReader } from './frames.ts';

/** What an exchange without any body counts for. */
const CAPTURE_BASE_BYTES = 512;
/** What a frame without a payload counts for. */
const FRAME_BASE_BYTES = 200;
/** Of one WebSocket; the oldest go first. */
export const FRAMES_KEPT = 500;

export interface CaptureKeeper extends Captures {
  state: () => CaptureState;
  /** What was captured before stays until it makes room. */
  set: (settings: CaptureSettings) => void;
  clear: () => void;
}

export function createCaptures(totalBytes = CAPTURE_TOTAL_BYTES): CaptureKeeper {
  let settings: CaptureSettings = { enabled: false, bodyBytes: CAPTURE_BODY_BYTES };
  let sites: ReadonlySet<string> | undefined;
  /** The oldest first. */
  const all = new Set<Capture>();
  let held = 0;
  const drop = (capture: Capture): void => {
    if (!all.delete(capture)) return;
    held -= capture.bytes;
    capture.drop();
  };
  const charge = (bytes: number): void => {
    held += bytes;
    for (const oldest of all) {
      if (held <= totalBytes) return;
      drop(oldest);
    }
  };
  return {
    get isOn() {
      return settings.enabled;
    },
    open(site) {
      if (sites !== undefined && !sites.has(site.toLowerCase())) return undefined;
      const capture = new Capture(settings.bodyBytes, charge);
      all.add(capture);
      charge(CAPTURE_BASE_BYTES);
      return capture;
    },
    state: () => ({ ...settings, heldBytes: held }),
    set(next) {
      settings = next;
      sites = next.sites && new Set(next.sites.map((site) => site.toLowerCase()));
    },
    clear() {
      for (const capture of all) drop(capture);
    },
  };
}

class Capture implements ExchangeTap {
  bytes = CAPTURE_BASE_BYTES;
  readonly #limit: number;
  readonly #charge: (bytes: number) => void;
  readonly #start = performance.now();
  #isGone = false;
  readonly #request: Side = { parts: [], kept: 0, size: 0, isWhole: false };
  readonly #response: Side = { parts: [], kept: 0, size: 0, isWhole: true };
  #frames: CapturedFrame[] = [];
  #framesDropped = 0;
  #readers: Record<CapturedFrame['from'], FrameReader> | undefined;

  constructor(limit: number, charge: (bytes: number) => void) {
    this.#limit = limit;
    this.#charge = charge;
  }

  requestBody(chunk: Buffer): void {
    this.#add(this.#request, chunk);
  }

  requestEnd(): void {
    this.#request.isWhole = true;
  }

  responseBody(chunk: Buffer | string): void {
    this.#add(this.#response, typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk);
  }

  frames(from: CapturedFrame['from'], bytes: Buffer): void {
    if (this.#isGone) return;
    this.#readers ??= { client: this.#reader('client'), backend: this.#reader('backend') };
    this.#readers[from].read(bytes);
  }

  kept(): KeptCapture | undefined {
    if (this.#isGone) return undefined;
    return {
      request: bodyOf(this.#request),
      response: bodyOf(this.#response),
      frames: this.#frames,
      framesDropped: this.#framesDropped,
    };
  }

  drop(): void {
    this.#isGone = true;
    this.#request.parts = [];
    this.#response.parts = [];
    this.#frames = [];
  }

  #add(side: Side, chunk: Buffer): void {
    side.size += chunk.length;
    const room = this.#limit - side.kept;
    if (this.#isGone || room <= 0 || chunk.length === 0) return;
    const part = Buffer.from(chunk.subarray(0, room));
    side.parts.push(part);
    side.kept += part.length;
    this.#hold(part.length);
  }

  #reader(from: CapturedFrame['from']): FrameReader {
    return new FrameReader(
      (frame) => {
        if (this.#isGone) return;
        this.#frames.push({ ...frame, from, atMs: performance.now() - this.#start });
        let change = costOf(frame);
        if (this.#frames.length > FRAMES_KEPT) {
          change -= costOf(this.#frames.shift()!);
          this.#framesDropped += 1;
        }
        this.#hold(change);
      },
      Math.min(this.#limit, FRAME_PAYLOAD_BYTES),
    );
  }

  #hold(bytes: number): void {
    this.bytes += bytes;
    this.#charge(bytes);
  }
}

interface Side {
  parts: Buffer[];
  kept: number;
  size: number;
  isWhole: boolean;
}

const costOf = ({ base64 }: { base64: string }): number => FRAME_BASE_BYTES + base64.length;

const bodyOf = ({ parts, size, isWhole }: Side): KeptBody => ({ bytes: Buffer.concat(parts), size, isWhole });
