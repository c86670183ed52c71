/** What the kit's images run: as the official images of the same names do, as far as the tests ask. */

export interface KitImage {
  repository: string;
  tags: string[];
  Env?: string[];
  Entrypoint: string[];
  Cmd?: string[];
  ExposedPorts?: Record<string, object>;
  Volumes?: Record<string, object>;
}

/** Users, passwords and a first database from POSTGRES_*; nothing is done where there are data already. */
const POSTGRES = String.raw`#!/bin/bash
set -e
export PATH=/usr/lib/postgresql/15/bin:$PATH PGDATA="${'$'}{PGDATA:-/var/lib/postgresql/data}"
user="${'$'}{POSTGRES_USER:-postgres}"; database="${'$'}{POSTGRES_DB:-$user}"
mkdir -p "$PGDATA" /run/postgresql && chown -R postgres "$PGDATA" /run/postgresql && chmod 700 "$PGDATA"
as() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  [ -n "$POSTGRES_PASSWORD" ] || { echo "Error: Database is uninitialized and superuser password is not specified." >&2; exit 1; }
  printf '%s\n' "$POSTGRES_PASSWORD" > /tmp/pw && chmod 644 /tmp/pw
  as initdb -D "$PGDATA" -U "$user" --pwfile=/tmp/pw --auth-host=scram-sha-256 --auth-local=trust -E UTF8 --locale=C.UTF-8 -N
  rm /tmp/pw
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  as pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  [ "$database" = postgres ] || as createdb -U "$user" "$database"
  as pg_ctl -D "$PGDATA" -m fast -w stop
fi
echo "PostgreSQL init process complete; ready for start up." >&2
exec setpriv --reuid=postgres --regid=postgres --clear-groups postgres -c listen_addresses='*' -c fsync=off
`;

const REDIS = String.raw`#!/bin/bash
set -e
mkdir -p /data && cd /data && chown redis /data
exec setpriv --reuid=redis --regid=redis --clear-groups "${'$'}{@:-redis-server}" --dir /data --protected-mode no --bind 0.0.0.0
`;

const MARIADB = String.raw`#!/bin/bash
set -e
mkdir -p /var/lib/mysql /run/mysqld && chown -R mysql /var/lib/mysql /run/mysqld
if [ ! -d /var/lib/mysql/mysql ]; then
  mariadb-install-db --user=mysql --datadir=/var/lib/mysql --skip-test-db >/dev/null
  mariadbd --user=mysql --skip-networking --socket=/run/mysqld/first.sock & first=$!
  for i in $(seq 300); do mariadb-admin --socket=/run/mysqld/first.sock ping >/dev/null 2>&1 && break; sleep 0.2; done
  mariadb --socket=/run/mysqld/first.sock <<SQL
CREATE DATABASE IF NOT EXISTS \`$MARIADB_DATABASE\`;
CREATE USER '$MARIADB_USER'@'%' IDENTIFIED BY '$MARIADB_PASSWORD';
GRANT ALL ON \`$MARIADB_DATABASE\`.* TO '$MARIADB_USER'@'%';
ALTER USER 'root'@'localhost' IDENTIFIED BY '$MARIADB_ROOT_PASSWORD';
SQL
  kill $first; wait $first || true
fi
exec mariadbd --user=mysql --bind-address=0.0.0.0
`;

/** A dev server in a container: answers every request with its name. */
const WEB = String.raw`#!/usr/bin/perl
use strict; use IO::Socket::INET; $SIG{TERM} = sub { exit 0 };
my $server = IO::Socket::INET->new(LocalPort => 3000, Listen => 16, ReuseAddr => 1) or die;
while (my $client = $server->accept) {
  my $host = ''; while (my $line = <$client>) { $host = $1 if $line =~ /^x-forwarded-host: (\S+)/i; last if $line =~ /^\r?\n$/ }
  my $body = "container for $host\n";
  print $client "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
  close $client;
}
`;

const BROKEN = '#!/bin/sh\necho "the config of this image is broken" >&2\nexit 3\n';

export const ENTRYPOINTS = {
  'postgres.sh': POSTGRES,
  'redis.sh': REDIS,
  'mariadb.sh': MARIADB,
  'web.pl': WEB,
  'broken.sh': BROKEN,
};

const at = (name: keyof typeof ENTRYPOINTS): string[] => [`/kit/${name}`];

export const IMAGES: KitImage[] = [
  {
    repository: 'library/postgres',
    tags: ['15', '16', 'latest'],
    Env: ['PGDATA=/var/lib/postgresql/data'],
    Entrypoint: at('postgres.sh'),
    ExposedPorts: { '5432/tcp': {} },
    Volumes: { '/var/lib/postgresql/data': {} },
  },
  {
    repository: 'library/redis',
    tags: ['7', '8', 'latest'],
    Entrypoint: at('redis.sh'),
    Cmd: ['redis-server'],
    ExposedPorts: { '6379/tcp': {} },
    Volumes: { '/data': {} },
  },
  {
    repository: 'library/mariadb',
    tags: ['10.11', 'latest'],
    Entrypoint: at('mariadb.sh'),
    ExposedPorts: { '3306/tcp': {} },
    Volumes: { '/var/lib/mysql': {} },
  },
  { repository: 'kit/web', tags: ['1'], Entrypoint: at('web.pl'), ExposedPorts: { '3000/tcp': {} } },
  { repository: 'kit/broken', tags: ['1'], Entrypoint: at('broken.sh') },
];
