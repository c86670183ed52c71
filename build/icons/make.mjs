/** Draws the icons: the mark (one node that fans out to three) as SVG, and the PNGs of every size from it. Run by hand after a change; needs a Chromium (MOGOLY_CHROMIUM, else /usr/bin/chromium). */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const ACCENT = '#3b63f3';
const APP_SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
/** Below this the strokes are heavier and the tile fills the square. */
const SMALL_BELOW = 48;

/** The state is the hub's shape first, its colour second. */
const STATES = {
  running: { colour: '#1f9d57', hub: '<circle cx="4.2" cy="8" r="3.6" fill="HUB"/>' },
  stopped: { colour: '#868c98', hub: '<circle cx="4.2" cy="8" r="2.8" fill="none" stroke="HUB" stroke-width="1.5"/>' },
  degraded: { colour: '#d98a00', hub: '<path d="M4.2 4 L8.4 11.6 H0 Z" fill="HUB"/>' },
  down: { colour: '#e0393e', hub: '<rect x="0.8" y="4.6" width="6.8" height="6.8" fill="HUB"/>' },
};

/** @param {boolean} small */
function appIcon(small) {
  const [edge, radius, stroke, hub, leaf] = small ? [1, 13, 5.5, 8, 6] : [4, 14, 3.5, 6.5, 4.5];
  const side = 64 - 2 * edge;
  const leaves = [15, 32, 49].map((y) => `<circle cx="47" cy="${y}" r="${leaf}"/>`).join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">` +
    `<rect x="${edge}" y="${edge}" width="${side}" height="${side}" rx="${radius}" fill="${ACCENT}"/>` +
    `<g fill="none" stroke="#fff" stroke-width="${stroke}"><path d="M17 32 H47 M17 32 C32 32 30 15 47 15 M17 32 C32 32 30 49 47 49"/></g>` +
    `<g fill="#fff"><circle cx="17" cy="32" r="${hub}"/>${leaves}</g></svg>\n`
  );
}

/** @param {string} hub @param {string} hubColour @param {string} lineColour */
function trayIcon(hub, hubColour, lineColour) {
  const leaves = [2.8, 8, 13.2].map((y) => `<circle cx="13.6" cy="${y}" r="1.9"/>`).join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">` +
    `<g fill="none" stroke="${lineColour}" stroke-width="1.3"><path d="M8 8 H13.6 M8 8 C10.5 8 9.5 2.8 13.6 2.8 M8 8 C10.5 8 9.5 13.2 13.6 13.2"/></g>` +
    `<g fill="${lineColour}">${leaves}</g>${hub.replaceAll('HUB', hubColour)}</svg>\n`
  );
}

/** Name, drawing and edge in pixels of every PNG. */
function plan() {
  const pngs = APP_SIZES.map((size) => ({ file: `${size}x${size}.png`, svg: appIcon(size < SMALL_BELOW), size }));
  for (const [state, { colour, hub }] of Object.entries(STATES)) {
    const panel = trayIcon(hub, colour, '#868c98');
    const template = trayIcon(hub, '#000', '#000');
    pngs.push(
      { file: `tray-${state}.png`, svg: panel, size: 22 },
      { file: `tray-${state}@2x.png`, svg: panel, size: 44 },
    );
    pngs.push(
      { file: `tray-${state}-16.png`, svg: panel, size: 16 },
      { file: `tray-${state}-16@2x.png`, svg: panel, size: 32 },
    );
    pngs.push(
      { file: `tray-${state}Template.png`, svg: template, size: 18 },
      { file: `tray-${state}Template@2x.png`, svg: template, size: 36 },
    );
  }
  return pngs;
}

const browser = await chromium.launch({
  executablePath: process.env.MOGOLY_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(`${FOLDER}icon.svg`, appIcon(false));
  await writeFile(`${FOLDER}icon-small.svg`, appIcon(true));
  const page = await browser.newPage();
  for (const { file, svg, size } of plan()) {
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
    await page.screenshot({ path: `${FOLDER}${file}`, omitBackground: true });
  }
} finally {
  await browser.close();
}
