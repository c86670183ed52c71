/** Tells which framework a dev server runs, by its command line, its first answer and its project. */

export interface Traces {
  /** Arguments of the process, the program first. */
  command: readonly string[];
  /** What the project's package.json depends on. */
  packages: ReadonlySet<string>;
  /** Names in its folder. */
  files: ReadonlySet<string>;
  /** Head and start of the body of its answer. */
  answer: string;
}

interface Sign {
  framework: string;
  /** On the command line. */
  command?: RegExp;
  /** In the answer. */
  answer?: RegExp;
}

/** A tool as npm installs it: `…/node_modules/.bin/vite`, `vite dev`, `vite.js`. */
const tool = (names: string): RegExp => new RegExp(`(^|[\\\\/ ])(${names})(\\.[cm]?js|\\.cmd|\\.exe)?( |$)`, 'i');

/** More telling ones first: a framework on top of Vite also is Vite. */
const SIGNS: readonly Sign[] = [
  { framework: 'Next.js', command: /(^|[\\/ ])next(-server|( dev| start)|[\\/]dist[\\/])/, answer: /\/_next\// },
  { framework: 'Nuxt', command: tool('nuxt|nuxi'), answer: /\/_nuxt\/|id="__nuxt"/ },
  { framework: 'Astro', command: tool('astro'), answer: /name="generator" content="Astro/ },
  { framework: 'SvelteKit', answer: /__sveltekit_|data-sveltekit/ },
  { framework: 'Remix', command: tool('remix'), answer: /__remixContext/ },
  { framework: 'React Router', command: tool('react-router'), answer: /__reactRouterContext/ },
  { framework: 'Storybook', command: tool('storybook|start-storybook'), answer: /sb-manager/ },
  { framework: 'Gatsby', command: tool('gatsby'), answer: /id="___gatsby"/ },
  { framework: 'Angular', command: tool('ng'), answer: /<app-root/ },
  { framework: 'Create React App', command: /[\\/ ](react-scripts|craco)([\\/ .]|$)/ },
  { framework: 'Vue CLI', command: tool('vue-cli-service') },
  { framework: 'Vite', command: tool('vite'), answer: /\/@vite\/client/ },
  { framework: 'webpack', command: tool('webpack|webpack-dev-server|rspack') },
  { framework: 'Parcel', command: tool('parcel') },
  { framework: 'Eleventy', command: tool('eleventy|@11ty[\\\\/]eleventy') },
  { framework: 'NestJS', command: tool('nest') },
  { framework: 'Rails', command: /bin[\\/]rails|rails server|rails s( |$)/, answer: /^x-(rails|runtime)|csrf-param/im },
  { framework: 'Jekyll', command: tool('jekyll') },
  { framework: 'Django', command: /manage\.py +runserver|django-admin/, answer: /^server: WSGIServer/im },
  { framework: 'Flask', command: tool('flask') },
  { framework: 'FastAPI', command: tool('fastapi') },
  { framework: 'Streamlit', command: tool('streamlit') },
  { framework: 'Jupyter', command: /jupyter/ },
  { framework: 'Laravel', command: /artisan +serve|laravel.*server\.php/ },
  { framework: 'Symfony', command: tool('symfony') },
  { framework: 'Spring Boot', command: /spring-boot|org\.springframework/, answer: /Whitelabel Error Page/ },
  { framework: 'Quarkus', command: /quarkus/ },
  { framework: 'Phoenix', command: /phx\.server/ },
  { framework: 'ASP.NET Core', answer: /^server: Kestrel/im },
  { framework: 'Hugo', command: tool('hugo') },
  { framework: 'Flask', answer: /^server: Werkzeug/im },
  { framework: 'uvicorn', command: tool('uvicorn'), answer: /^server: uvicorn/im },
  { framework: 'gunicorn', command: tool('gunicorn'), answer: /^server: gunicorn/im },
  { framework: 'Puma', command: /(^|[\\/ ])puma( |:|$)/ },
  { framework: 'Python', command: /http\.server/, answer: /^server: SimpleHTTP/im },
  { framework: 'PHP', command: /(^|[\\/ ])php[\d.]*(\.exe)? .*-S /, answer: /^x-powered-by: PHP/im },
  { framework: 'Next.js', answer: /^x-powered-by: Next\.js/im },
];

/** Frameworks of Node whose server has a name of one's own choice: only the project tells, and only of a script of Node. */
const SERVERS: readonly [dependency: string, framework: string][] = [
  ['@nestjs/core', 'NestJS'],
  ['fastify', 'Fastify'],
  ['hono', 'Hono'],
  ['koa', 'Koa'],
  ['express', 'Express'],
];

/** Frameworks that run as Vite. */
const ON_VITE: readonly [dependency: string, framework: string][] = [
  ['@sveltejs/kit', 'SvelteKit'],
  ['astro', 'Astro'],
  ['nuxt', 'Nuxt'],
  ['@react-router/dev', 'React Router'],
  ['@remix-run/dev', 'Remix'],
  ['@solidjs/start', 'SolidStart'],
  ['@builder.io/qwik', 'Qwik'],
  ['@analogjs/platform', 'Angular'],
];

export function recogniseFramework({ command, packages, files, answer }: Traces): string | undefined {
  const line = command.join(' ');
  const found =
    SIGNS.find((sign) => sign.command?.test(line) === true) ??
    SIGNS.find((sign) => sign.answer?.test(answer) === true) ??
    undefined;
  const dependency = (list: typeof SERVERS): string | undefined => list.find(([name]) => packages.has(name))?.[1];
  if (found?.framework === 'Vite') return dependency(ON_VITE) ?? 'Vite';
  if (found !== undefined) return refined(found.framework, files);
  const isNode = /(^|[\\/])(node|nodejs|bun|deno|tsx)(\.exe)?( |$)/i.test(line);
  return isNode ? dependency(SERVERS) : undefined;
}

/** A server that many frameworks run on: the project tells which. */
function refined(framework: string, files: ReadonlySet<string>): string {
  if (framework === 'PHP' && files.has('artisan')) return 'Laravel';
  if (framework === 'Puma' && files.has('config.ru') && files.has('bin')) return 'Rails';
  if ((framework === 'gunicorn' || framework === 'uvicorn') && files.has('manage.py')) return 'Django';
  return framework;
}
