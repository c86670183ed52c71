/** Database images made of Debian's packages, and a registry on loopback that serves them as Docker Hub would. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { ENTRYPOINTS, IMAGES, type KitImage } from './docker-entrypoints.ts';
import { until } from './wait.ts';

const run = promisify(execFile);

const PACKAGES = ['redis-server', 'postgresql', 'mariadb-server'];
/** What a database needs not to answer; it is most of the bytes. */
const TRIMMED = [
  ...['usr/lib/x86_64-linux-gnu/libLLVM*', 'usr/lib/x86_64-linux-gnu/libz3*', 'usr/lib/postgresql/15/lib/bitcode'],
  ...[
    'usr/lib/postgresql/15/lib/llvmjit*',
    'var/lib/mysql/*',
    'var/lib/postgresql/15',
    'usr/bin/aria_*',
    'usr/bin/myisam*',
  ],
  ...[
    'usr/share/i18n',
    'usr/share/locale',
    'usr/share/doc',
    'usr/share/man',
    'var/lib/apt/lists/*',
    'var/cache/apt/*.bin',
  ],
  ...[
    'usr/bin/mariadb-slap',
    'usr/bin/mariadb-binlog',
    'usr/bin/mariadb-import',
    'usr/bin/mariadb-show',
    'usr/bin/replace',
  ],
];

interface Blob {
  digest: string;
  size: number;
}

/** Folder of the registry's own storage, filled; made once and kept between runs. */
export async function imageStore(): Promise<string> {
  const recipe = JSON.stringify([PACKAGES, TRIMMED, ENTRYPOINTS, IMAGES]);
  const key = createHash('sha256').update(recipe).digest('hex').slice(0, 12);
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'mogoly');
  const folder = join(cache, `docker-images-${key}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'images-'));
  try {
    await fill(work);
    // Two at once both end with a whole one.
    await rename(join(work, 'store'), folder).catch(async (error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function fill(work: string): Promise<void> {
  const store = join(work, 'store');
  await mkdir(store);
  const port = await freePort();
  const registry = await startRegistry(work, store, port);
  try {
    const base = await addLayer(await makeTree(work));
    const scripts = await addLayer(await packScripts(work));
    for (const image of IMAGES) await pushImage(port, image, [base, scripts]);
  } finally {
    registry.kill('SIGTERM');
  }
}

/** Half a minute to a minute and a half: the packages are fetched and set up in a tree of their own. */
async function makeTree(work: string): Promise<string> {
  const tar = join(work, 'base.tar');
  const trim = `cd "$1" && rm -rf ${TRIMMED.join(' ')}`;
  const include = `--include=${PACKAGES.join(',')}`;
  await run('mmdebstrap', ['--variant=apt', include, `--customize-hook=${trim}`, 'bookworm', tar], {
    maxBuffer: 32 << 20,
  });
  return tar;
}

async function packScripts(work: string): Promise<string> {
  const tree = join(work, 'scripts');
  await mkdir(join(tree, 'kit'), { recursive: true });
  for (const [name, text] of Object.entries(ENTRYPOINTS))
    await writeFile(join(tree, 'kit', name), text, { mode: 0o755 });
  const tar = join(work, 'scripts.tar');
  await run('tar', ['-C', tree, '--owner=0', '--group=0', '-cf', tar, 'kit']);
  return tar;
}

interface Layer extends Blob {
  /** Digest of the tar itself. */
  diff: string;
  file: string;
}

async function addLayer(tar: string): Promise<Layer> {
  const diff = await digestOf(tar);
  await run('gzip', ['-1', tar]);
  const file = `${tar}.gz`;
  return { diff, file, digest: await digestOf(file), size: (await stat(file)).size };
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest('hex')}`;
}

async function pushImage(port: number, image: KitImage, layers: Layer[]): Promise<void> {
  const repository = `http://127.0.0.1:${port}/v2/${image.repository}`;
  for (const layer of layers) await pushBlob(repository, layer, layer.file);
  const { repository: _, tags, ...config } = image;
  const text = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diff }) => diff) },
    history: layers.map(() => ({ created_by: 'test kit' })),
  });
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const size = Buffer.byteLength(text);
  await pushBlob(repository, { digest, size }, text);
  const kind = 'application/vnd.docker';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: `${kind}.distribution.manifest.v2+json`,
    config: { mediaType: `${kind}.container.image.v1+json`, digest, size },
    layers: layers.map((layer) => ({
      mediaType: `${kind}.image.rootfs.diff.tar.gzip`,
      digest: layer.digest,
      size: layer.size,
    })),
  });
  const headers = { 'content-type': `${kind}.distribution.manifest.v2+json` };
  for (const tag of tags)
    await expectDone(await fetch(`${repository}/manifests/${tag}`, { method: 'PUT', headers, body: manifest }));
}

async function pushBlob(repository: string, { digest }: Blob, source: string): Promise<void> {
  if ((await fetch(`${repository}/blobs/${digest}`, { method: 'HEAD' })).ok) return;
  // Another repository has it already: linked, not sent again.
  const link = `${repository}/blobs/uploads/?mount=${digest}&from=${IMAGES[0]!.repository}`;
  const begun = await expectDone(await fetch(link, { method: 'POST' }));
  if (begun.status === 201) return;
  const place = new URL(begun.headers.get('location')!);
  place.searchParams.set('digest', digest);
  const body = source.startsWith('/') ? await readFile(source) : source;
  const headers = { 'content-type': 'application/octet-stream' };
  await expectDone(await fetch(place, { method: 'PUT', headers, body }));
}

async function expectDone(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw new Error(`the registry answered ${response.status}: ${await response.text()}`);
}

/** Debian's docker-registry on 127.0.0.1; the caller ends it. */
async function startRegistry(work: string, store: string, port: number): Promise<ChildProcess> {
  const config = join(work, 'registry.yml');
  const storage = `storage: { filesystem: { rootdirectory: ${store} } }`;
  await writeFile(config, `version: 0.1\nlog: { level: error }\n${storage}\nhttp: { addr: "127.0.0.1:${port}" }\n`);
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  await until(() => fetch(`http://127.0.0.1:${port}/v2/`).then(() => true), {
    timeoutMs: 20_000,
    message: 'the registry',
  });
  return child;
}
