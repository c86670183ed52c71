/** Recognises the answer of a dev server that refuses the host it was asked by, and names the remedy. */

export interface HostRefusal {
  framework: string;
  /** One sentence in the imperative. */
  fix: string;
}

interface Signature {
  framework: string;
  statuses: readonly number[];
  /** Every part stands in the start of the body. */
  parts: readonly string[];
  fix: string;
}

/** Length of `Invalid Host header`, which webpack-dev-server 4 sends with status 200. */
const WEBPACK_REFUSAL_LENGTH = '19';
const OR_HOST_HEADER = 'or set host_header: backend on this site in Mogoly';

/** More telling ones first. */
const SIGNATURES: readonly Signature[] = [
  {
    framework: 'Angular',
    statuses: [403],
    parts: ['Blocked request. This host', 'angular.json'],
    fix: `Add the host to allowedHosts of the serve target in angular.json, ${OR_HOST_HEADER}.`,
  },
  {
    framework: 'Vite preview',
    statuses: [403],
    parts: ['Blocked request. This host', 'preview.allowedHosts'],
    fix: `Add the host to preview.allowedHosts in vite.config, ${OR_HOST_HEADER}.`,
  },
  {
    framework: 'Vite',
    statuses: [403],
    parts: ['Blocked request. This host'],
    fix: `Add the host to server.allowedHosts in vite.config, ${OR_HOST_HEADER}.`,
  },
  {
    framework: 'webpack-dev-server',
    statuses: [200, 400, 403],
    parts: ['Invalid Host header'],
    fix:
      'Add the host to devServer.allowedHosts in webpack.config (Create React App: ' +
      `DANGEROUSLY_DISABLE_HOST_CHECK=true; ng serve: --allowed-hosts), ${OR_HOST_HEADER}.`,
  },
  {
    framework: 'Rails',
    statuses: [403],
    parts: ['Blocked host'],
    fix: `Add the host to config.hosts in config/environments/development.rb, ${OR_HOST_HEADER}.`,
  },
  {
    framework: 'Rails',
    statuses: [403],
    parts: ['are not allowed!', 'config.hosts <<'],
    fix: `Add the host to config.hosts in config/environments/development.rb, ${OR_HOST_HEADER}.`,
  },
  {
    framework: 'Django',
    statuses: [400],
    parts: ['Invalid HTTP_HOST header'],
    fix: `Add the host to ALLOWED_HOSTS in settings.py, ${OR_HOST_HEADER}.`,
  },
  {
    framework: 'Django',
    statuses: [400],
    parts: ['DisallowedHost'],
    fix: `Add the host to ALLOWED_HOSTS in settings.py, ${OR_HOST_HEADER}.`,
  },
  {
    framework: 'ASP.NET Core',
    statuses: [400],
    parts: ['Invalid Hostname'],
    fix: `Add the host to AllowedHosts in appsettings.json, ${OR_HOST_HEADER}.`,
  },
];

const NEXT: HostRefusal = {
  framework: 'Next.js',
  fix: `Add the host to allowedDevOrigins in next.config, ${OR_HOST_HEADER}.`,
};

/**
 * Whether it is worth reading the start of the body. Cheap: asked for every response.
 * `contentLength` lets in webpack-dev-server 4, whose refusal has status 200.
 */
export function mayBeHostRefusal(status: number, contentType: string | undefined, contentLength?: string): boolean {
  if (status === 200) return contentLength === WEBPACK_REFUSAL_LENGTH && isText(contentType);
  return (status === 403 || status === 400) && isText(contentType);
}

/**
 * Who refused the host, from the first kilobytes of the body; undefined when nobody did.
 * Next.js says only `Unauthorized`, without a content type: that alone is taken for its refusal.
 */
export function recogniseHostRefusal(
  status: number,
  contentType: string | undefined,
  bodyStart: string,
): HostRefusal | undefined {
  if (!isText(contentType)) return undefined;
  const found = SIGNATURES.find(
    (each) => each.statuses.includes(status) && each.parts.every((part) => bodyStart.includes(part)),
  );
  if (found && (status !== 200 || bodyStart.trim() === found.parts[0]))
    return { framework: found.framework, fix: found.fix };
  const isNext = status === 403 && contentType === undefined && bodyStart.trim() === 'Unauthorized';
  return isNext || (status === 403 && bodyStart.includes('allowedDevOrigins')) ? NEXT : undefined;
}

const isText = (contentType: string | undefined): boolean =>
  contentType === undefined || contentType.trimStart().toLowerCase().startsWith('text/');
