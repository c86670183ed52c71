/** The kinds of service there are: image, port, data, how credentials reach it, and how clients connect. */
import type { CatalogueEntry } from '../../../shared/service.ts';
import type { ServiceType } from '../../../shared/service-config.ts';

export interface Credentials {
  username?: string | undefined;
  password?: string | undefined;
  database?: string | undefined;
}

/** What a client connects with. */
export interface Place extends Credentials {
  host: string;
  port: number;
}

export interface Kind extends CatalogueEntry {
  /** A password can be made and is asked for. */
  hasPassword: boolean;
  environment: (credentials: Credentials) => Record<string, string>;
  command: (credentials: Credentials) => string[] | undefined;
  /** Of the major version alone: data of one are not read by the next. */
  readsOwnMajorOnly: boolean;
  url: (place: Place) => string;
  lines: (place: Place) => { client: string; line: string }[];
}

const part = encodeURIComponent;
const login = ({ username, password }: Credentials): string =>
  username === undefined && password === undefined
    ? ''
    : `${part(username ?? '')}${password === undefined ? '' : `:${part(password)}`}@`;
/** For a POSIX shell. */
const quote = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

const urlAs =
  (scheme: string) =>
  (place: Place): string =>
    `${scheme}://${login(place)}${place.host}:${place.port}${place.database === undefined ? '' : `/${part(place.database)}`}`;

const postgresUrl = urlAs('postgresql');
const mysqlUrl = urlAs('mysql');
const redisUrl = ({ host, port, password }: Place): string =>
  `redis://${password === undefined ? '' : `:${part(password)}@`}${host}:${port}/0`;
/** The user of the image lives in the database admin. */
const mongoUrl = (place: Place): string => `${urlAs('mongodb')(place)}?authSource=admin`;

const mysqlLines = (place: Place): { client: string; line: string }[] => {
  const { host, port, username = '', password, database = '' } = place;
  const secret = password === undefined ? '-p' : `-p${quote(password)}`;
  return [
    { client: 'mysql', line: `mysql -h ${host} -P ${port} -u ${quote(username)} ${secret} ${quote(database)}` },
    { client: 'DATABASE_URL', line: `DATABASE_URL=${mysqlUrl(place)}` },
    { client: 'JDBC', line: `jdbc:mysql://${host}:${port}/${part(database)}` },
  ];
};

const NOTHING = {
  hasPassword: true,
  hasUser: true,
  hasDatabase: true,
  readsOwnMajorOnly: false,
  command: () => undefined,
};

const defined = (values: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));

const KINDS: Record<ServiceType, Kind> = {
  postgresql: {
    ...NOTHING,
    type: 'postgresql',
    title: 'PostgreSQL',
    image: 'postgres',
    version: '17',
    port: 5_432,
    dataPath: '/var/lib/postgresql/data',
    defaultUser: 'postgres',
    readsOwnMajorOnly: true,
    environment: ({ username, password, database }) =>
      defined({ POSTGRES_USER: username, POSTGRES_PASSWORD: password, POSTGRES_DB: database }),
    url: postgresUrl,
    lines: (place) => [
      { client: 'psql', line: `psql ${quote(postgresUrl(place))}` },
      { client: 'DATABASE_URL', line: `DATABASE_URL=${postgresUrl(place)}` },
      { client: 'Node (pg)', line: `new Client({ connectionString: '${postgresUrl(place)}' })` },
      { client: 'JDBC', line: `jdbc:postgresql://${place.host}:${place.port}/${part(place.database ?? '')}` },
    ],
  },
  mysql: {
    ...NOTHING,
    type: 'mysql',
    title: 'MySQL',
    image: 'mysql',
    version: '8.4',
    port: 3_306,
    dataPath: '/var/lib/mysql',
    defaultUser: 'app',
    environment: (credentials) => mysqlEnvironment('MYSQL', credentials),
    url: mysqlUrl,
    lines: mysqlLines,
  },
  mariadb: {
    ...NOTHING,
    type: 'mariadb',
    title: 'MariaDB',
    image: 'mariadb',
    version: '11.4',
    port: 3_306,
    dataPath: '/var/lib/mysql',
    defaultUser: 'app',
    environment: (credentials) => mysqlEnvironment('MARIADB', credentials),
    url: mysqlUrl,
    lines: mysqlLines,
  },
  mongodb: {
    ...NOTHING,
    type: 'mongodb',
    title: 'MongoDB',
    image: 'mongo',
    version: '8.0',
    port: 27_017,
    dataPath: '/data/db',
    defaultUser: 'root',
    environment: ({ username, password, database }) =>
      defined({
        MONGO_INITDB_ROOT_USERNAME: username,
        MONGO_INITDB_ROOT_PASSWORD: password,
        MONGO_INITDB_DATABASE: database,
      }),
    url: mongoUrl,
    lines: (place) => [
      { client: 'mongosh', line: `mongosh ${quote(mongoUrl(place))}` },
      { client: 'MONGODB_URI', line: `MONGODB_URI=${mongoUrl(place)}` },
    ],
  },
  redis: {
    ...NOTHING,
    type: 'redis',
    title: 'Redis',
    image: 'redis',
    version: '8',
    port: 6_379,
    dataPath: '/data',
    hasUser: false,
    hasDatabase: false,
    environment: () => ({}),
    // The image knows no variable for it.
    command: ({ password }) => [
      ...['redis-server', '--appendonly', 'yes'],
      ...(password === undefined ? [] : ['--requirepass', password]),
    ],
    url: redisUrl,
    lines: (place) => [
      { client: 'redis-cli', line: `redis-cli -u ${quote(redisUrl(place))}` },
      { client: 'REDIS_URL', line: `REDIS_URL=${redisUrl(place)}` },
      { client: 'Node (redis)', line: `createClient({ url: '${redisUrl(place)}' })` },
    ],
  },
  custom: {
    ...NOTHING,
    type: 'custom',
    title: 'Custom image',
    image: '',
    version: 'latest',
    hasPassword: false,
    hasUser: false,
    hasDatabase: false,
    environment: () => ({}),
    url: ({ host, port }) => `tcp://${host}:${port}`,
    lines: () => [],
  },
};

/** Both images take root as a user of its own; another one is made beside it. */
function mysqlEnvironment(prefix: string, { username, password, database }: Credentials): Record<string, string> {
  const isRoot = username === 'root';
  return defined({
    [`${prefix}_ROOT_PASSWORD`]: password,
    [`${prefix}_DATABASE`]: database,
    [`${prefix}_USER`]: isRoot ? undefined : username,
    [`${prefix}_PASSWORD`]: isRoot ? undefined : password,
  });
}

export const kindOf = (type: ServiceType): Kind => KINDS[type];

/** For the form that makes one. */
export const catalogue = (): CatalogueEntry[] =>
  Object.values(KINDS).map(({ type, title, image, version, port, dataPath, hasUser, hasDatabase, defaultUser }) => ({
    type,
    title,
    image,
    version,
    hasUser,
    hasDatabase,
    ...(port === undefined ? {} : { port }),
    ...(dataPath === undefined ? {} : { dataPath }),
    ...(defaultUser === undefined ? {} : { defaultUser }),
  }));
