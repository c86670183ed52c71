import { describe, expect, it } from 'vitest';
import { MIN_SIZE, placeWindow, USUAL_SIZE } from '../../electron/main/place.ts';

const laptop = { x: 0, y: 25, width: 1_440, height: 875 };
const monitor = { x: 1_440, y: 0, width: 2_560, height: 1_440 };

describe('where the window opens', () => {
  it('the first time at its usual size, at a place the system chooses', () => {
    expect(placeWindow(undefined, [laptop])).toEqual(USUAL_SIZE);
  });

  it('afterwards where it was left, on any display', () => {
    const left = { x: 1_600, y: 100, width: 1_500, height: 1_000 };
    expect(placeWindow(left, [laptop, monitor])).toEqual(left);
  });

  it('not on a display that was unplugged, but at a size that fits', () => {
    const left = { x: 1_600, y: 100, width: 2_000, height: 1_300 };
    expect(placeWindow(left, [laptop])).toEqual({ width: 1_440, height: 875 });
  });

  it('not with its title bar out of reach', () => {
    expect(placeWindow({ x: 10, y: -500, width: 1_000, height: 700 }, [laptop])).toEqual({ width: 1_000, height: 700 });
    expect(placeWindow({ x: -990, y: 50, width: 1_000, height: 700 }, [laptop])).toEqual({ width: 1_000, height: 700 });
  });

  it('never smaller than it can be used', () => {
    expect(placeWindow({ x: 0, y: 25, width: 10, height: 10 }, [laptop])).toMatchObject(MIN_SIZE);
  });
});
